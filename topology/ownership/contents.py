"""What a vhost holds, whoever made it, without what RabbitMQ makes itself in every vhost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from topology.binding_label import binding_label
from topology.broker import Management
from topology.kind import Kind

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


def read_contents(management: Management, vhost: str) -> Contents:
    """All that the vhost holds; nothing where there is no such vhost. Raises `BrokerError`.

    Left out: the exchanges `amq.*` and the bindings of the default exchange, which every vhost has;
    the permissions of `guest` and of the user that asks, whom RabbitMQ gives all rights in a vhost
    that it creates.
    """
    not_counted = {_GUEST, management.get("whoami", columns="name")["name"]}

    def find(*path: str, columns: str = "") -> Iterable[dict[str, Any]]:
        return management.find(*path, **({"columns": columns} if columns else {})) or ()

    def named(kind: Kind, section: str) -> Iterator[Entry]:
        for entry in find(section, vhost, columns="name"):
            yield _entry(kind, entry["name"])

    exchanges = named(Kind.EXCHANGE, "exchanges")
    return Contents(
        (
            *named(Kind.QUEUE, "queues"),
            *(one for one in exchanges if one.name and not one.name.startswith(_PREDEFINED)),
            *map(_binding, (one for one in find("bindings", vhost) if one["source"])),
            *named(Kind.POLICY, "policies"),
            *named(Kind.OPERATOR_POLICY, "operator-policies"),
            *_parameters(one for one in find("parameters") if one["vhost"] == vhost),
            *(
                _entry(Kind.PERMISSION, one["user"])
                for one in find("vhosts", vhost, "permissions")
                if one["user"] not in not_counted
            ),
            *(
                Entry(
                    Kind.TOPIC_PERMISSION,
                    f"{one['user']} on {one['exchange']}",
                    ((Kind.TOPIC_PERMISSION, one["user"]),),
                )
                for one in find("vhosts", vhost, "topic-permissions")
                if one["user"] not in not_counted
            ),
        )
    )


def _entry(kind: Kind, name: str) -> Entry:
    return Entry(kind, name, ((kind, name),))


def _binding(binding: dict[str, Any]) -> Entry:
    source, destination = binding["source"], binding["destination"]
    label = binding_label(
        source, binding["destination_type"], destination, binding.get("routing_key", "")
    )
    ends = ((Kind.EXCHANGE, source), (Kind(binding["destination_type"]), destination))
    return Entry(Kind.BINDING, label, ends)


def _parameters(found: Iterable[dict[str, Any]]) -> Iterator[Entry]:
    for one in found:
        component, name = one["component"], one["name"]
        if component in _COMPONENTS:
            yield _entry(_COMPONENTS[component], name)
        elif component not in _NOT_COUNTED:
            yield _entry(Kind.PARAMETER, f"{component}/{name}")


def _counted(kind: Kind, names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    number = f"1 {kind.words}" if len(names) == 1 else f"{len(names)} {kind.plural}"
    return f"{number} ({', '.join(sorted(names)[:_SHOWN])}{more})"
