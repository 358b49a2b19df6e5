"""Settings that a queue type or version of RabbitMQ does not know, and queues that do not stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.policy_definition import blocking_keys
from ..model.queue import queue_arguments
from ..model.queue_argument import QueueArgument, Span
from ..model.queue_type import QueueType
from ..problems import Path
from ..version import DENIED_SINCE, MASTER_LOCATOR, NEWEST, TRANSIENT_QUEUES, Version
from .analysis.setting_values import settings_by_argument
from .analysis.view import View
from .analysis.written import inherited
from .queue_argument import RAW_ARGUMENTS
from .rule import Finding, error, warning
from .text import EXACT, inexact

QUEUE_TYPES: Final[tuple[QueueType, ...]] = ("classic", "quorum", "stream")

_UNLIMITED_SINCE = Version(4, 0)
_ONE_STORE_SINCE = Version(4, 3)
_ALWAYS_LAZY_SINCE = Version(3, 12)
_LARGEST = 2**63 - 1
_SENSIBLE_PRIORITIES = 10
_MOST_PRIORITIES = 255


@error("unsupported-setting")
def unsupported_setting(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses an argument that only other queue types know (400), and a policy with a key
    that its version does not know. A policy with a setting of another queue type is not applied to
    the queue at all: its other settings are lost too."""
    return (finding for finding, refused in _unsupported(view) if refused)


@error("type-argument")
def declare_queue_type(view: View) -> Iterator[Finding]:
    """A queue that is declared without saying its type becomes a classic one."""
    for name, queue in view.own_queues():
        if not queue.declare_queue_type and queue.type != "classic":
            path: Path = ("queues", name, "declare_queue_type")
            yield path, f"a {queue.type} queue must say its type", "leave this out"


@warning("ignored-setting")
def ignored_setting(view: View) -> Iterator[Finding]:
    """RabbitMQ takes settings that only another version knows, or that this queue type has no use
    for, and ignores them."""
    return (finding for finding, refused in _unsupported(view) if not refused)


@error("unsupported-value")
def unsupported_value(view: View) -> Iterator[Finding]:
    """Values of the right form that RabbitMQ refuses all the same, or that the provider cannot
    send."""
    version = min(view.version, NEWEST)
    for path, setting, value, raw in view.said:
        if setting == "delivery_limit" and value == -1 and version < _UNLIMITED_SINCE:
            yield path, "-1 means no limit only from RabbitMQ 4.0", "leave it out for no limit"
        elif setting == "queue_version" and value == 1 and version >= _ONE_STORE_SINCE:
            yield path, "RabbitMQ 4.3 has only version 2", "leave it out"
        elif setting == "max_age" and isinstance(value, str):
            digits = value[:-1]
            if digits.isdecimal() and not (digits.isascii() and int(digits)):
                yield path, "must be more than zero", "for example 7D or 12h"
        elif isinstance(value, int) and abs(value) > (limit := EXACT if raw else _LARGEST):
            yield path, *inexact(limit)


@warning("no-effect")
def no_effect(view: View) -> Iterator[Finding]:
    """Settings that RabbitMQ still takes and no longer looks at: `queue_mode` from 3.12, where
    every classic queue keeps its messages on disk; in-memory limits of quorum queues from 3.10."""
    for path, setting, _, _ in view.said:
        if setting == "queue_mode" and view.version >= _ALWAYS_LAZY_SINCE:
            yield path, "has no effect from RabbitMQ 3.12", "leave it out"
    for place, queue in view.written.queues():
        for argument in queue.arguments:
            if argument.startswith("x-max-in-memory-"):
                advice = RAW_ARGUMENTS[argument].advice if argument in RAW_ARGUMENTS else ""
                yield (*place, "arguments", argument), "has no effect", advice or "leave it out"


@warning("too-many-priorities")
def too_many_priorities(view: View) -> Iterator[Finding]:
    """Every priority is a queue of its own inside RabbitMQ, with its own memory and processor
    time."""
    for path, setting, value, _ in view.said:
        many = isinstance(value, int) and _SENSIBLE_PRIORITIES < value <= _MOST_PRIORITIES
        if setting == "max_priority" and many:
            hint = f"{_SENSIBLE_PRIORITIES} or fewer are enough for nearly everything"
            yield path, f"makes {value} priorities, each with a cost", hint


def _unsupported(view: View) -> Iterator[tuple[Finding, bool]]:
    """Every setting that the queue's type or the version does not know, and whether it does
    harm."""
    for name, queue in view.own_queues():
        queue_type: QueueType = queue.type or "classic"
        written = queue.model_fields_set
        for field, setting in queue_arguments().items():
            if field not in written or getattr(queue, field) is None:
                continue
            path = view.written.queue_setting(name, field)
            fixed = queue.settings_as_arguments or setting.policy is None
            if not setting.known(queue_type, view.version):
                finding = _unknown(view, name, path, queue_type, setting.spans)
                by_argument = fixed and _refused(setting.spans, view.version)
                yield finding, by_argument or (not fixed and _spoils(view, queue_type, setting))
            elif not fixed and setting.policy and not setting.policy.known(view.version):
                message = f"a policy can set it only in {setting.policy.support}"
                yield (path, message, "write settings_as_arguments: true on the queue"), True
        for argument in queue.arguments:
            spans = _spans(argument)
            if spans and not any(span.covers(queue_type, view.version) for span in spans):
                path = view.written.queue_argument(name, argument)
                finding = _unknown(view, name, path, queue_type, spans)
                yield finding, _refused(spans, view.version)


def _spans(argument: str) -> tuple[Span, ...]:
    if argument in RAW_ARGUMENTS:
        return (RAW_ARGUMENTS[argument].span,)
    setting = settings_by_argument().get(argument)
    return queue_arguments()[setting].spans if setting else ()


def _refused(spans: tuple[Span, ...], version: Version) -> bool:
    """Whether RabbitMQ knows the argument for other types, or used to: those that it does not know
    at all, it ignores."""
    elsewhere = (span.covers(queue_type, version) for span in spans for queue_type in QUEUE_TYPES)
    return any(elsewhere) or any(span.until and span.until < version for span in spans)


def _spoils(view: View, queue_type: QueueType, setting: QueueArgument) -> bool:
    """Whether the policy with this setting is refused, or not applied to the queue."""
    key = setting.policy
    return key is not None and (
        not key.known(view.version) or bool(blocking_keys([key.name], queue_type, view.version))
    )


def _unknown(
    view: View, name: str, path: Path, queue_type: QueueType, spans: tuple[Span, ...]
) -> Finding:
    kind = "streams" if queue_type == "stream" else f"{queue_type} queues"
    where, origin = inherited(path, ("queues", name))
    what = f"{path[-1]}{origin}" if origin else "it"
    support = f"it is for {' and '.join(map(str, spans))}"
    return where, f"{kind} of RabbitMQ {view.version} do not know {what}", support


_HINT: Final = "leave durable out; where messages need not stay, publishers send them transient"
_LOCATOR: Final = "x-queue-master-locator"


@error("impossible-durability")
def impossible_durability(view: View) -> Iterator[Finding]:
    """Quorum queues and streams are durable and never delete themselves; RabbitMQ refuses them
    otherwise (400)."""
    for name, queue in view.own_queues():
        if queue.type not in ("quorum", "stream"):
            continue
        kind = "a stream" if queue.type == "stream" else "a quorum queue"
        for field, allowed in (("durable", True), ("auto_delete", False)):
            if getattr(queue, field) is not allowed:
                owner = ("queues", name)
                path, origin = inherited(view.written.queue_setting(name, field), owner)
                wanted = "is always durable" if allowed else "cannot delete itself"
                hint = f"write {field}: {str(allowed).lower()}, or use a classic queue"
                yield path, f"{kind} {wanted}{origin}", hint


@warning("non-durable")
def transient(view: View) -> Iterator[Finding]:
    """A transient queue is gone with its messages when its node restarts, and the stack would have
    to make it again. RabbitMQ has deprecated transient queues that are not exclusive; from 4.3 on
    it denies them unless its configuration permits them, which is the error `denied-feature`."""
    if not view.broker.denies(TRANSIENT_QUEUES):
        for path in _transient_queues(view):
            message = "a queue that is not durable is lost with its messages in a restart"
            yield path, message, _HINT
    for name, exchange in view.own_exchanges():
        if not exchange.durable:
            path = view.written.exchange_setting(name, "durable")
            message = "an exchange that is not durable is lost with its bindings in a restart"
            yield path, message, "leave durable out"


@error("denied-feature")
def denied_feature(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses what needs a deprecated feature that it denies (400): by default, from 4.3
    on, queues that are neither durable nor exclusive; on any version, what its configuration
    `deprecated_features.permit` denies. `GET /api/deprecated-features` lists them."""
    where = "the broker" if view.broker.denied_features is not None else f"RabbitMQ {view.version}"
    if view.broker.denies(TRANSIENT_QUEUES):
        for path in _transient_queues(view):
            message = f"{where} denies queues that are not durable ({TRANSIENT_QUEUES})"
            yield path, message, _HINT
    # From then on the argument is refused as one that no queue type knows.
    if view.broker.denies(MASTER_LOCATOR) and view.version < DENIED_SINCE[MASTER_LOCATOR]:
        for place, queue in view.written.queues():
            if _LOCATOR in queue.arguments:
                path = (*place, "arguments", _LOCATOR)
                yield path, f"{where} denies it ({MASTER_LOCATOR})", RAW_ARGUMENTS[_LOCATOR].advice


def _transient_queues(view: View) -> Iterator[Path]:
    for name, queue in view.own_queues():
        if not queue.durable and queue.type == "classic":
            yield view.written.queue_setting(name, "durable")


@warning("auto-delete")
def auto_delete(view: View) -> Iterator[Finding]:
    """What deletes itself is missing at the next refresh: a queue, with its messages, when its last
    consumer goes; an exchange when its last binding goes, be it only to be replaced."""
    for name, queue in view.own_queues():
        if queue.auto_delete and queue.type == "classic":
            path = view.written.queue_setting(name, "auto_delete")
            message = "RabbitMQ deletes the queue, with its messages, when its last consumer goes"
            yield path, message, "leave auto_delete out"
    for name, exchange in view.own_exchanges():
        if exchange.auto_delete:
            path = view.written.exchange_setting(name, "auto_delete")
            message = "RabbitMQ deletes the exchange when its last binding goes"
            yield path, message, "leave auto_delete out"
