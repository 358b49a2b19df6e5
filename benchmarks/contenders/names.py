"""How the contenders are called, in tables and in targets."""

from __future__ import annotations

from typing import Final

OURS: Final = "this program"
OURS_WITH_CHECKPOINTS: Final = "this program, checkpoints"
PLAIN_PORT: Final = "plain Pulumi program"
OPENTOFU: Final = "OpenTofu"
ONE_CALL_EACH: Final = "one HTTP call each"
IMPORT: Final = "definitions import"
