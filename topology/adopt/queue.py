"""A queue on the broker → its declaration."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from ..broker.state import LiveQueue
from ..expand.inherit import DEFAULT_QUEUE_TYPE
from ..model import Queue
from ..model.queue import queue_arguments
from ..model.queue_argument import QueueArgument
from ..model.queue_type import QueueType
from ..rules.values import settings_by_argument
from ..version import Version

_TYPE = "x-queue-type"
_TYPES: tuple[QueueType, ...] = ("classic", "quorum", "stream")


def queue_type(queue: LiveQueue, default: str | None) -> str:
    """Brokers before 4.0 do not tell the type of a queue that was declared without one."""
    return queue.type or default or DEFAULT_QUEUE_TYPE


def queue_entry(
    queue: LiveQueue, own: dict[str, Any], default: QueueType | None, version: Version
) -> dict[str, Any]:
    """What declares a queue as it is.

    `own` is what a policy for just this queue sets; `default` is the vhost's queue type. A queue is
    what its arguments are, so they stay arguments: as settings where they are all of it, and raw
    where others come from a policy.
    """
    arguments = dict(queue.arguments)
    told = _TYPE in arguments
    kind = queue_type(queue, default)
    arguments.pop(_TYPE, None)
    settings: dict[str, Any] = {}
    fixed = False
    for name, field in settings_by_argument().items():
        if name not in arguments or not _fits(field, arguments[name], kind, version):
            continue
        if _argument(field).policy is None:
            settings[field] = arguments.pop(name)
        elif not own:
            settings[field] = arguments.pop(name)
            fixed = True
    entry: dict[str, Any] = {}
    if kind != (default or DEFAULT_QUEUE_TYPE):
        entry["type"] = kind
    if not queue.durable:
        entry["durable"] = False
    entry |= settings | own
    if arguments:
        entry["arguments"] = arguments
    if fixed:
        entry["settings_as_arguments"] = True
    if not told and kind == "classic" and version < Version(4, 0):
        entry["declare_queue_type"] = False
    return entry


def _fits(field: str, value: Any, kind: str, version: Version) -> bool:
    """Whether an argument can be written as a setting."""
    if kind not in _TYPES or not _argument(field).known(kind, version):
        return False
    try:
        Queue.model_validate({field: value})
    except ValidationError:
        return False
    return True


def _argument(field: str) -> QueueArgument:
    return queue_arguments()[field]
