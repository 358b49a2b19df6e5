"""How a command ends: what its exit code says to scripts."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    FINE = 0
    ERRORS = 1
    """The command did its job and found errors."""
    USAGE = 2
    """The command was called in a way that it does not know."""
    REFUSED = 3
    """Drift, or a plan that must not be carried out."""


class UsageError(Exception):
    """The command line asks for what there is not. The message is one line for the user."""
