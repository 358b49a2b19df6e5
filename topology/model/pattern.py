"""Patterns on a queue: one word for what takes an exchange, queues, bindings and policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from .base import Model, Name
from .duration import DURATION, milliseconds


def _delay(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return milliseconds(value)
    except ValueError as error:
        raise PydanticCustomError("duration", "{reason}", {"reason": str(error)}) from None


_DelayInput: TypeAlias = (
    Annotated[int, Field(ge=1, le=315_360_000_000)] | Annotated[str, Field(pattern=DURATION)]
)

Delay: TypeAlias = Annotated[
    Annotated[int, Field(ge=1, le=315_360_000_000)],
    BeforeValidator(_delay, json_schema_input_type=_DelayInput),
    Field(examples=["5s", "10m"]),
]
"""Milliseconds, also written as `5s` or `10m`."""


class DeadLetter(Model):
    """Where rejected, expired and overflowing messages of a queue are kept."""

    queue: Name | None = None
    """Name of the dead-letter queue; default `NAME.dead-letter`. Several queues may share one."""


class Retry(Model):
    """A ladder of delays that a rejected message climbs before it is a dead letter."""

    delays: Annotated[list[Delay], Field(min_length=1, max_length=20)]
    """Time before each further attempt, such as `[5s, 1m, 10m]`."""


def _switch(value: Any) -> Any:
    if isinstance(value, bool):
        return {} if value else None
    if value is None or isinstance(value, Mapping | DeadLetter):
        return value
    raise PydanticCustomError("switch", "must be true, false or a map with the key queue")


DeadLetterSwitch: TypeAlias = Annotated[
    DeadLetter | None, BeforeValidator(_switch, json_schema_input_type=bool | DeadLetter | None)
]
"""`true` is every default, `false` is none at all."""
