"""The topology that every contender makes, and the two changes made to it.

A size counts everything: the vhost, one direct exchange, ten policies, and for the rest as many
queues as bindings. Size 4 is the dev stack, which has no policies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

EXCHANGE = "events"
POLICIES = 10
MAX_LENGTH, CHANGED_MAX_LENGTH = 100_000, 200_000
MESSAGE_TTL = 60_000
_SMALLEST_WITH_POLICIES = 100
_OWN_PRIORITY = 1_000_000


@dataclass(frozen=True, slots=True)
class Landscape:
    """One state of the topology."""

    size: int
    vhost: str
    max_length: int = MAX_LENGTH
    """What every shared policy sets."""
    message_ttl: int | None = None
    """Of the first queue alone; a policy of its own then holds it together with the limit."""

    def with_one_queue_changed(self) -> Self:
        """One queue is given a TTL."""
        return replace(self, message_ttl=MESSAGE_TTL)

    def with_policies_changed(self) -> Self:
        """Every policy is given another limit."""
        return replace(self, max_length=CHANGED_MAX_LENGTH)

    @property
    def has_policies(self) -> bool:
        return self.size >= _SMALLEST_WITH_POLICIES

    @property
    def queues(self) -> list[str]:
        """Their names, which are their routing keys as well."""
        others = 2 + (POLICIES if self.has_policies else 0)
        return [f"queue-{number:05}" for number in range((self.size - others) // 2)]

    def shared_policies(self) -> dict[str, dict[str, Any]]:
        """Policies by name, as the config dict has them: each for a tenth of the queues."""
        if not self.has_policies:
            return {}
        definition = {"max-length": self.max_length}
        return {
            f"limit-{digit}": _policy(f"^queue-[0-9]*{digit}$", 0, definition)
            for digit in range(POLICIES)
        }

    def policies(self) -> dict[str, dict[str, Any]]:
        """The same, and the changed queue's own, as it must be written where nobody combines it."""
        found = self.shared_policies()
        if self.message_ttl is not None:
            first = self.queues[0]
            limit = {"max-length": self.max_length} if self.has_policies else {}
            own = {**limit, "message-ttl": self.message_ttl}
            found[f"queue.{first}"] = _policy(f"^{first}$", _OWN_PRIORITY, own)
        return found

    def config(self) -> dict[str, Any]:
        """The config dict of this program."""
        queues: dict[str, dict[str, Any]] = {name: {} for name in self.queues}
        if self.message_ttl is not None:
            queues[self.queues[0]] = {"message_ttl": self.message_ttl}
        return {
            "vhost": self.vhost,
            "exchanges": {EXCHANGE: {"type": "direct"}},
            "queues": queues,
            "bindings": [
                {"source": EXCHANGE, "destination": name, "routing_key": name}
                for name in self.queues
            ],
            "policies": self.shared_policies(),
        }

    def definitions(self) -> dict[str, Any]:
        """RabbitMQ's own format, as a definitions file of the whole broker."""
        vhost = {"vhost": self.vhost}
        durable = {"durable": True, "auto_delete": False}
        exchange = {"name": EXCHANGE, "type": "direct", "internal": False, "arguments": {}}
        arguments = {"x-queue-type": "classic"}
        binding = {"source": EXCHANGE, "destination_type": "queue", "arguments": {}}
        return {
            "vhosts": [{"name": self.vhost}],
            "exchanges": [exchange | durable | vhost],
            "queues": [
                {"name": name, "arguments": arguments} | durable | vhost for name in self.queues
            ],
            "bindings": [
                binding | {"destination": name, "routing_key": name} | vhost for name in self.queues
            ],
            "policies": [
                {"name": name, "apply-to": policy["apply_to"]}
                | {key: policy[key] for key in ("pattern", "priority", "definition")}
                | vhost
                for name, policy in self.policies().items()
            ],
        }


def _policy(pattern: str, priority: int, definition: dict[str, int]) -> dict[str, Any]:
    return {
        "pattern": pattern,
        "apply_to": "queues",
        "priority": priority,
        "definition": definition,
    }
