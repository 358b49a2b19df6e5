"""What a user reads when a deletion is refused: what stands in the way, and the ways on."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from ..broker.error import BrokerError
from ..refusals import Refused

CODE: Final = "[deletion-refused]"
"""At the beginning of every refusal. By it, and by nothing else of the text, programs know one."""

Going: TypeAlias = Literal["removed", "replaced", "destroyed"]
"""Why an object would be deleted: it is no longer declared, is declared differently, or all of the
stack is destroyed."""

_DESTROYED: Final = "run pulumi up with retain: {{{entry}}}, and then this command again"
_REMOVED: Final = (
    "keep it: declare it with retain: {{{entry}}}, run pulumi up, then remove it, not retain"
)


class Refusal(Refused):
    """A deletion that would lose messages, or cut off what uses the object."""

    def with_way(self, way: str) -> Refusal:
        """The same with one more way on."""
        return Refusal(f"{self}\n  - {way}")


def refused(kind: str, name: str, reason: str, *ways: str, going: Going = "removed") -> Refusal:
    """`kind` is `queue`, `exchange` or `vhost`."""
    entry = named(kind, name)
    every = [*ways, f"consent to the loss, in the config dict: allow_deletion: {{{entry}}}"]
    if going == "removed":
        every.append(_REMOVED.format(entry=entry))
    elif going == "destroyed":
        every.append(f"keep it on the broker: {_DESTROYED.format(entry=entry)}")
    return Refusal(f"{CODE} {kind} {name} is not deleted: it {reason}.\n{_listed(every)}")


def not_yet_retained(kind: str, name: str, going: Going) -> Refusal:
    """`retain` was added in the run that deletes."""
    entry = named(kind, name)
    if going == "destroyed":
        way = _DESTROYED.format(entry=entry)
        return Refusal(
            f"{CODE} {kind} {name} is not deleted: retain keeps it, which the state does not say "
            f"yet.\n  Way on: {way}"
        )
    if going == "replaced":
        return _retained_and_replaced(kind, name)
    way = (
        f"declare it again as it was, beside retain: {{{entry}}}, and run pulumi up; then take the "
        f"{kind} out, leave retain in, and run pulumi up again"
    )
    return Refusal(
        f"{CODE} {kind} {name} is not deleted: retain keeps it, which the state does not say yet.\n"
        f"  Way on, in two runs: {way}"
    )


def _retained_and_replaced(kind: str, name: str) -> Refusal:
    entry = named(kind, name)
    keep = (
        f"keep it as it is: declare it as it was, beside retain: {{{entry}}}, and run pulumi up; "
        f"then declare the other under another name in its place, and run pulumi up again"
    )
    ways = _listed([f"change the {kind} itself: take retain: {{{entry}}} out", keep])
    return Refusal(
        f"{CODE} {kind} {name} is not replaced: retain keeps it on the broker, where no other can "
        f"have its name.\n{ways}"
    )


def part_is_retained(what: str, kind: str, name: str) -> Refusal:
    """`what` would be taken out alone, and stay on the broker in force."""
    return Refusal(
        f"{CODE} {what} is not deleted: retain keeps {kind} {name}, and it with that.\n"
        f"  Way on, in two runs: declare it again as it was, take retain: {{{named(kind, name)}}} "
        f"out, and run pulumi up; then take it out, and run pulumi up again"
    )


def unasked(kind: str, name: str, error: BrokerError) -> Refusal:
    """The broker could not be asked, so nothing is known, so nothing is deleted."""
    reasons = "".join(f"  - {problem}\n" for problem in error.problems)
    return Refusal(
        f"{CODE} {kind} {name} is not deleted: the broker could not be asked what would be lost.\n"
        f"{reasons}"
        f"  Run the same command again when it can be."
    )


def named(kind: str, name: str) -> str:
    """How `allow_deletion` and `retain` name an object."""
    return "vhost: true" if kind == "vhost" else f"{kind}s: [{name}]"


def _listed(ways: list[str]) -> str:
    return "  Ways on:\n" + "\n".join(f"  - {way}" for way in ways)
