"""The environment in which a plain `pulumi` works on this clone's stacks."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

from .engine import Engine, pulumi_home
from .folders import project_folder

# The dev stack's secrets are open to everyone who has the clone; its salt is committed, so
# that no command rewrites Pulumi.dev.yaml. Other stacks have a passphrase or a key of their own.
DEV_PASSPHRASE = "dev"  # noqa: S105
QUIET = {"PULUMI_SKIP_UPDATE_CHECK": "true"}

TUNING = {
    # For each of engine and plugin: Go collects garbage a quarter as often as by default, and
    # more often again near the limit, which stacks of some thousand objects never reach.
    "GOGC": "400",
    "GOMEMLIMIT": "640MiB",
    # The language host runs `pip list` in each run; newer pips then look for a newer pip.
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
"""What makes a run faster and changes nothing else, by variable."""


def logged_in() -> bool:
    """Whether the user has chosen a backend for Pulumi: by variable or by `pulumi login`."""
    if os.environ.get("PULUMI_BACKEND_URL"):
        return os.environ["PULUMI_BACKEND_URL"] != own_backend()
    folder = Path(os.environ.get("PULUMI_CREDENTIALS_PATH") or pulumi_home())
    try:
        return bool(json.loads((folder / "credentials.json").read_text())["current"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def own_backend() -> str:
    """The file backend inside the project.

    Without files of attributes beside those of the state: nothing needs them, the engine does not
    write them in one step, and it cannot read what a kill leaves of one.
    """
    return f"file://{project_folder() / 'state'}?metadata=skip"


def own_state() -> dict[str, str]:
    """The state inside the project, and how it is written.

    At the end of a run only, unless the user has said otherwise: the engine would write the whole
    state before and after every step. A run that was interrupted is noticed by the next one.
    """
    often = {"PULUMI_SKIP_CHECKPOINTS": os.environ.get("PULUMI_SKIP_CHECKPOINTS", "true")}
    own = {"PULUMI_BACKEND_URL": own_backend(), "PULUMI_CONFIG_PASSPHRASE": DEV_PASSPHRASE}
    return own | often


def tuning() -> dict[str, str]:
    """What makes a run faster, unless the shell has other values."""
    return {name: os.environ.get(name, value) for name, value in TUNING.items()}


def settings(engine: Engine) -> dict[str, str]:
    """The variables to set; PATH is set apart, since it builds on the caller's."""
    variables = QUIET | tuning() | engine.environment()
    if not logged_in():
        (project_folder() / "state").mkdir(parents=True, exist_ok=True)
        return variables | own_state()
    own = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")
    if not any(name in os.environ for name in own):
        variables["PULUMI_CONFIG_PASSPHRASE"] = DEV_PASSPHRASE
    return variables


def path(engine: Engine) -> list[str]:
    """Folders to have first on PATH: this Python's, and the engine's."""
    return [str(Path(sys.executable).parent), engine.programs]


def shell(engine: Engine) -> str:
    """The same for a shell's `eval`."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in settings(engine).items()]
    present = os.environ.get("PATH", "").split(os.pathsep)
    first = path(engine)
    if present[: len(first)] != first:
        lines.append(f'export PATH={shlex.quote(os.pathsep.join(first))}:"$PATH"')
    return "\n".join(lines)


def mapping(engine: Engine) -> dict[str, str]:
    """The same for a subprocess."""
    folders = [*path(engine), os.environ.get("PATH", "")]
    return os.environ | settings(engine) | {"PATH": os.pathsep.join(folders)}
