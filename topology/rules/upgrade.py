"""What a broker of the 3.x series still takes and the 4.x series does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..version import Version
from .policy_matches import policy_places
from .raw_arguments import RAW_ARGUMENTS
from .rule import Finding, warning
from .view import View

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
