"""The command line of the Pulumi CLI that runs this program, where it can be seen.

The engine does not tell a program whether it destroys, or deals with some of the resources only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import psutil

_DESTROY: Final = frozenset({"destroy", "down", "dn"})
_UPDATE: Final = frozenset({"up", "update"})
_SOME: Final = ("-t", "--target", "--exclude", "--replace", "-r", "--refresh")
"""Options after which it is not known from the state alone what will be deleted."""
_REPLACES: Final = ("--replace", "--target-replace")
_CONTINUES: Final = "--continue-on-error"


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be done with the whole stack."""

    destroys: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What a command line has, wherever it is seen."""

    destroys: bool = False
    """The command deletes what is declared, all or some of it."""
    replaces: bool = False
    """Some resources are named that are to be replaced, although nothing about them changes."""


def seen() -> Seen:
    """Nothing where the command line is not seen."""
    return look_at(_arguments() or ())


def look_at(arguments: Sequence[str]) -> Seen:
    """`arguments` are those of `pulumi`."""
    found = _commands(arguments)
    return Seen(
        destroys=len(found) == 1 and found <= _DESTROY,
        replaces=any(one.startswith(_REPLACES) for one in arguments),
    )


def whole_command() -> Command | None:
    """None where the command line is not seen, or names some of the resources only."""
    arguments = _arguments()
    return None if arguments is None else read(arguments)


def continues_on_error() -> bool:
    """Whether the engine goes on with other resources when one has failed; False where the command
    line is not seen."""
    return continues(_arguments() or (), os.environ)


def _arguments() -> Sequence[str] | None:
    try:
        for process in psutil.Process().parents():
            line = process.cmdline()
            if line and PurePath(line[0]).stem == "pulumi":
                return line[1:]
    except psutil.Error:
        pass
    return None


def continues(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """`arguments` are those of `pulumi`. The last option counts, and any before the variable."""
    told = environment.get("PULUMI_CONTINUE_ON_ERROR", "")
    for one in arguments:
        option, _, value = one.partition("=")
        if option == _CONTINUES:
            told = value or "true"
    return told.lower() in {"1", "t", "true"}


def read(arguments: Sequence[str]) -> Command | None:
    """`arguments` are those of `pulumi`."""
    if any(one.startswith(_SOME) for one in arguments):
        return None
    found = _commands(arguments)
    if len(found) != 1:
        return None
    return Command(destroys=found <= _DESTROY)


def _commands(arguments: Sequence[str]) -> set[str]:
    """Values of options may be called as a command is: then there are several."""
    return {one for one in arguments if one in _DESTROY | _UPDATE}
