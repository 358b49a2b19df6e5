"""The list of faults, and how one is put into a copy."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from toolchain.folders import PROJECT

LIST: Final = Path(__file__).parent / "faults.yaml"


@dataclass(frozen=True)
class Fault:
    """One change of the source that no test may let pass."""

    name: str
    file: str
    before: str
    """The text that is replaced; it stands in the file exactly once."""
    after: str
    tests: tuple[str, ...]
    """What is run first: arguments of pytest."""

    @property
    def count(self) -> int:
        """How often the text stands in the file: anything but once is a list out of date."""
        file = PROJECT / self.file
        return file.read_text(encoding="utf-8").count(self.before) if file.is_file() else 0

    def put_into(self, copy: Path) -> None:
        """Changes the file of a copy."""
        file = copy / self.file
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(self.before, self.after), encoding="utf-8")


def faults() -> list[Fault]:
    """All of them."""
    entries = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    return [
        Fault(
            name=entry["name"],
            file=entry["file"],
            before=entry["before"],
            after=entry["after"],
            tests=tuple(entry["tests"].split()),
        )
        for entry in entries
    ]


def copied(folder: Path) -> Path:
    """The project as it stands, changes that are not committed included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        source, target = PROJECT / name, folder / name
        if source.is_file() and not source.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    # Some tests clone the project.
    for words in (["init", "--quiet"], ["add", "--all"]):
        command = ["git", *words]
        subprocess.run(command, cwd=folder, check=True)
    (folder / "venv").symlink_to(PROJECT / "venv")
    return folder
