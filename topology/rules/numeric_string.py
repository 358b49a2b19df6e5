"""Text in policies that the provider would send as a number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..problems import Path
from .rule import Finding, error
from .view import View

_WHOLE_NUMBER: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)
_LIMIT: Final = 2**63
_TEXT_SETTINGS: Final = ("dead_letter_exchange", "dead_letter_routing_key")


@error("numeric-string")
def numeric_string(view: View) -> Iterator[Finding]:
    """The provider sends a policy's values as text and turns every text that reads as a whole
    number into one; where RabbitMQ wants a name or a routing key it then answers 400."""
    message = "the provider would send this text as a number, which RabbitMQ refuses"
    for name, policy in view.declared.policies.items():
        for key, value in policy.definition.values().items():
            single = value[0] if isinstance(value, list) and len(value) == 1 else value
            if isinstance(single, str) and _reads_as_number(single):
                path: Path = ("policies", name, "definition", key)
                yield path, message, "choose another name"
    for place, queue in view.written.queues():
        for field in _TEXT_SETTINGS:
            value = getattr(queue, field)
            if (
                isinstance(value, str)
                and _reads_as_number(value)
                and not queue.settings_as_arguments
            ):
                hint = f"write it as a raw argument instead: x-{field.replace('_', '-')}"
                yield (*place, field), message, hint
    for place, exchange in view.written.exchanges():
        value = exchange.alternate_exchange
        if value is not None and _reads_as_number(value):
            hint = "write it as a raw argument instead: alternate-exchange"
            yield (*place, "alternate_exchange"), message, hint


def _reads_as_number(text: str) -> bool:
    return _WHOLE_NUMBER.fullmatch(text) is not None and -_LIMIT <= int(text[:40]) < _LIMIT
