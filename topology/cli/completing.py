"""What can stand for a stack or a topology file, for shells that complete it."""

from __future__ import annotations

from pathlib import Path


def stacks(incomplete: str) -> list[str]:
    """Names of the stacks of this folder."""
    found = (file.name.split(".", 1)[1].removesuffix(".yaml") for file in _stack_files())
    return sorted(name for name in found if name.startswith(incomplete))


def targets(incomplete: str) -> list[str]:
    """Stacks, and YAML files and folders below what is there of a path."""
    folder, _, begun = incomplete.rpartition("/")
    place = Path(f"{folder}/") if folder or incomplete.startswith("/") else Path()
    files = []
    for entry in sorted(place.glob("*")):
        if entry.name.startswith(begun) and (begun or not entry.name.startswith(".")):
            if entry.is_dir() and begun:
                files.append(f"{entry}/")
            elif entry.suffix in (".yaml", ".yml"):
                files.append(str(entry))
    return [*stacks(incomplete), *files]


