"""Who is compared."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from benchmarks.contender import Contender
from benchmarks.contenders.http import Http
from benchmarks.contenders.names import (
    IMPORT,
    ONE_CALL_EACH,
    OPENTOFU,
    OURS,
    OURS_WITH_CHECKPOINTS,
    PLAIN_PORT,
)
from benchmarks.contenders.opentofu import OpenTofu
from benchmarks.contenders.pulumi import PlainPort, ThisProgram
from toolchain.engine import Engine
from toolchain.environment import tuning

CHECKPOINTS_UP_TO = 100
"""Objects. The engine writes the whole state around every step: time grows with the square."""


_AS_DOCUMENTED = "pulumi with --yes and --skip-preview as in pipeline/up, default parallelism"


def contenders(engine: Engine, tofu: Path | None) -> list[Contender]:
    """All of them; without OpenTofu where `tofu`, the folder of its programs, is not known."""
    variables = {"PULUMI_SKIP_CHECKPOINTS": "true"} | tuning()
    off = " ".join(f"{name}={value}" for name, value in variables.items())
    found = [
        Contender(
            OURS, f"{_AS_DOCUMENTED}, {off} as `make env` sets them", partial(ThisProgram, engine)
        ),
        Contender(
            OURS_WITH_CHECKPOINTS,
            "the same with PULUMI_SKIP_CHECKPOINTS=false, the engine's own default",
            partial(ThisProgram, engine, checkpoints=True),
            CHECKPOINTS_UP_TO,
        ),
        Contender(
            PLAIN_PORT,
            f"benchmarks/programs/plain_port, run in the same way, {off}",
            partial(PlainPort, engine),
        ),
        Contender(
            ONE_CALL_EACH,
            "benchmarks/contenders/calls.py: one connection, one call after the other",
            partial(Http, "each"),
        ),
        Contender(
            IMPORT,
            "contenders/calls.py: POST /api/definitions with everything, also for a change",
            partial(Http, "import"),
        ),
    ]
    if tofu is not None:
        tofu_settings = "the provider that the Pulumi plugin bridges, default parallelism"
        found.insert(3, Contender(OPENTOFU, tofu_settings, partial(OpenTofu, tofu)))
    return found
