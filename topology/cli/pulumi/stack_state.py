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
    command = ["preview", "--json", "--stack", stack]
    return _pulumi(command, stdin=subprocess.DEVNULL, capture_output=True).stdout


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
    done = _pulumi(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        lines = [line.strip() for line in done.stdout.splitlines() if "error:" in line]
        hint = "; ".join(dict.fromkeys(lines)) or "it gives no reason"
        raise ConfigError([Problem((), f"pulumi did not {what}", hint)])


def _pulumi(arguments: list[str], **streams: Any) -> subprocess.CompletedProcess[str]:
    """Runs the CLI with these settings of `subprocess.run`. Raises `ConfigError` if there is
    none."""
    _log.info("pulumi %s", shlex.join(arguments))
    command = ["pulumi", "--non-interactive", "--color", "never", *arguments]
    try:
        return subprocess.run(
            command, env=os.environ | _SETTINGS, text=True, check=False, **streams
        )
    except FileNotFoundError:
        problem = Problem((), "there is no pulumi on the PATH", ENGINE_HINT)
        raise ConfigError([problem]) from None


def _asked(what: str, arguments: list[str], given: str = "") -> str:
    try:
        done = _pulumi(arguments, input=given, capture_output=True, timeout=_SECONDS)
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
