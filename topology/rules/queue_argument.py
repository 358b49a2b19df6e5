"""Raw arguments of queues: RabbitMQ takes what it does not know, and refuses what it knows in the
wrong form."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import ValidationError

from ..model import Queue
from ..model.queue import queue_arguments
from ..problems import Path, did_you_mean_key
from ..schema_errors import problems as schema_problems
from .raw_arguments import LEADER_LOCATORS, RAW_ARGUMENTS, RawArgument
from .rule import Finding, error
from .values import settings_by_argument
from .view import View
from .wire import wire_problem

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
            yield path, "is no queue argument of RabbitMQ, which would ignore it", _meant(argument)


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
