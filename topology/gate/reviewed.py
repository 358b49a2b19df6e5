"""Whether a plan is the one that was reviewed."""

from __future__ import annotations

from collections.abc import Iterator

from .plan import Plan, Step, Target


def unlike(now: Plan, reviewed: Plan) -> Iterator[str]:
    """In what `now` differs, a line for each object. What failed was never whole, and so is never
    the same."""
    if reviewed.failures:
        yield "the reviewed plan is of a preview that failed"
    before, after = _by_target(reviewed), _by_target(now)
    for target in sorted({*before, *after}):
        planned, step = before.get(target), after.get(target)
        if planned is None and step is not None:
            yield f"{target}: {step.action}, which was not in the reviewed plan"
        elif step is None and planned is not None:
            yield f"{target}: {planned.action} in the reviewed plan, and not any more"
        elif planned != step and planned is not None and step is not None:
            if planned.action is step.action:
                yield f"{target}: {step.action} in another way than reviewed"
            else:
                yield f"{target}: {step.action}, and was reviewed as {planned.action}"


def _by_target(plan: Plan) -> dict[Target, Step]:
    return {step.target: step for step in plan.steps}
