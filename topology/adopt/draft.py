"""A config dict on its way: what was taken over so far, and what was left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from ..broker.state import LiveBinding
from ..expand.settings import generated_policy_name
from ..kind import Kind
from ..problems import Path
from .found import LeftOut

Sections = dict[str, Any]

KINDS: Final = {
    "exchanges": Kind.EXCHANGE,
    "queues": Kind.QUEUE,
    "bindings": Kind.BINDING,
    "policies": Kind.POLICY,
    "operator_policies": Kind.OPERATOR_POLICY,
    "users": Kind.USER,
    "permissions": Kind.PERMISSION,
    "topic_permissions": Kind.TOPIC_PERMISSION,
    "federation_upstreams": Kind.FEDERATION_UPSTREAM,
    "shovels": Kind.SHOVEL,
}
"""Sections of the config dict, in the order in which one reads them."""

_LISTED: Final = ("bindings", "permissions", "topic_permissions")
_OF_BINDING: Final = {"destination_type": "queue", "routing_key": "", "arguments": {}}


@dataclass(slots=True)
class Draft:
    """Sections of a config dict, by name or as lists, and the objects that none of them has."""

    vhost: str | dict[str, Any]
    sections: Sections = field(
        default_factory=lambda: {section: [] if section in _LISTED else {} for section in KINDS}
    )
    left_out: list[LeftOut] = field(default_factory=list)
    own: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """(section, name) of a queue or exchange → its settings that came from a policy of its own."""

    def leave_out(self, kind: Kind, name: str, reason: str, *, server_made: bool = False) -> None:
        self.left_out.append(LeftOut(kind, name, reason, server_made))

    def take_out(self, reasons: dict[Path, str]) -> bool:
        """Leaves out the objects at these paths. Returns whether there were any."""
        taken = False
        for section in KINDS:
            entries = self.sections[section]
            if section in _LISTED:
                gone = {path[1] for path in reasons if path[0] == section}
                for index in sorted(gone & set(range(len(entries))), key=int):
                    reason = reasons[section, index]
                    self.leave_out(KINDS[section], label(section, entries[index]), reason)
                    taken = True
                self.sections[section] = [e for i, e in enumerate(entries) if i not in gone]
                continue
            for path, reason in reasons.items():
                name = str(path[1])
                if path[0] == section and name in entries:
                    del entries[name]
                    self.leave_out(KINDS[section], name, reason)
                    taken = True
                elif path[0] == section == "policies":
                    taken |= self._disown(name, reason)
        return taken

    def _disown(self, policy: str, reason: str) -> bool:
        """Leaves out a policy that was read as settings of what it is for."""
        for (section, name), fields in list(self.own.items()):
            if generated_policy_name(section, name) == policy:
                entry = self.sections[section].get(name, {})
                for setting in fields:
                    entry.pop(setting, None)
                del self.own[section, name]
                self.leave_out(Kind.POLICY, policy, reason)
                return True
        return False

    def config(self) -> dict[str, Any]:
        """The config dict, without sections that hold nothing."""
        return {"vhost": self.vhost, **{k: v for k, v in self.sections.items() if v}}


def label(section: str, entry: dict[str, Any]) -> str:
    """How an entry of a list is called, as `drift` calls it."""
    if section == "bindings":
        return str(LiveBinding.from_api(entry))
    if section == "topic_permissions":
        return f"{entry['user']} on {entry['exchange']}"
    return str(entry["user"])


Advance = Callable[[int], None]
"""Is told how many more objects were looked at."""


def nothing(_: int) -> None:
    """For who shows no progress."""
