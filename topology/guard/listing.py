"""All of a vhost in one request, shared by the guards of a run.

Hooks of thousands of resources ask much the same at much the same time.
"""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from topology.broker import Management
from topology.broker.live_policy import LivePolicies, LivePolicy
from topology.broker.probe import ask_version
from topology.version import Version

SHARED_SECONDS: Final = 1.0
"""How long one look is shared. Statistics are older than that anyway."""

_SHARED_TIMES: Final = 4.0
"""A look that takes long is shared this many times as long: the broker has other work, too."""

_COLUMNS: Final = {
    "queues": "name,type,durable,auto_delete,arguments,messages_ready,messages_unacknowledged,"
    "consumers,leader",
    "exchanges": "name,type,durable,auto_delete,internal,arguments,policy,"
    "message_stats.publish_in,message_stats.publish_in_details.rate",
    "bindings": "source,destination,destination_type",
}

Entry = dict[str, Any]


@dataclass
class Look:
    """What one request has found."""

    began: float = -math.inf
    """All that was so before is seen; a time of `time.monotonic`."""
    serves_until: float = -math.inf
    found: list[Entry] = field(default_factory=list)
    ask_policies: Callable[[], LivePolicies] = lambda: LivePolicies({})
    """Those of the vhost. Statistics tell what applies to a queue too, but late."""

    @cached_property
    def policies(self) -> LivePolicies:
        """Asked for when first needed: most guards need counts alone."""
        return self.ask_policies()

    @cached_property
    def named(self) -> Mapping[str, Entry]:
        """By name, which bindings have none of."""
        return {entry["name"]: entry for entry in self.found}

    @cached_property
    def feeders(self) -> Mapping[str, list[str]]:
        """Names of queues, by the exchange to which they dead-letter."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for queue in self.found:
            for exchange in self._dead_letter_exchanges(queue):
                found[exchange].append(queue["name"])
        return found

    @cached_property
    def under(self) -> Mapping[str, list[str]]:
        """Names of queues, by the policy that applies to them."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for queue in self.found:
            for policy in self._policies_of(queue):
                found[policy.name].append(queue["name"])
        return found

    @cached_property
    def onward(self) -> Mapping[str, list[Entry]]:
        """Bindings by their source."""
        found: defaultdict[str, list[Entry]] = defaultdict(list)
        for binding in self.found:
            found[binding["source"]].append(binding)
        return found

    def _dead_letter_exchanges(self, queue: Entry) -> set[str]:
        # An argument wins over a policy.
        by_argument = (queue.get("arguments") or {}).get("x-dead-letter-exchange")
        if by_argument is not None:
            return {str(by_argument)}
        definitions = (policy.definition for policy in self._policies_of(queue))
        return {
            str(definition["dead-letter-exchange"])
            for definition in definitions
            if "dead-letter-exchange" in definition
        }

    def _policies_of(self, queue: Entry) -> Sequence[LivePolicy]:
        """One, or several of the same priority, of which RabbitMQ has chosen one."""
        return self.policies.strongest(queue["name"], queue.get("type", "classic"))


class Listing:
    """The queues, exchanges and bindings of vhosts. Threads share it."""

    def __init__(self, management: Callable[[], Management]) -> None:
        self._management = management
        self._looks: dict[tuple[str, str], Look] = defaultdict(Look)
        self._locks: dict[str, threading.Lock] = {name: threading.Lock() for name in _COLUMNS}
        self._version: Version | None = None

    def one(self, section: str, vhost: str, name: str, *, since: float = 0.0) -> Entry | None:
        """A queue or exchange, or None if there is none of this name."""
        return self.look(section, vhost, since=since).named.get(name)

    def look(self, section: str, vhost: str, *, since: float = 0.0) -> Look:
        """One that began a moment ago at most, and after `since`."""
        # Who waits here for somebody else's look takes that one, if it is new enough.
        with self._locks[section]:
            look, now = self._looks[section, vhost], time.monotonic()
            if look.began < since or look.serves_until < now:
                columns = _COLUMNS[section]
                found = self._management().find(section, vhost, columns=columns) or []
                ended = time.monotonic()
                serves = max(SHARED_SECONDS, _SHARED_TIMES * (ended - now))
                look = self._looks[section, vhost] = Look(
                    now, ended + serves, found, lambda: self._policies(vhost)
                )
            return look

    def _policies(self, vhost: str) -> LivePolicies:
        if self._version is None:
            self._version = ask_version(self._management())
        found = self._management().find("policies", vhost) or []
        return LivePolicies.from_api(found, self._version)
