"""The command line of the Pulumi CLI that runs this program, where it can be seen.

The engine does not tell a program whether it destroys, or deals with some of the resources only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import psutil

_DESTROY: Final = frozenset({"destroy", "down", "dn"})
_UPDATE: Final = frozenset({"up", "update"})
_SOME: Final = ("-t", "--target", "--exclude", "--replace", "-r", "--refresh")
"""Options after which it is not known from the state alone what will be deleted."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be done with the whole stack."""

    destroys: bool


def whole_command() -> Command | None:
    """None where the command line is not seen, or names some of the resources only."""
    try:
        for process in psutil.Process().parents():
            line = process.cmdline()
            if line and PurePath(line[0]).stem == "pulumi":
                return read(line[1:])
    except psutil.Error:
        pass
    return None


def read(arguments: Sequence[str]) -> Command | None:
    """`arguments` are those of `pulumi`."""
    if any(one.startswith(_SOME) for one in arguments):
        return None
    # Values of options may be called as a command is; then it is not known what is done.
    found = {one for one in arguments if one in _DESTROY | _UPDATE}
    if len(found) != 1:
        return None
    return Command(destroys=bool(found & _DESTROY))
