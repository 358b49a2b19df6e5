"""What a user reads when a deletion is refused: what stands in the way, and the ways on."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from ..broker.error import BrokerError
from ..command import COMMAND
from ..hooks.refusals import Refused

CODE: Final = "[deletion-refused]"
"""At the beginning of every refusal. By it, and by nothing else of the text, programs know one."""

_SHOWN: Final = 20
_EMPTY: Final = (
    "drain it: let its consumers finish and disconnect, stop what publishes there, then run the "
    "same command again"
)
_RETAIN_FIRST: Final = "run pulumi up with retain: {{{entry}}}, and then this command again"


class Going(StrEnum):
    """Why an object would be deleted."""

    REMOVED = "removed"
    """It is no longer declared."""
    REPLACED = "replaced"
    """It is declared otherwise than the broker has it."""
    REMADE = "remade"
    """It is declared as the broker has it, and replaced: an option of the command asks for that, or
    the state is older than the broker."""
    DESTROYED = "destroyed"
    """The stack is destroyed, and the vhost stays."""
    DESTROYED_WITH_VHOST = "destroyed with its vhost"
    RENAMED = "renamed"
    """The stack declares another vhost now."""


class Reason(NamedTuple):
    """Why one object is not deleted."""

    kind: str
    """`queue`, `exchange` or `vhost`."""
    name: str
    text: str
    """As in `holds 3 messages`."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: it {self.text}"


class Refusal(Refused):
    """A deletion that would lose messages, or cut off what uses the object."""

    def __init__(self, text: str, reason: Reason | None = None) -> None:
        super().__init__(text)
        self.reason = reason
        """None where it is not about what one object holds or is used for."""

    def with_way(self, way: str) -> Refusal:
        """The same with one more way on."""
        return Refusal(f"{self}\n  - {way}", self.reason)


def refused(
    kind: str, name: str, reason: str, *ways: str, going: Going = Going.REMOVED, vhost: str = ""
) -> Refusal:
    """`kind` is `queue`, `exchange` or `vhost`; `vhost` is what the object is in."""
    every = [*ways, _consent(named(kind, name)), keeping(kind, name, going, vhost)]
    text = f"{CODE} {kind} {name} is not deleted: it {reason}.\n{_listed(every)}"
    return Refusal(text, Reason(kind, name, reason))


def renamed(old: str, new: str, reasons: Sequence[Reason]) -> Refusal:
    """The one refusal of all that is in vhost `old`, where the stack declares `new` instead."""
    shown = "".join(f"  - {one}\n" for one in reasons[:_SHOWN])
    if len(reasons) > _SHOWN:
        shown += f"  - and {len(reasons) - _SHOWN:,} more\n"
    entries = ", ".join(_entries(reasons))
    return Refusal(
        f"{CODE} vhost {old} is not given up for vhost {new}: RabbitMQ cannot rename a vhost, and "
        f"what is in use in {old} would be deleted:\n{shown}"
        f"{_listed([_EMPTY, _consent(entries), keeping('vhost', old, Going.RENAMED, old)])}"
    )


def _entries(reasons: Sequence[Reason]) -> list[str]:
    """As in `queues: [a, b]`, `exchanges: [x]`, `vhost: true`."""
    names: dict[str, list[str]] = {}
    for kind, name, _ in reasons:
        names.setdefault(kind, []).append(name)
    vhost = names.pop("vhost", None)
    every = [f"{kind}s: [{', '.join(found)}]" for kind, found in names.items()]
    return [*every, "vhost: true"] if vhost else every


def _consent(entries: str) -> str:
    return f"consent to the loss, in the config dict: allow_deletion: {{{entries}}}"


def keeping(kind: str, name: str, going: Going, vhost: str) -> str:
    """How to keep the object on the broker; empty where it cannot be kept."""
    match going:
        case Going.REMOVED:
            entry = named(kind, name)
            return (
                f"keep it: declare it with retain: {{{entry}}}, run pulumi up, then remove it, not "
                f"retain"
            )
        case Going.DESTROYED:
            return f"keep it on the broker: {_RETAIN_FIRST.format(entry=named(kind, name))}"
        case Going.DESTROYED_WITH_VHOST:
            kept = "it" if kind == "vhost" else f"vhost {vhost}, with all that is in it,"
            return f"keep {kept} on the broker: {_RETAIN_FIRST.format(entry='vhost: true')}"
        case Going.RENAMED:
            return (
                f"keep vhost {vhost} on the broker, with all that is in it: {_renaming(vhost)}. "
                f"Its messages can then be moved: declare migrate: {{from: QUEUE, vhost: {vhost}}} "
                f"for each queue, and run {COMMAND} migrate"
            )
        case Going.REPLACED | Going.REMADE:
            return ""  # What replaces it has the same name.


def _renaming(vhost: str) -> str:
    return (
        f"set vhost back to {vhost}, beside retain: {{vhost: true}}, and run pulumi up; then "
        f"change vhost, leave retain in, and run pulumi up again"
    )


def not_yet_retained(kind: str, name: str, going: Going, vhost: str = "") -> Refusal:
    """`retain` was added in the run that deletes."""
    entry = named(kind, name)
    head = (
        f"{CODE} {kind} {name} is not deleted: retain keeps it, which the state does not have yet."
    )
    match going:
        case Going.DESTROYED:
            return Refusal(f"{head}\n  Option: {_RETAIN_FIRST.format(entry=entry)}")
        case Going.DESTROYED_WITH_VHOST:
            return Refusal(f"{head}\n  Option: {_RETAIN_FIRST.format(entry='vhost: true')}")
        case Going.REPLACED | Going.REMADE:
            return _retained_and_replaced(kind, name)
        case Going.RENAMED:
            return Refusal(f"{head}\n  Option, in two runs: {_renaming(vhost)}")
        case Going.REMOVED:
            return Refusal(
                f"{head}\n"
                f"  Option, in two runs: declare it again as it was, beside retain: {{{entry}}}, "
                f"and run pulumi up; then take the {kind} out, leave retain in, and run pulumi up "
                f"again"
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
        f"  Option, in two runs: declare it again as it was, take retain: {{{named(kind, name)}}} "
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
    return "  Options:\n" + "\n".join(f"  - {way}" for way in ways if way)
