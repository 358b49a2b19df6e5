"""What `pulumi preview --json` prints → a `Plan`.

Two forms are read: one JSON document, and the stream of engine events that some versions and
settings of the CLI print instead, one to a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..hooks.refusals import CODE as REFUSALS
from ..problems import ConfigError, Problem
from .changes import changes
from .plan import Action, Failure, Plan, Properties, Step
from .target import target_of_state, target_of_urn

_ACTIONS: Final = {
    "create": Action.CREATED,
    "import": Action.IMPORTED,
    "update": Action.CHANGED,
    "delete": Action.DELETED,
    "replace": Action.REPLACED,
    "create-replacement": Action.REPLACED,
    "delete-replaced": Action.REPLACED,
    "discard-replaced": Action.REPLACED,
    "import-replacement": Action.REPLACED,
    "read-replacement": Action.REPLACED,
}
_HARMLESS: Final = frozenset(
    {"same", "read", "discard", "refresh", "remove-pending-replace", "import-deletion"}
)
COMPONENT: Final = "rabbitmq-topology:index:Topology"
_DISCARDING: Final = frozenset({"delete", "delete-replaced", "discard-replaced"})
"""Of what was only read, these take the entry out of the state."""
_BEGINNINGS: Final = (
    re.compile(r"error: "),
    re.compile(r"preview failed: ", re.IGNORECASE),
    re.compile(r'before hook "[^"]*" failed: '),
)
_GENERIC: Final = "preview failed"
_ENDINGS: Final = (_GENERIC, "BAIL: run bailed", REFUSALS)
"""What the engine and the program say at the end of every failure."""


def read_plan(text: str) -> Plan:
    """Raises `ConfigError` if this is no output of a preview."""
    reading = _Reading()
    for value in _documents(text):
        reading.take(value)
    if not reading.understood:
        message = "the plan is not what `pulumi preview --json` prints"
        hint = "save its standard output to a file, or pipe it here; also when it fails"
        raise ConfigError([Problem((), message, hint)])
    return reading.plan()


@dataclass(slots=True)
class _Merged:
    """All that is planned for one URN: a replacement takes up to three steps."""

    actions: set[Action] = field(default_factory=set)
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Reading:
    understood: bool = False
    _finished: bool = True
    _failed: bool = False
    _steps: dict[str, _Merged] = field(default_factory=dict)
    _failures: dict[Failure, None] = field(default_factory=dict)
    _components: dict[str, Properties] = field(default_factory=dict)

    def take(self, value: Mapping[str, Any]) -> None:
        if "steps" in value or "changeSummary" in value:
            self.understood = True
            for step in value.get("steps") or []:
                differing = (step.get("detailedDiff") or {}).keys() or step.get("diffReasons") or ()
                self._step(step, step.get("oldState"), step.get("newState"), differing)
            for diagnostic in value.get("diagnostics") or []:
                self._diagnostic(diagnostic)
        elif "resourcePreEvent" in value:
            step = value["resourcePreEvent"]["metadata"]
            differing = (step.get("detailedDiff") or {}).keys() or step.get("diffs") or ()
            self._step(step, step.get("old"), step.get("new"), differing)
        elif "diagnosticEvent" in value:
            self._diagnostic(value["diagnosticEvent"])
        elif "preludeEvent" in value:
            self.understood, self._finished = True, False
        elif "summaryEvent" in value:
            self.understood = self._finished = True
            self._failed = value["summaryEvent"].get("result") == "failed"

    def plan(self) -> Plan:
        if not self._finished:
            self._failures[Failure("the preview was cut off before its end")] = None
        telling = [failure for failure in self._failures if not failure.text.startswith(_ENDINGS)]
        if not telling and (self._failed or self._failures):
            telling = [Failure(_GENERIC)]
        return Plan(tuple(self._merged_steps()), tuple(telling), self._components)

    def _step(
        self,
        step: Mapping[str, Any],
        old: Mapping[str, Any] | None,
        new: Mapping[str, Any] | None,
        differing: Iterable[str],
    ) -> None:
        op, urn = str(step.get("op")), str(step.get("urn"))
        if new and str(new.get("type")) == COMPONENT:
            self._components[urn.rpartition("::")[2]] = new.get("inputs") or {}
        if target_of_urn(urn) is None or _is_harmless(op, old, new):
            return
        action = _action(op, old)
        if action is None:
            self._failures[Failure(f"the plan has a step of an unknown kind: {op}")] = None
            return
        merged = self._steps.setdefault(urn, _Merged())
        merged.actions.add(action)
        merged.before = old or merged.before
        merged.after = new or merged.after
        merged.told = list(differing) or merged.told

    def _diagnostic(self, diagnostic: Mapping[str, Any]) -> None:
        if diagnostic.get("severity") == "error":
            text = str(diagnostic.get("message")).strip()
            for beginning in _BEGINNINGS:
                match = beginning.match(text)
                text = text[match.end() :] if match else text
            failure = Failure(text, target_of_urn(str(diagnostic.get("urn") or "")))
            self._failures[failure] = None

    def _merged_steps(self) -> Iterator[Step]:
        for urn, merged in self._steps.items():
            before, after = _properties(merged.before), _properties(merged.after)
            target = target_of_state(urn, after or before)
            if target is None:
                continue
            # A deletion beside something else removes what an interrupted replacement has left.
            several = len(merged.actions) > 1
            action = Action.REPLACED if several else next(iter(merged.actions))
            told = changes(target.kind, before, after, merged.told)
            retained = bool(merged.before.get("retainOnDelete"))
            yield Step(action, target, tuple(told), before, after, retained)


def _is_harmless(op: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> bool:
    """Whether a step changes nothing on the broker, nor what is the stack's own."""
    if _is_read(old) and op in _DISCARDING:
        return True
    return op in _HARMLESS and not (op == "read" and old and not _is_read(old) and _is_read(new))


def _action(op: str, old: Mapping[str, Any] | None) -> Action | None:
    if op == "read":
        return Action.RETAINED
    action = _ACTIONS.get(op)
    # What was only read is not deleted, and what replaces it is new to the stack.
    return Action.CREATED if action is not None and _is_read(old) else action


def _is_read(state: Mapping[str, Any] | None) -> bool:
    """Whether the stack refers to a resource that it does not manage."""
    return bool((state or {}).get("external"))


def _properties(state: Mapping[str, Any]) -> Properties:
    return state.get("inputs") or state.get("outputs") or {}


def _documents(text: str) -> Iterator[Mapping[str, Any]]:
    """The JSON objects in a text, past whatever else was printed between them."""
    decoder = json.JSONDecoder()
    position = text.find("{")
    while position >= 0:
        try:
            value, end = decoder.raw_decode(text, position)
        except ValueError:
            value, end = None, position + 1
        if isinstance(value, dict):
            yield value
        position = text.find("{", end)
