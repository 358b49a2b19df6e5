"""A clone of the project in which make and the toolchain run as a person runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from toolchain.folders import PROJECT
from toolchain.node_folder import free_ports

SECONDS = 600


@dataclass(frozen=True)
class Clone:
    """A working copy with its own dev ports; the virtualenv is the one that runs the tests."""

    folder: Path
    management_port: int
    amqp_port: int

    @classmethod
    def make(cls, folder: Path) -> Clone:
        """Copies what git would give, commits it, and gives the dev stack free ports."""
        listed = _output("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        for name in listed.split("\0"):
            source = PROJECT / name
            if name and source.is_file() and not name.startswith("tests/"):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, folder / name)
        clone = cls(folder, *free_ports(2))
        for config in (folder / "Pulumi.dev.yaml", folder / "Pulumi.demo.yaml"):
            text = config.read_text()
            text = text.replace("localhost:15672", f"localhost:{clone.management_port}")
            config.write_text(text.replace("localhost:5672", f"localhost:{clone.amqp_port}"))
        (folder / "venv").mkdir()
        for part in Path(sys.prefix).iterdir():
            (folder / "venv" / part.name).symlink_to(part)
        for stamp in (".runtime", ".checks"):
            (folder / "venv" / stamp).unlink(missing_ok=True)
            (folder / "venv" / stamp).touch()
        for command in (("init",), ("add", "--all"), ("commit", "--message=clone")):
            clone.git(*command)
        return clone

    @property
    def endpoint(self) -> str:
        """The management API that its dev stack is configured for."""
        return f"http://localhost:{self.management_port}"

    def git(self, *arguments: str) -> str:
        """Runs git as nobody in particular; its output."""
        who = ("-c", "user.name=test", "-c", "user.email=test@localhost")
        return _output("git", *who, *arguments, folder=self.folder)

    def run(self, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Runs a command in it, with nothing of the caller's Pulumi in the environment."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PULUMI_", "RABBITMQ_"))
        }
        return subprocess.run(
            command,
            cwd=self.folder,
            env=kept | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def tool(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Runs `python -m toolchain …` in it."""
        return self.run("venv/bin/python", "-m", "toolchain", *arguments, **settings)

    def end(self) -> None:
        """Whatever a test has left running."""
        if (self.folder / ".topology").exists():
            self.run(sys.executable, "-m", "toolchain", "clean")


def _output(*command: str, folder: Path = PROJECT) -> str:
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=True
    ).stdout
