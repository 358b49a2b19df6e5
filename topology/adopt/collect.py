"""What is in a vhost, taken over object by object or left out with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeAlias

from ..broker.live_policy import LivePolicy
from ..broker.state import (
    LiveBinding,
    LiveExchange,
    LivePermission,
    LiveQueue,
    LiveTopicPermission,
    VhostState,
)
from ..drift.ignore import named_by_rabbitmq
from ..expand.settings import generated_policy_name
from ..kind import Kind
from ..model import Policy
from ..version import Version
from .draft import Advance, Draft, label
from .found import Unheld
from .own_policy import is_own_policy, other_policies, own_settings
from .selection import Selection, Users
from .server_made import GUEST, GUEST_REASON, exchange_reason, queue_reason
from .to_config import (
    binding_entry,
    exchange_entry,
    policy_entry,
    queue_entry,
    queue_type,
    shovel_entry,
    upstream_entry,
    vhost_entry,
)

_EntryOf: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]

_PARAMETERS: Final[Mapping[str, tuple[Kind, str, _EntryOf]]] = {
    "federation-upstream": (Kind.FEDERATION_UPSTREAM, "federation_upstreams", upstream_entry),
    "shovel": (Kind.SHOVEL, "shovels", shovel_entry),
}
_ELSEWHERE: Final = ("operator_policy", "policy", "vhost-limits")
_QUEUE_TYPES: Final = ("classic", "quorum", "stream")


@dataclass(slots=True)
class Collector:
    """One vhost, from what was found to a draft."""

    found: VhostState
    draft: Draft
    selection: Selection
    version: Version
    advance: Advance
    others: Mapping[str, Policy] = field(default_factory=dict)
    """The policies that are for whatever matches."""
    own: dict[tuple[str, str], LivePolicy] = field(default_factory=dict)
    """(section, name) → the policy that this program made for it."""

    def collect(self) -> None:
        self._read_own_policies()
        for name in sorted(self.found.exchanges):
            self._exchange(name, self.found.exchanges[name])
        for name in sorted(self.found.queues):
            self._queue(name, self.found.queues[name])
        for binding in self.found.bindings:
            self._binding(binding)
        self._policies()
        self._parameters()
        self._rights()

    def _read_own_policies(self) -> None:
        named = {
            generated_policy_name(section, name): (section, name)
            for section, entries in (
                ("queues", self.found.queues),
                ("exchanges", self.found.exchanges),
            )
            for name in entries
        }
        own = {
            name: named[name]
            for name, policy in self.found.policies.items()
            if name in named and is_own_policy(policy, *named[name])
        }
        plain = {name: p for name, p in self.found.policies.items() if name not in own}
        self.others = other_policies(plain)
        self.own = {place: self.found.policies[name] for name, place in own.items()}

    def _settings(self, section: str, name: str, kind: Any) -> dict[str, Any]:
        policy = self.own.get((section, name))
        if policy is None:
            return {}
        own = own_settings(policy.definition, section, name, kind, self.others, self.version)
        self.draft.own[section, name] = tuple(own)
        return own

    def _wanted(self, kind: Kind, name: str, server_made: str | None = None) -> bool:
        if server_made:
            self.draft.leave_out(kind, name, server_made, server_made=True)
        elif reason := self.selection.refusal(kind, name):
            self.draft.leave_out(kind, name, reason)
        else:
            return True
        return False

    def _exchange(self, name: str, exchange: LiveExchange) -> None:
        self.advance(1)
        if not self._wanted(Kind.EXCHANGE, name, exchange_reason(name, exchange)):
            return
        try:
            entry = exchange_entry(exchange, self._settings("exchanges", name, "exchange"))
        except Unheld as reason:
            self.draft.leave_out(Kind.EXCHANGE, name, str(reason))
        else:
            self.draft.sections["exchanges"][name] = entry

    def _queue(self, name: str, queue: LiveQueue) -> None:
        self.advance(1)
        if not self._wanted(Kind.QUEUE, name, queue_reason(name, queue)):
            return
        vhost = self.draft.vhost
        default = vhost.get("default_queue_type") if isinstance(vhost, dict) else None
        kind = queue_type(queue, default)
        if kind not in _QUEUE_TYPES:
            self.draft.leave_out(Kind.QUEUE, name, f"a queue of type {kind}: a plugin's own")
            return
        own = self._settings("queues", name, kind)
        self.draft.sections["queues"][name] = queue_entry(queue, own, default, self.version)

    def _binding(self, binding: LiveBinding) -> None:
        self.advance(1)
        if not binding.source:
            return  # every queue is bound to the default exchange
        entry = binding_entry(binding)
        name = label("bindings", entry)
        to = "exchanges" if entry.get("destination_type") else "queues"
        for section, end in (("exchanges", entry["source"]), (to, entry["destination"])):
            if reason := self._end_left_out(section, end):
                self.draft.leave_out(Kind.BINDING, name, reason, server_made=self._passing(end))
                return
        if self._wanted(Kind.BINDING, name):
            self.draft.sections["bindings"].append(entry)

    def _end_left_out(self, section: str, name: str) -> str | None:
        if name in self.draft.sections[section]:
            return None
        if section == "exchanges" and named_by_rabbitmq(name):
            return None  # every vhost has it
        noun = section.removesuffix("s")
        return f"its {noun} {name} is left out"

    def _passing(self, name: str) -> bool:
        """Whether an end is one that comes and goes by itself."""
        queue, exchange = self.found.queues.get(name), self.found.exchanges.get(name)
        return bool(
            (queue is None and named_by_rabbitmq(name))
            or (queue is not None and queue_reason(name, queue))
            or (exchange is not None and exchange_reason(name, exchange))
        )

    def _policies(self) -> None:
        own = {generated_policy_name(section, name) for section, name in self.draft.own}
        for name in sorted(self.found.policies):
            self.advance(1)
            if name not in own and self._wanted(Kind.POLICY, name):
                entry = policy_entry(self.found.policies[name], "all")
                self.draft.sections["policies"][name] = entry
        for name in sorted(self.found.operator_policies):
            self.advance(1)
            if self._wanted(Kind.OPERATOR_POLICY, name):
                entry = policy_entry(self.found.operator_policies[name], "queues")
                self.draft.sections["operator_policies"][name] = entry

    def _parameters(self) -> None:
        for component, name in sorted(self.found.parameters):
            self.advance(1)
            if component in _ELSEWHERE:
                continue
            if component not in _PARAMETERS:
                reason = f"a parameter of {component}, which no stack can declare"
                self.draft.leave_out(Kind.PARAMETER, f"{component}/{name}", reason)
                continue
            kind, section, entry_of = _PARAMETERS[component]
            if not self._wanted(kind, name):
                continue
            try:
                entry = entry_of(self.found.parameters[component, name])
            except Unheld as reason:
                self.draft.leave_out(kind, name, str(reason))
            else:
                self.draft.sections[section][name] = entry

    def _rights(self) -> None:
        for user in sorted(self.found.permissions):
            self.advance(1)
            if self._wanted(Kind.PERMISSION, user, GUEST_REASON if user == GUEST else None):
                rights = _rights(self.found.permissions[user])
                self.draft.sections["permissions"].append({"user": user, **rights})
        for user, exchange in sorted(self.found.topic_permissions):
            self.advance(1)
            name = f"{user} on {exchange}"
            if self._wanted(Kind.TOPIC_PERMISSION, name, GUEST_REASON if user == GUEST else None):
                rights = _rights(self.found.topic_permissions[user, exchange])
                entry = {"user": user, "exchange": exchange, **rights}
                self.draft.sections["topic_permissions"].append(entry)
        listed = [
            *self.draft.sections["permissions"],
            *self.draft.sections["topic_permissions"],
        ]
        for user in sorted({entry["user"] for entry in listed}):
            self.draft.sections["users"][user] = self._user(user)

    def _user(self, name: str) -> dict[str, Any]:
        if self.selection.users is not Users.GENERATED:
            return {"existing": True}
        found = self.found.users.get(name)
        return {"tags": list(found.tags)} if found and found.tags else {}


def _rights(permission: LivePermission | LiveTopicPermission) -> dict[str, str]:
    """All but the empty ones, which go without saying."""
    rights = asdict(permission)
    return {key: rights[key] for key in ("configure", "write", "read") if rights.get(key)}


def objects(found: VhostState) -> int:
    """How many objects there are to look at."""
    sections = (
        found.exchanges,
        found.queues,
        found.bindings,
        found.policies,
        found.operator_policies,
        found.parameters,
        found.permissions,
        found.topic_permissions,
    )
    return sum(len(section) for section in sections)


def draft_of(
    name: str, found: VhostState, selection: Selection, version: Version, advance: Advance
) -> Draft:
    """The draft of one vhost."""
    draft = Draft(vhost_entry(name, found, existing=selection.existing_vhost))
    Collector(found, draft, selection, version, advance).collect()
    return draft
