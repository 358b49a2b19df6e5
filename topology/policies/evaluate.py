"""Before against after, for every object that a change of policies could concern."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from ..broker.live_policy import LivePolicies, LivePolicy
from .change import PolicyChange, PolicySet
from .dropped import dropped
from .effect import PolicyEffect, Rule
from .live_object import LiveObject, Settings
from .state import PolicyState
from .unapplied import foreign_keys, kept_keys

_Pair = tuple[LivePolicy | None, LivePolicy | None]
"""The policy that applies before, and the one that does after."""


def evaluate(vhost: PolicyState, change: PolicyChange) -> Iterator[PolicyEffect]:
    """Everything that a change would do to what is on the broker, objects in their order there.

    Where several policies of the same priority match, RabbitMQ takes one of its own choice: then
    every possible one counts. Consent is not looked at here.
    """
    users = _Side(vhost.policies, change.policies, operator=False)
    operators = _Side(vhost.operator_policies, change.operator_policies, operator=True)
    if not (users.touched or operators.touched):
        return
    listed = {(entry.section, entry.name) for entry in vhost.objects}
    created = (entry for entry in change.created if (entry.section, entry.name) not in listed)
    for entry in chain(vhost.objects, created):
        if (entry.section, entry.name) not in change.going:
            yield from _Object(vhost, change, users, operators, entry).effects()


class _Side:
    """Policies, or operator policies, before and after."""

    def __init__(self, before: LivePolicies, change: PolicySet, *, operator: bool) -> None:
        self.before, self.change, self.operator = before, change, operator
        self.after = change.after(before)
        self.touched = change.touched(before)

    def pairs(self, entry: LiveObject) -> list[_Pair]:
        """Which policy could apply to an object before and after. One that could do so before, and
        can still, is not switched off by what is as it was."""
        if entry.kind == "exchange" and self.operator:
            return [(None, None)]
        olds = self.before.strongest(entry.name, entry.kind)
        news = self.after.strongest(entry.name, entry.kind)
        if list(olds) == list(news):
            return [(old, old) for old in olds[:1]] or [(None, None)]
        return [(old, new) for old in _or_none(olds) for new in _or_none(news)]

    def cause(self, pair: _Pair) -> str:
        """Which of the two is created, changed or deleted; empty where neither is."""
        old, new = pair
        for policy in (new, old):
            if policy is not None and policy.name in self.touched:
                return policy.name
        return ""


def _or_none(policies: Sequence[LivePolicy]) -> Iterable[LivePolicy | None]:
    return policies or (None,)


@dataclass(frozen=True, slots=True)
class _Object:
    vhost: PolicyState
    change: PolicyChange
    users: _Side
    operators: _Side
    entry: LiveObject

    def effects(self) -> Iterator[PolicyEffect]:
        """Each once, of all policies that could apply."""
        found: dict[tuple[Rule, str, str], PolicyEffect] = {}
        for pair in self.users.pairs(self.entry):
            for limits in self.operators.pairs(self.entry):
                for effect in self._of(pair, limits):
                    found.setdefault((effect.rule, effect.effect, effect.lost), effect)
        yield from found.values()

    def _of(self, pair: _Pair, limits: _Pair) -> Iterator[PolicyEffect]:
        if pair[0] == pair[1] and limits[0] == limits[1]:
            return
        before, after = (
            self.entry.settings(_definition(policy), _definition(limit), self.vhost.version)
            for policy, limit in zip(pair, limits, strict=True)
        )
        if before == after:
            return
        drops = list(self._dropped(pair, limits, before, after)) if self.entry.exists else []
        yield from drops
        yield from self._unapplied(self.users, pair, (before, after), drops=bool(drops))
        yield from self._unapplied(self.operators, limits, (before, after), drops=bool(drops))

    def _unapplied(
        self, side: _Side, pair: _Pair, settings: tuple[Settings, Settings], *, drops: bool
    ) -> Iterator[PolicyEffect]:
        old, new = pair
        if old is None or old == new:
            return
        named = (self.entry.section, self.entry.name)
        declared = named in self.change.declared
        version = self.vhost.version
        if not side.change.owns(old.name):
            own = declared and not side.operator
            keys = foreign_keys(self.entry, old, new, settings, version, own=own)
        elif declared or drops or self.entry.passing or side.operator:
            return  # What is the stack's own may change; what that costs is reported already.
        else:
            keys = kept_keys(self.entry, old, settings, version)
        if keys:
            effect = f"{', '.join(sorted(keys))} would stop applying"
            yield self._effect(Rule.POLICY_UNAPPLIED, effect, side, pair, lost=old, keys=dict(keys))

    def _dropped(
        self, pair: _Pair, limits: _Pair, before: Settings, after: Settings
    ) -> Iterator[PolicyEffect]:
        side, cause = (self.users, pair) if pair[0] != pair[1] else (self.operators, limits)
        for effect in dropped(self.entry, before, after, self.vhost.version):
            yield self._effect(Rule.MESSAGES_DROPPED, effect, side, cause)

    def _effect(
        self,
        rule: Rule,
        effect: str,
        side: _Side,
        pair: _Pair,
        *,
        lost: LivePolicy | None = None,
        keys: dict[str, object] | None = None,
    ) -> PolicyEffect:
        policy = side.cause(pair)
        return PolicyEffect(
            rule=rule,
            object=self.entry,
            effect=effect,
            policy=policy,
            operator=side.operator,
            removed=policy in side.change.removed and policy not in side.change.put,
            lost=lost.name if lost else "",
            keys=keys or {},
        )


def _definition(policy: LivePolicy | None) -> Settings:
    return policy.definition if policy is not None else {}
