"""What a vhost holds, whoever made it, without what RabbitMQ makes itself in every vhost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from ..broker import BrokerReader
from ..broker.state import LiveBinding
from ..kind import Kind

_GUEST: Final = "guest"
"""RabbitMQ's own user."""
_PREDEFINED: Final = "amq."
_COMPONENTS: Final = {
    "federation-upstream": Kind.FEDERATION_UPSTREAM,
    "shovel": Kind.SHOVEL,
}
_NOT_COUNTED: Final = frozenset({"policy", "operator_policy", "vhost-limits"})
"""Parameters that are listed as what they are, or are settings of the vhost itself."""
_SHOWN: Final = 5

Object = tuple[Kind, str]
"""An object of a vhost by its name; a permission by its user."""


class Entry(NamedTuple):
    """One object of a vhost."""

    kind: Kind
    name: str
    """As it is shown; a binding has none of its own."""
    goes_with: tuple[Object, ...]
    """The object goes when any of these goes: itself, and the two ends of a binding."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Objects of one vhost."""

    entries: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.entries)

    def without(self, gone: Callable[[Object], bool]) -> Contents:
        """What is left when the objects that `gone` names are deleted."""
        kept = (entry for entry in self.entries if not any(map(gone, entry.goes_with)))
        return Contents(tuple(kept))

    def __str__(self) -> str:
        """As in `2 queues (a, b), 1 exchange (x)`: the number of each kind, and the first names."""
        names: defaultdict[Kind, list[str]] = defaultdict(list)
        for entry in self.entries:
            names[entry.kind].append(entry.name)
        return ", ".join(_counted(kind, names[kind]) for kind in Kind if kind in names)


def read_contents(reader: BrokerReader, vhost: str) -> Contents:
    """All that the vhost holds; nothing where there is no such vhost. Raises `BrokerError`.

    Left out: the exchanges `amq.*` and the bindings of the default exchange, which every vhost has;
    the permissions of `guest` and of the user that asks, whom RabbitMQ gives all rights in a vhost
    that it creates.
    """
    if reader.vhost(vhost) is None:
        return Contents()
    not_counted = {_GUEST, reader.user()}
    named: tuple[tuple[Kind, Iterable[str]], ...] = (
        (Kind.QUEUE, sorted(reader.queue_names(vhost))),
        (Kind.EXCHANGE, filter(_is_made, reader.exchanges(vhost).by_name)),
        (Kind.POLICY, reader.policies_by_name(vhost)),
        (Kind.OPERATOR_POLICY, reader.operator_policies_by_name(vhost)),
        (Kind.PERMISSION, (u for u in reader.permissions(vhost) if u not in not_counted)),
    )
    return Contents(
        (
            *(_entry(kind, name) for kind, names in named for name in names),
            *(_binding(one) for one in reader.bindings(vhost).bindings if one.source),
            *_parameters(reader.parameter_names(vhost)),
            *(
                Entry(
                    Kind.TOPIC_PERMISSION,
                    f"{user} on {exchange}",
                    ((Kind.TOPIC_PERMISSION, user),),
                )
                for user, exchange in reader.topic_permissions(vhost)
                if user not in not_counted
            ),
        )
    )


def _is_made(exchange: str) -> bool:
    return bool(exchange) and not exchange.startswith(_PREDEFINED)


def _entry(kind: Kind, name: str) -> Entry:
    return Entry(kind, name, ((kind, name),))


def _binding(binding: LiveBinding) -> Entry:
    destination = (Kind(binding.destination_type), binding.destination)
    return Entry(Kind.BINDING, str(binding), ((Kind.EXCHANGE, binding.source), destination))


def _parameters(found: Iterable[tuple[str, str]]) -> Iterator[Entry]:
    for component, name in found:
        if component in _COMPONENTS:
            yield _entry(_COMPONENTS[component], name)
        elif component not in _NOT_COUNTED:
            yield _entry(Kind.PARAMETER, f"{component}/{name}")


def _counted(kind: Kind, names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    number = f"1 {kind.words}" if len(names) == 1 else f"{len(names)} {kind.plural}"
    return f"{number} ({', '.join(sorted(names)[:_SHOWN])}{more})"
