"""The clients in other languages: programs that are built once and run for each delivery."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path

from tests.interop.delivery import Client, ClientError, Delivery, Receipt

_HERE = Path(__file__).parent
_BUILD_SECONDS = 300
_RUN_SECONDS = 30


class MissingTool(Exception):
    """The machine has no such language."""


def javascript_client() -> Client:
    """amqplib under node, its packages installed where git ignores them."""
    node, npm = _tool("node"), _tool("npm")
    folder = _HERE / "javascript"
    lock = (folder / "package-lock.json").read_text()
    # Written last, so that an installation that was cut off is done again.
    installed = folder / "node_modules" / ".installed-from-lock"
    if not installed.is_file() or installed.read_text() != lock:
        _build([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
        installed.write_text(lock)
    return _program([node, str(folder / "client.js")])


def go_client(build_folder: Path) -> Client:
    """amqp091-go, compiled into `build_folder`; Go's own cache makes the second time quick."""
    program = build_folder / "interop-client"
    _build(
        [_tool("go"), "build", "-mod=readonly", "-buildvcs=false", "-o", str(program), "."],
        _HERE / "go",
        GOWORK="off",
    )
    return _program([str(program)])


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise MissingTool(f"{name} is not on PATH")
    return found


def _build(command: list[str], folder: Path, **environment: str) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_BUILD_SECONDS,
        check=False,
    )
    if done.returncode:
        raise ClientError(f"`{' '.join(command)}` in {folder} failed:\n{done.stderr.strip()}")


def _program(command: list[str]) -> Client:
    def deliver(delivery: Delivery) -> Receipt:
        done = subprocess.run(
            command,
            input=json.dumps(asdict(delivery)),
            capture_output=True,
            text=True,
            timeout=_RUN_SECONDS,
            check=False,
        )
        if done.returncode:
            raise ClientError(done.stderr.strip())
        return Receipt(**json.loads(done.stdout))

    return deliver
