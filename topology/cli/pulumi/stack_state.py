"""What the Pulumi CLI tells of a stack.

Its answers hold secrets in the clear: they must not be shown. Only what it says on its way to a
failure is.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shlex
import subprocess
from typing import Any, Final

from ...command import ENGINE_HINT
from ...problems import ConfigError, Problem
from ..exit_code import UsageError

_log = logging.getLogger("topology")
_SECONDS = 120
_NO_STACK: Final = re.compile(r"no stack named '([^']*)' found")
_LIST: Final = "pulumi stack ls lists them"
_SETTINGS: Final = {"PULUMI_SKIP_UPDATE_CHECK": "true"}


def stack_outputs(stack: str) -> dict[str, Any]:
    """The outputs of a stack. Raises `ConfigError` if there is no CLI, and `UsageError` if
    there is no such stack."""
    command = ["stack", "output", "--stack", stack, "--json", "--show-secrets"]
    return _answered(f"the outputs of stack {stack}", command)


def stack_settings(stack: str) -> dict[str, Any]:
    """The config of a stack: key → `{value, secret}`. Raises `ConfigError`."""
    command = ["config", "--stack", stack, "--json", "--show-secrets"]
    return _answered(f"the config of stack {stack}", command)


def stack_resources(stack: str) -> list[dict[str, Any]]:
    """What the state of a stack holds. Raises `ConfigError`."""
    command = ["stack", "export", "--stack", stack, "--show-secrets"]
    state = _answered(f"the state of stack {stack}", command)
    resources: list[dict[str, Any]] = (state.get("deployment") or {}).get("resources") or []
    return resources


def stack_preview(stack: str) -> str:
    """What `pulumi preview --json` prints, also where it fails. Raises `ConfigError` if there is no
    CLI."""
    arguments = ["preview", "--json", "--stack", stack]
    _log.info("pulumi %s", shlex.join(arguments))
    command = ["pulumi", "--non-interactive", "--color", "never", *arguments]
    try:
        done = subprocess.run(
            command,
            env=os.environ | _SETTINGS,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise _no_cli() from None
    return done.stdout


def selected_stack() -> str:
    """The name of the stack that is selected in this folder. Raises `ConfigError`."""
    return _asked("which stack is selected", ["stack", "--show-name"]).strip()


def carry_out(what: str, arguments: list[str], given: str = "") -> str:
    """Runs the CLI with `given` on its standard input, so that no secret is in a command line or a
    file. Returns what it printed. Raises `ConfigError`."""
    return _asked(what, arguments, given)


def _answered(what: str, arguments: list[str]) -> dict[str, Any]:
    try:
        answer = json.loads(_asked(what, arguments))
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ConfigError([Problem((), f"pulumi does not tell {what} as JSON")])
    return answer


def run_pulumi(what: str, arguments: list[str]) -> None:
    """Runs an update, however long it takes. Raises `ConfigError` with its errors."""
    _log.info("pulumi %s", shlex.join(arguments))
    command = ["pulumi", "--non-interactive", "--color", "never", *arguments]
    try:
        done = subprocess.run(
            command,
            env=os.environ | _SETTINGS,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise _no_cli() from None
    if done.returncode:
        lines = [line.strip() for line in done.stdout.splitlines() if "error:" in line]
        hint = "; ".join(dict.fromkeys(lines)) or "it gives no reason"
        raise ConfigError([Problem((), f"pulumi did not {what}", hint)])


def _no_cli() -> ConfigError:
    return ConfigError([Problem((), "there is no pulumi on the PATH", ENGINE_HINT)])


def _asked(what: str, arguments: list[str], given: str = "") -> str:
    _log.info("pulumi %s", shlex.join(arguments))
    command = ["pulumi", "--non-interactive", "--color", "never", *arguments]
    try:
        done = subprocess.run(
            command,
            env=os.environ | _SETTINGS,
            input=given,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise _no_cli() from None
    except subprocess.TimeoutExpired:
        message = f"pulumi did not tell {what} in {_SECONDS} seconds"
        raise ConfigError([Problem((), message, "is its backend reachable?")]) from None
    if done.returncode:
        if found := _NO_STACK.search(done.stderr):
            raise UsageError(f"there is no stack {found[1]} in this project and backend; {_LIST}")
        lines = done.stderr.strip().splitlines() or ["no reason"]
        hint = lines[-1].removeprefix("error: ")
        raise ConfigError([Problem((), f"pulumi does not tell {what}", hint)])
    return done.stdout
