"""How much config a stack can have.

Pulumi hands all of it to a Python program in one environment variable. Linux takes 128 KiB for one
(`MAX_ARG_STRLEN`); beyond, the program does not even start: "argument list too long".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

CAPACITY: Final = 128 * 1024
"""Bytes."""

_NAME: Final = "PULUMI_CONFIG="
_ESCAPED: Final = "<>&"
"""Go writes each of these as six characters, and once more escaped where JSON is in JSON."""


def bytes_of(config: Mapping[str, Any]) -> int:
    """Of the variable that hands over a stack's `config`, with its name and its end. Encrypted
    values are longer than what is handed over."""
    values = {
        key: value if isinstance(value, str) else _json(value) for key, value in config.items()
    }
    text = _json(values)
    return len(_NAME) + len(text.encode()) + 6 * sum(map(text.count, _ESCAPED)) + 1


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
