"""Raw arguments of queues, and those that a series of RabbitMQ no longer takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pydantic import ValidationError

from ..model import MigrateFrom, Queue
from ..model.queue import queue_arguments
from ..model.queue_argument import Span
from ..model.queue_type import Types
from ..parse.schema_errors import problems as schema_problems
from ..problems import Path, did_you_mean_key
from ..version import Version
from .analysis.policy_matches import policy_places
from .analysis.setting_values import settings_by_argument
from .analysis.view import View
from .rule import Finding, error, warning
from .text import wire_problem

_TYPE = "x-queue-type"


@error("unknown-argument", ignorable=True)
def unknown_argument(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts arguments of queues that it does not know, misspelt ones included, and
    ignores them."""
    for place, queue in view.written.queues():
        for argument in queue.arguments:
            if argument in settings_by_argument() or argument in RAW_ARGUMENTS or argument == _TYPE:
                continue
            path = (*place, "arguments", argument)
            yield (
                path,
                "is not a queue argument of RabbitMQ, which would ignore it",
                _meant(argument),
            )


@error("argument-value")
def argument_value(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses an argument of the wrong type or out of range: a float or a number in quotes
    where a whole number belongs is a 400. Of a few it checks nothing, and ignores what it cannot
    use."""
    by_argument = settings_by_argument()
    for place, queue in view.written.queues():
        for argument, value in queue.arguments.items():
            path = (*place, "arguments", argument)
            if value is None:
                yield path, "is null, which RabbitMQ refuses", "leave it out"
            elif argument in by_argument:
                yield from _wrong_value(path, by_argument[argument], value)
            elif argument in RAW_ARGUMENTS:
                yield from _wrong_type(path, RAW_ARGUMENTS[argument], value)
            elif argument != _TYPE and (problem := wire_problem(value)):
                yield path, *problem


@error("duplicate-setting")
def duplicate_setting(view: View) -> Iterator[Finding]:
    """A setting is applied by a policy and a raw argument is fixed when the queue is declared; of
    two that say the same, RabbitMQ takes one. `x-queue-type` is always set from `type`."""
    by_argument = settings_by_argument()
    for place, queue in view.written.queues():
        if _TYPE in queue.arguments:
            value = queue.arguments[_TYPE]
            known = isinstance(value, str) and value in ("classic", "quorum", "stream")
            hint = f"write type: {value}" if known else "write type: classic, quorum or stream"
            yield (*place, "arguments", _TYPE), "is set from type", f"{hint} instead"
    for name, queue in view.own_queues():
        for argument in queue.arguments:
            setting = by_argument.get(argument)
            if setting is not None and getattr(queue, setting) is not None:
                path = view.written.queue_argument(name, argument)
                yield path, f"is said by {setting} too", "keep one of the two"


def _wrong_value(path: Path, setting: str, value: Any) -> Iterator[Finding]:
    if setting == "queue_leader_locator" and value in LEADER_LOCATORS:
        return
    try:
        Queue.model_validate({setting: value})
    except ValidationError as error:
        for problem in schema_problems(error, Queue, {setting: value}):
            # Where a list or map stands in the place of a value, its parts are wrong too.
            yield path, problem.message, problem.hint


def _wrong_type(path: Path, argument: RawArgument, value: Any) -> Iterator[Finding]:
    if isinstance(value, bool) or not isinstance(value, argument.type):
        yield path, f"must be {'text' if argument.type is str else 'a whole number'}", ""


def _meant(argument: str) -> str:
    known = settings_by_argument()
    prefixed = f"x-{argument.removeprefix('x-').replace('_', '-')}"
    if prefixed in known:
        return f"write {prefixed}, or the setting {known[prefixed]}"
    return (
        did_you_mean_key(argument, _names())
        or "remove it, or list the rule in ignore_rules where a plugin reads it"
    )


@cache
def _names() -> tuple[str, ...]:
    return (*(setting.name for setting in queue_arguments().values()), *RAW_ARGUMENTS)


LEADER_LOCATORS: Final = ("random", "least-leaders", "min-masters")
"""Values of `x-queue-leader-locator` that RabbitMQ still takes, and treats as `balanced`."""


@dataclass(frozen=True, slots=True)
class RawArgument:
    """An argument that can only be written raw."""

    span: Span
    type: type
    advice: str
    """Why one would not use it any more; empty for one that is fine."""


RAW_ARGUMENTS: Final[Mapping[str, RawArgument]] = {
    "x-queue-master-locator": RawArgument(
        Span(Types.CLASSIC, until=Version(4, 2)),
        str,
        "RabbitMQ 4.3 refuses it; write queue_leader_locator on quorum queues",
    ),
    "x-max-in-memory-length": RawArgument(
        Span(Types.QUORUM), int, "quorum queues keep no messages in memory since RabbitMQ 3.10"
    ),
    "x-max-in-memory-bytes": RawArgument(
        Span(Types.QUORUM), int, "quorum queues keep no messages in memory since RabbitMQ 3.10"
    ),
    "x-quorum-target-group-size": RawArgument(Span(Types.QUORUM, since=Version(3, 13)), int, ""),
}


_WITHOUT_MIRRORING: Final = Version(4, 0)
_ALWAYS_LAZY: Final = Version(3, 12)
_LOCATOR: Final = "x-queue-master-locator"
_WITHOUT_LOCATOR: Final = Version(4, 3)


@warning("deprecated-feature")
def upgrade(view: View) -> Iterator[Finding]:
    """What stands in the way of an upgrade: RabbitMQ 4.0 refuses mirroring policies, 4.3 refuses
    `x-queue-master-locator`; from 3.12 every classic queue is lazy."""
    if view.version < _WITHOUT_MIRRORING:
        for place, policy in policy_places(view.declared):
            if "ha-mode" in policy.definition.values():
                message = "RabbitMQ 4.0 has no mirrored queues and refuses this policy"
                yield (*place, "definition", "ha-mode"), message, "use quorum queues"
    if view.version < _ALWAYS_LAZY:
        for path, setting, value, _ in view.said:
            if setting == "queue_mode" and value == "lazy":
                message = "from RabbitMQ 3.12 every classic queue is lazy"
                yield path, message, "leave it out when upgrading"
    if view.version < _WITHOUT_LOCATOR:
        for place, queue in view.written.queues():
            if _LOCATOR in queue.arguments:
                advice = RAW_ARGUMENTS[_LOCATOR].advice
                yield (*place, "arguments", _LOCATOR), "is deprecated", advice


@error("migrate-from")
def migrate_from(view: View) -> Iterator[Finding]:
    """A migration to another name or vhost ends with the old queue's deletion, so nothing else may
    declare that one or come from it."""
    own_vhost = view.topology.vhost.name
    taken: dict[tuple[str, str], str] = {}
    for name, queue in view.own_queues():
        origin = queue.migrate
        if not isinstance(origin, MigrateFrom):
            continue
        path = view.written.queue_setting(name, "migrate")
        vhost = origin.vhost or own_vhost
        if vhost == own_vhost and origin.from_ == name:
            yield path, "a queue does not come from itself", "write migrate: true"
        elif vhost == own_vhost and origin.from_ in view.queue_names:
            hint = "take it out of queues, or correct the name"
            yield path, f"the old queue {origin.from_} is still declared", hint
        elif (vhost, origin.from_) in taken:
            other = taken[vhost, origin.from_]
            message = f"the messages of {origin.from_} go to {other} already"
            yield path, message, "bind both queues, and let one take its place"
        taken.setdefault((vhost, origin.from_), name)
