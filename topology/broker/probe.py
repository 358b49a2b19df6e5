"""What broker is this? Asked once at the start of a run, before anything is planned."""

from __future__ import annotations

from typing import Any, Final

from topology.broker.error import BrokerError
from topology.broker.management import Management
from topology.problems import Problem
from topology.version import OLDEST, BrokerFacts, Version

_PATH: Final = ("rabbitmq:endpoint",)


def probe(management: Management) -> BrokerFacts:
    """Raises `BrokerError` if the broker cannot be asked, or is older than what is supported."""
    overview = management.get("overview")
    version = _version(overview)
    try:
        types = frozenset(entry["name"] for entry in overview["exchange_types"])
    except (KeyError, TypeError):
        raise _untold("types of exchanges") from None
    if version < OLDEST:
        message = f"the broker is RabbitMQ {version}"
        raise BrokerError([Problem(_PATH, message, f"{OLDEST} or newer is needed")])
    return BrokerFacts(version, types, _plugins(management))


def ask_version(management: Management) -> Version:
    """The broker's version alone. Raises `BrokerError` if the broker cannot be asked."""
    return _version(management.get("overview", columns="rabbitmq_version"))


def _version(overview: Any) -> Version:
    try:
        return Version.parse(overview["rabbitmq_version"])
    except (KeyError, TypeError, ValueError):
        raise _untold("version") from None


def _untold(what: str) -> BrokerError:
    message = f"the management API does not tell the broker's {what}"
    return BrokerError([Problem(_PATH, message, "is a proxy in between?")])


def _plugins(management: Management) -> frozenset[str] | None:
    """What all nodes that are up have enabled; without the plugins that those bring along."""
    nodes = management.get("nodes")
    enabled = [node["enabled_plugins"] for node in nodes if node.get("enabled_plugins")]
    return frozenset.intersection(*map(frozenset, enabled)) if enabled else None
