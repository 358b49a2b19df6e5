"""The guard of changes of policies: none may drop messages or switch off a live policy silently.

When a run begins, what it declares is compared with the policies that are on the broker. In most
runs nothing can happen, and then no hook is registered. Otherwise each policy of the stack gets
one, and the first that the engine runs decides for all: so everything that is refused is in one
text, and no policy was changed before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import pulumi

from ..broker.error import BrokerError
from ..expand.naming import exactly
from ..expand.settings import generated_policy_name
from ..hooks.engine_state import read_state
from ..hooks.hook_threads import HookThreads
from ..kind import Kind
from ..place import Place
from ..policies import (
    CODE,
    Counts,
    PolicyChange,
    PolicyEffect,
    PolicySet,
    PolicyState,
    Rule,
    declared_change,
    evaluate,
    refusal,
    refused,
)
from ..policies.live_object import UNKNOWN, Section
from .context import Guarding
from .refusal import Refusal

CHANGE: Final = "rabbitmq-topology:change-policy"
DELETE_OPERATOR: Final = "rabbitmq-topology:veto-operator-policy"
"""States keep these names: the engine looks up there what a resource is hooked to."""

_KINDS: Final[Mapping[Section, Kind]] = {"queues": Kind.QUEUE, "exchanges": Kind.EXCHANGE}


class PolicyChanges:
    """What a run may do to policies. Hooks of many resources ask side by side."""

    def __init__(self, guarding: Guarding, threads: HookThreads, place: Place) -> None:
        self._guarding, self._threads = guarding, threads
        self._vhost = guarding.topology.vhost.name
        self._declared = declared_change(guarding.topology)
        self._possible: list[PolicyEffect] = []
        self._unasked = False
        self._removed: dict[Kind, set[str]] = {Kind.POLICY: set(), Kind.OPERATOR_POLICY: set()}
        self._lock = threading.Lock()
        self._verdict = ""
        self._judged = False
        self._change = place.hook(CHANGE, self._before_change)
        self._delete_operator = place.hook(DELETE_OPERATOR, self._before_operator_deletion)

    async def begin(self) -> None:
        """Compares what is declared with what the broker has, before anything is registered."""
        await self._threads.run(f"policies of vhost {self._vhost}", self._look)
        await self._recall()

    def _look(self) -> None:
        change = self._declared
        try:
            reader = self._guarding.broker.reader
            found = PolicyState.read(reader, self._vhost, objects=False)
            if change.policies.touched(found.policies) or change.operator_policies.touched(
                found.operator_policies
            ):
                found = PolicyState.read(reader, self._vhost)
                self._possible = self._refused(_with_unknown_counts(found), change)
        except BrokerError:
            self._unasked = True  # Hooks ask again, and refuse what is still unknown.

    @property
    def at_stake(self) -> bool:
        """Whether a change that is declared may have to be refused."""
        return self._unasked or bool(self._possible)

    async def _recall(self) -> None:
        """Learns from the state which live policies are the stack's own, though they are no longer
        declared: these may go. Asked only where that matters."""
        if not any(effect.rule is Rule.POLICY_UNAPPLIED for effect in self._possible):
            return
        managed = await _managed(self._vhost)
        self._declared = replace(
            self._declared,
            policies=replace(self._declared.policies, managed=managed[Kind.POLICY]),
            operator_policies=replace(
                self._declared.operator_policies, managed=managed[Kind.OPERATOR_POLICY]
            ),
        )

    def options(self, kind: Kind) -> pulumi.ResourceOptions:
        """For each policy and operator policy that is declared."""
        asked = [self._change] if self.at_stake else []
        # The engine runs what the state of the last run says, so this is always there. The guard of
        # policies asks for itself.
        deletion = [self._delete_operator] if kind is Kind.OPERATOR_POLICY else []
        hooks = pulumi.ResourceHookBinding(
            before_create=[*asked], before_update=[*asked], before_delete=[*deletion]
        )
        return pulumi.ResourceOptions(hooks=hooks)

    def refuse_deletion(self, kind: Kind, properties: Mapping[str, Any]) -> None:
        """Raises `Refusal` if messages, or what keeps them, go with a policy of these properties,
        as Pulumi has them."""
        name, vhost = str(properties["name"]), str(properties["vhost"])
        if self._goes_with_its_object(name, (properties.get("policy") or {}).get("pattern")):
            return
        with self._lock:
            removed = self._removed[kind]
            removed.add(name)
            change = self._deletion(vhost)
            if text := self._text(vhost, change, lambda effect: effect.removed):
                removed.discard(name)
                raise Refusal(text)

    def _goes_with_its_object(self, policy: str, pattern: object) -> bool:
        """Whether it was made for one queue or exchange that goes too. A vhost may have thousands
        of these, so nothing is asked about them."""
        for section, kind in _KINDS.items():
            name = policy.removeprefix(generated_policy_name(section, ""))
            if name != policy and pattern == exactly(name):
                return self._guarding.goes((kind, name))
        return False

    async def _before_change(self, args: pulumi.ResourceHookArgs) -> None:
        kind = Kind.of_resource(args.type) or Kind.POLICY
        name = str((args.new_inputs or {}).get("name") or args.name)
        what = f"hook before creation or update of {kind.words} {name}"
        await self._threads.run(what, self._refuse_change, kind, name)

    async def _before_operator_deletion(self, args: pulumi.ResourceHookArgs) -> None:
        properties = args.old_outputs or args.old_inputs or {}
        what = f"hook before deletion of operator policy {properties['name']}"
        await self._threads.run(what, self.refuse_deletion, Kind.OPERATOR_POLICY, properties)

    def _refuse_change(self, kind: Kind, name: str) -> None:
        """The first that comes decides for all: what it lets through, the others do not stop."""
        with self._lock:
            if not self._judged:
                self._judged = True
                self._verdict = self._text(self._vhost, self._declared)
                if self._verdict:
                    raise Refusal(self._verdict)
        if self._verdict and not self._guarding.preview:
            raise Refusal(f"{CODE} {kind.words} {name} is not changed either")

    def _text(
        self,
        vhost: str,
        change: PolicyChange,
        about: Callable[[PolicyEffect], bool] = lambda _: True,
    ) -> str:
        """Why a change is refused, by what is in the queues at this moment; empty if it is not."""
        try:
            state = PolicyState.read(self._guarding.broker.reader, vhost)
            possible = self._refused(_with_unknown_counts(state), change)
            state = state.with_counts(self._counts(vhost, state, filter(about, possible)))
        except BrokerError as error:
            reasons = "; ".join(problem.message for problem in error.problems)
            return f"{CODE} the broker could not be asked what would be lost: {reasons}"
        found = [effect for effect in self._refused(state, change) if about(effect)]
        return refusal(found, state, change) if found else ""

    def _refused(self, state: PolicyState, change: PolicyChange) -> list[PolicyEffect]:
        named = ((entry.section, entry.name) for entry in state.objects)
        going = {one for one in named if self._guarding.goes((_KINDS[one[0]], one[1]))}
        change = replace(change, going=frozenset(going))
        return refused(evaluate(state, change), self._guarding.topology)

    def _deletion(self, vhost: str) -> PolicyChange:
        """What is left when policies are deleted one after the other.

        One that is declared goes in a destroy: then nothing that is declared will be there.
        """
        own = vhost == self._vhost
        declared = self._declared if own else PolicyChange()

        def side(which: Kind, given: PolicySet) -> PolicySet:
            gone = frozenset(self._removed[which])
            put = {} if destroyed else given.put
            return PolicySet(put, gone, given.managed | given.put.keys())

        destroyed = any(
            self._removed[which] & given.put.keys()
            for which, given in (
                (Kind.POLICY, declared.policies),
                (Kind.OPERATOR_POLICY, declared.operator_policies),
            )
        )
        return replace(
            declared,
            policies=side(Kind.POLICY, declared.policies),
            operator_policies=side(Kind.OPERATOR_POLICY, declared.operator_policies),
            created=(),
        )

    def _counts(
        self, vhost: str, state: PolicyState, effects: Iterable[PolicyEffect]
    ) -> dict[str, Counts]:
        """Of the queues whose messages are in danger, at this moment."""
        names = {
            effect.object.name
            for effect in effects
            if effect.rule is Rule.MESSAGES_DROPPED and effect.object.kind != "exchange"
        }
        sampled = {entry.name: entry for entry in state.objects if entry.section == "queues"}
        return {name: self._count(vhost, name, sampled[name].counts) for name in names}

    def _count(self, vhost: str, name: str, sampled: Counts) -> Counts:
        """The larger of what was sampled and what is there now: messages that have gone since are
        no reason to go on, since others may have come. A preview does not wait for a sample."""
        broker = self._guarding.broker
        try:
            preview = self._guarding.preview
            now = broker.occupancy(vhost, name, wait=not preview, listed=preview)
        except BrokerError:
            return UNKNOWN
        if sampled.ready is None or sampled.unacknowledged is None:
            return sampled
        if now is None:
            return sampled
        return replace(
            sampled,
            ready=max(sampled.ready, now.ready),
            unacknowledged=max(sampled.unacknowledged, now.unacknowledged),
            consumers=max(sampled.consumers or 0, now.consumers),
        )


def _with_unknown_counts(state: PolicyState) -> PolicyState:
    """As if every queue held too much: what could happen at all."""
    return state.with_counts({entry.name: UNKNOWN for entry in state.objects})


async def _managed(vhost: str) -> dict[Kind, frozenset[str]]:
    """Names of the policies in the stack's state."""
    found: dict[Kind, set[str]] = {Kind.POLICY: set(), Kind.OPERATOR_POLICY: set()}
    for resource in (await read_state() or {}).values():
        kind = Kind.of_resource(str(resource.get("type")))
        outputs = resource.get("outputs") or {}
        if kind in found and outputs.get("vhost") == vhost:
            found[kind].add(str(outputs.get("name")))
    return {kind: frozenset(names) for kind, names in found.items()}
