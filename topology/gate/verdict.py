"""The verdict on a plan: what it does, what it would cost, and whether it may be carried out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..guard.occupancy import Occupancy
from ..kind import Kind
from ..policies import PolicyEffect
from .answers import Answers
from .plan import Action, Failure, Plan, Step, Target


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of the plan."""

    step: Step
    occupancy: Occupancy | None = None
    """Of a queue that exists, at this moment."""
    refusal: str = ""
    """Why it must not be done, with the ways on."""

    @property
    def loses(self) -> bool:
        """Whether something is lost with it, by consent."""
        return bool(
            self.step.action.destroys
            and self.occupancy
            and not self.occupancy.free
            and not self.refusal
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that there is to say about a plan."""

    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...] = ()
    """Why the preview failed, apart from refusals."""
    effects: tuple[tuple[str, PolicyEffect], ...] = ()
    """What changed policies do by consent, each with its vhost."""
    unasked: str = ""
    """Why the broker was not, or could not be asked."""
    blind: bool = False
    """Whether that hides what the plan would cost."""
    unreviewed: tuple[str, ...] = ()
    """In what it differs from the plan that was reviewed."""

    @property
    def refused(self) -> bool:
        return bool(self.failures or self.blind or self.refusals or self.unreviewed)

    @property
    def refusals(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.refusal]

    @property
    def reasons(self) -> list[str]:
        """What stands in the way, each said once: bindings are refused for their queues' sake."""
        refusals = (entry.refusal for entry in self.refusals)
        failures = (failure.text for failure in self.failures)
        return list(dict.fromkeys((*refusals, *failures, *self.unreviewed)))

    def count(self, action: Action) -> int:
        return sum(entry.step.action is action for entry in self.entries)

    @property
    def summary(self) -> str:
        """The verdict in a sentence or two."""
        return " ".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        if self.refusals:
            several = f"{len(self.refusals)} of its steps" if len(self.refusals) > 1 else "one step"
            yield f"Refused: {several} would lose messages, a live policy or a client's connection."
        if self.unreviewed:
            yield "Refused: this is not the plan that was reviewed."
        if self.failures:
            yield "Refused: the preview failed, so the plan is not whole."
        if self.unasked:
            yield f"The broker was not asked: {self.unasked}."
        if self.blind:
            yield "Refused: the plan deletes or replaces, and what that would lose is unknown."
        if not self.refused:
            yield from self._good_news()

    def _good_news(self) -> Iterator[str]:
        lost = [str(entry.step.target) for entry in self.entries if entry.loses]
        if not self.entries:
            yield "Nothing changes."
        elif lost:
            yield f"Loses, by consent, what is in {', '.join(lost)}."
        elif self.effects:
            yield "No queue is lost; by consent, changed policies drop messages or replace others."
        elif not self.unasked:
            yield "Loses no message."


def judge(plan: Plan, answers: Answers) -> Verdict:
    """Pure: what the broker had to say was asked before."""
    steps = [_retained(step, answers) for step in plan.steps]
    refusals = {
        failure.target: failure.text
        for failure in plan.failures
        if failure.target is not None
        and failure.by_guard
        # What the preview found out about policies is found out again, policy by policy.
        and not (failure.by_policies and any(one.refusals for one in answers.policies.values()))
    }
    refusals.update(answers.refusals)
    for found in answers.policies.values():
        refusals.update(found.refusals)
    planned = {step.target for step in steps}
    steps += (Step(Action.REFUSED, target) for target in refusals if target not in planned)
    entries = (
        Entry(step, answers.occupancies.get(step.target), refusals.get(step.target, ""))
        for step in steps
    )
    effects = (
        (vhost, effect) for vhost, found in answers.policies.items() for effect in found.consented
    )
    return Verdict(
        entries=tuple(sorted(entries, key=_order)),
        failures=tuple(failure for failure in plan.failures if not failure.by_guard),
        effects=tuple(effects),
        unasked=answers.unasked,
        blind=bool(answers.unasked) and any(step.action.destroys for step in steps),
    )


def _retained(step: Step, answers: Answers) -> Step:
    kept = step.action is Action.DELETED and step.target in answers.kept
    return replace(step, action=Action.RETAINED) if kept else step


def _order(entry: Entry) -> tuple[int, int, Target]:
    kinds, actions = list(Kind), list(Action)
    target = entry.step.target
    return actions.index(entry.step.action), kinds.index(target.kind), target
