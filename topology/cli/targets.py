"""Which files a command line means: files, stacks by name, or all stacks of the folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ..config_files.document import is_yaml, nearest_file
from ..config_files.stack_file import stack_file
from ..problems import did_you_mean
from .exit_code import UsageError

STDIN: Final = Path("/dev/stdin")

_STACK_FILES = "Pulumi.*.yaml"


def find_targets(names: Sequence[str]) -> list[Path]:
    """The files that `names` mean; with none, every stack file of the working folder.

    Raises `UsageError` for a name that is neither a file nor a stack.
    """
    if not names:
        found = sorted(_stack_files())
        if not found:
            message = f"there is no stack file ({_STACK_FILES}) here; name a file"
            raise UsageError(message)
        return found
    return [_target(name) for name in names]


def _target(name: str) -> Path:
    path = Path(name)
    if name == "-":
        return STDIN
    try:
        if path.is_dir():
            raise UsageError(f"{name} is a folder; name a file in it")
        if path.exists():
            return path
        # A stack may be named with its organisation and project before it.
        by_stack = stack_file(Path(), name.rpartition("/")[2])
        if by_stack.exists():
            return by_stack
    except (OSError, ValueError):
        pass
    raise UsageError(_unknown(path))


def _unknown(path: Path) -> str:
    if is_yaml(path):
        return _sentence(f"{path} does not exist", nearest_file(path))
    here = stacks("")
    hint = did_you_mean(path.name, here)
    if here and not hint:
        hint = f"stacks here: {', '.join(here)}"
    return _sentence(f"{path} is neither a file nor a stack in this directory", hint)


def _stack_files() -> Iterator[Path]:
    return Path().glob(_STACK_FILES)


def _sentence(message: str, hint: str) -> str:
    return f"{message}; {hint}" if hint else message


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
