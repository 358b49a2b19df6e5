"""What is not declared and is no drift: made by RabbitMQ, by clients, or named by a pattern."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Self

from ..broker.state import LiveExchange, LiveQueue
from ..kind import Kind

_RABBITMQ_OWN = "amq."
"""Exchanges of every vhost, and queues whose names RabbitMQ gives: `amq.gen-…`."""

_KINDS = frozenset(kind.value for kind in Kind)

_PURPOSE = "x-internal-purpose"
"""Argument by which plugins mark the queues and exchanges that they make for themselves."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """Patterns of undeclared objects that are meant to be there.

    A pattern is a name with `*`, `?` and `[…]` as in file names, of any kind of object, or of one
    kind with the kind before it, as in `queue:reply-*`. What is declared is never ignored: a broad
    pattern must not hide a lost queue.
    """

    patterns: tuple[tuple[Kind | None, str], ...] = ()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        return cls(tuple(_pattern(text) for text in texts))

    def covers(self, kind: Kind, name: str) -> bool:
        return any(
            only in (None, kind) and fnmatchcase(name, pattern) for only, pattern in self.patterns
        )


def _pattern(text: str) -> tuple[Kind | None, str]:
    kind, colon, pattern = text.partition(":")
    # Names may hold colons too: only a known kind is one.
    return (Kind(kind), pattern) if colon and kind in _KINDS else (None, text)


def named_by_rabbitmq(name: str) -> bool:
    return not name or name.startswith(_RABBITMQ_OWN)


def comes_and_goes(broker: LiveQueue | LiveExchange) -> bool:
    """Whether a queue or exchange is a client's own, or a plugin's, and goes by itself."""
    return bool(
        broker.auto_delete
        or (isinstance(broker, LiveQueue) and broker.exclusive)
        or _PURPOSE in broker.arguments
    )
