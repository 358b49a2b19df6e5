"""RabbitMQ versions, and what a live broker says about itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

VERSION: Final = r"^(\d+)\.(\d+)(?:\.\d+)?(?:[-+.].*)?$"
"""What a version looks like."""

_NUMBERS = re.compile(VERSION)


class Version(NamedTuple):
    """A RabbitMQ release series: what RabbitMQ accepts changes between series, not inside one."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """`4.3`, `4.3.6` or `4.3.6-beta.1`; raises `ValueError` for anything else."""
        match = _NUMBERS.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a RabbitMQ version such as 4.3 or 3.13.7")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


OLDEST = Version(3, 10)
"""The oldest series that is supported and tested."""

NEWEST = Version(4, 3)
"""The newest series whose rules are known; newer brokers are checked by these."""

TRANSIENT_QUEUES: Final = "transient_nonexcl_queues"
MASTER_LOCATOR: Final = "queue_master_locator"
"""Deprecated features by RabbitMQ's own names."""

DENIED_SINCE: Final = {TRANSIENT_QUEUES: Version(4, 3), MASTER_LOCATOR: Version(4, 3)}
"""The first series that denies a feature unless its configuration permits it."""


@dataclass(frozen=True, slots=True)
class BrokerFacts:
    """What decides whether a broker accepts a declaration."""

    version: Version
    exchange_types: frozenset[str] | None = None
    """Types that the broker offers, those of its plugins included; None when it was not asked."""
    plugins: frozenset[str] | None = None
    """Plugins that are enabled on all of its nodes; None when that is not known."""
    denied_features: frozenset[str] | None = None
    """Deprecated features that the broker denies, as it lists them from 3.13 on; None when that is
    not known."""

    @property
    def asked(self) -> bool:
        return self.exchange_types is not None

    def denies(self, feature: str) -> bool:
        """Whether the broker denies a deprecated feature; where that is not known, whether its
        version does by default. Source: RabbitMQ's deprecated features, `denied_by_default`."""
        if self.denied_features is not None:
            return feature in self.denied_features
        since = DENIED_SINCE.get(feature)
        return since is not None and self.version >= since
