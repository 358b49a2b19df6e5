"""What is made elsewhere and referred to here: whether the broker has it.

RabbitMQ answers 400 for the rights of a user that does not exist, after everything before them has
been created; it takes any name of an exchange or an upstream, and drops what should go there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ..expand.settings import generated_policy_name
from ..model import Exchange, Queue, Topology
from ..problems import Path, Problem, Severity, did_you_mean
from .inventory import Inventory

_EXCHANGES: Final = {
    "x-dead-letter-exchange": "dead-letter-exchange",
    "alternate-exchange": "alternate-exchange",
}
"""By argument, the key of a policy that says the same."""
_UPSTREAMS: Final = {
    "federation-upstream": "FederationUpstream",
    "federation-upstream-set": "FederationUpstreamSet",
}
_ALL: Final = "all"
"""The upstream set that every vhost has."""


def missing(topology: Topology, inventory: Inventory) -> Iterator[Problem]:
    """An error for each vhost and user with `existing` that the broker does not have, a warning for
    each exchange and upstream of which an ignored rule assumes that another stack makes it.

    `topology` is settled. Nothing where the broker was not asked.
    """
    vhost = topology.vhost
    if vhost.existing and inventory.lacks("VHost", vhost.name):
        yield _absent(("vhost", "existing"), "vhost", vhost.name, inventory, "VHost")
    for name, user in topology.users.items():
        if user.existing and inventory.lacks("User", name):
            yield _absent(("users", name, "existing"), "user", name, inventory, "User")
    yield from _assumed_exchanges(topology, inventory)
    yield from _assumed_upstreams(topology, inventory)


def _absent(path: Path, noun: str, name: str, inventory: Inventory, resource: str) -> Problem:
    hint = did_you_mean(name, inventory.names[resource])
    hint = hint or f"create it first, or leave out existing to have this stack make the {noun}"
    return Problem(path, f"the broker has no {noun} {name}", hint)


def _assumed_exchanges(topology: Topology, inventory: Inventory) -> Iterator[Problem]:
    """Each exchange once: a policy may be part of those that were made for settings."""
    first: dict[str, Path] = {}
    for path, name in _exchange_references(topology):
        first.setdefault(name, path)
    for name, path in first.items():
        known = not name or name.startswith("amq.") or name in topology.exchanges
        if not known and _has_not(inventory, "Exchange", name):
            message = f"the broker has no exchange {name}: messages for it are dropped"
            yield Problem(path, message, "create it first", Severity.WARNING)


def _exchange_references(topology: Topology) -> Iterator[tuple[Path, str]]:
    for section, declared in _sections(topology):
        for name, one in declared.items():
            for argument in _EXCHANGES:
                if isinstance(value := one.arguments.get(argument), str):
                    yield (section, name, "arguments", argument), value
    settings = _settings(topology)
    for name in sorted(topology.policies, key=settings.__contains__):
        definition = topology.policies[name].definition.values()
        for key in _EXCHANGES.values():
            if isinstance(value := definition.get(key), str):
                own = settings.get(name)
                setting = (*own, key.replace("-", "_")) if own else None
                yield setting or ("policies", name, "definition", key), value


def _assumed_upstreams(topology: Topology, inventory: Inventory) -> Iterator[Problem]:
    settings = _settings(topology)
    for policy in (name for name in topology.policies if name not in settings):
        for key, value in topology.policies[policy].definition.values().items():
            resource = _UPSTREAMS.get(key)
            if resource is None or not isinstance(value, str) or value == _ALL:
                continue
            known = resource == "FederationUpstream" and value in topology.federation_upstreams
            if not known and _has_not(inventory, resource, value):
                noun = key.replace("-", " ")
                message = f"the broker has no {noun} {value}: nothing is federated"
                path = ("policies", policy, "definition", key)
                yield Problem(path, message, "create it first", Severity.WARNING)


def _sections(topology: Topology) -> tuple[tuple[str, Mapping[str, Queue | Exchange]], ...]:
    return ("queues", topology.queues), ("exchanges", topology.exchanges)


def _settings(topology: Topology) -> dict[str, tuple[str, str]]:
    """(section, name) of the queue or exchange whose settings a policy holds, by the policy."""
    return {
        generated_policy_name(section, name): (section, name)
        for section, declared in _sections(topology)
        for name in declared
    }


def _has_not(inventory: Inventory, resource: str, name: str) -> bool:
    """In a vhost that does not exist, there is nothing."""
    if not inventory.asked:
        return False
    return name not in inventory.names.get(resource, frozenset())
