"""What there is to adopt, wherever it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..broker.state import BindingIdentity, VhostState
from ..kind import Kind
from ..version import BrokerFacts

PropertiesKeys = Mapping[BindingIdentity, str]
"""How the broker calls each of its bindings. Of one with arguments, only the broker can say."""


@dataclass(frozen=True, slots=True)
class Found:
    """A whole broker, or what an exported definitions file tells of one."""

    facts: BrokerFacts
    """The broker that the stacks are meant for."""
    vhosts: Mapping[str, VhostState]
    properties_keys: Mapping[str, PropertiesKeys] = field(default_factory=dict)
    """By vhost; empty where no broker was asked."""
    global_parameters: tuple[str, ...] = ()
    rights: Mapping[str, int] = field(default_factory=dict)
    """In how many vhosts each user of the broker has rights."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something on the broker that is not adopted. It stays there as it is."""

    kind: Kind
    name: str
    reason: str
    server_made: bool = False
    """Whether RabbitMQ, a plugin or a client made it for itself: nobody would declare it."""


class Unheld(Exception):
    """An object is on the broker, and no declaration would be exactly that. The message is the
    reason, and never holds a secret."""
