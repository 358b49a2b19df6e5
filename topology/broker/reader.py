"""Reads a broker. Everything of this program that looks at one looks through here.

Each listing is one request, whatever the size of the vhost, and serves all that ask for it within a
moment. Lists have the columns that are needed and no others: RabbitMQ builds an answer in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from ..problems import Problem
from ..version import OLDEST, BrokerFacts, Version
from .error import BrokerError
from .listing import BindingListing, ExchangeListing, QueueListing
from .live_policy import LivePolicies, LivePolicy
from .management import Management
from .sharing import Sharing
from .state import (
    Entry,
    LiveBinding,
    LiveConnection,
    LiveConsumer,
    LiveExchange,
    LiveNode,
    LivePermission,
    LiveQueue,
    LiveTopicPermission,
    LiveUser,
    LiveVhost,
    VhostState,
    by_name,
)
from .statistics import Timing

T = TypeVar("T")

_DECLARED_QUEUE: Final = (
    "name,type,durable,auto_delete,exclusive,owner_pid_details,arguments,leader,policy"
)
_QUEUE: Final = (
    f"{_DECLARED_QUEUE},messages_ready,messages_unacknowledged,consumers,message_bytes,"
    "messages_dlx,"
    "message_stats.publish,message_stats.publish_details.rate"
)
_EXCHANGE: Final = (
    "name,type,durable,auto_delete,internal,arguments,policy,"
    "message_stats.publish_in,message_stats.publish_in_details.rate"
)
_BINDING: Final = "source,destination,destination_type,routing_key,arguments"
_CONNECTION: Final = "name,vhost,user,user_provided_name,client_properties.connection_name"
_NODE: Final = (
    "name,running,enabled_plugins,disk_free,disk_free_limit,mem_limit,mem_used,mem_alarm,"
    "disk_free_alarm"
)
_OVERVIEW: Final = (
    "rabbitmq_version,exchange_types.name,default_queue_type,churn_rates.connection_created"
)
_WITHOUT_STATISTICS: Final = {"disable_stats": "true", "enable_queue_totals": "true"}
"""RabbitMQ then asks the process of each classic queue for its messages. Those of quorum queues are
sampled all the same, those of streams missing, and consumers are not counted."""

_COUNTS_ONE: Final = Version(4, 0)
"""Since when this was seen to hold for a single queue as well: 3.10 answers with statistics."""

_ENDPOINT: Final = ("rabbitmq:endpoint",)


@dataclass(frozen=True, slots=True)
class Overview:
    """What a broker says of itself."""

    version: Version
    exchange_types: frozenset[str]
    default_queue_type: str | None = None
    """What vhosts get that have none of their own; None where it is not told."""
    connections_created: int | None = None
    """By all clients since the broker has started, as counted every five seconds; None where it
    keeps no statistics."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """What RabbitMQ exports of a vhost, as far as it is whole in every version: exclusive queues,
    internal exchanges and permissions are not in it."""

    bindings: tuple[LiveBinding, ...]
    """Without those of the default exchange."""
    policies: Mapping[str, LivePolicy]
    parameters: Mapping[tuple[str, str], Any]
    """Component and name → value. Holds secrets."""


class BrokerReader:
    """Every method raises `BrokerError` where the broker cannot be asked. Threads may share it."""

    def __init__(self, management: Management, timing: Timing | None = None) -> None:
        self.management = management
        self.timing = timing or Timing()
        self._sharing = Sharing(self.timing)
        self._version: Version | None = None

    # The broker

    def facts(self) -> BrokerFacts:
        """What decides whether the broker accepts a declaration. Raises `BrokerError` also if it is
        older than what is supported."""
        overview = self.overview()
        if overview.version < OLDEST:
            message = f"the broker is RabbitMQ {overview.version}"
            raise BrokerError([Problem(_ENDPOINT, message, f"{OLDEST} or newer is needed")])
        known = [node.plugins for node in self.nodes() if node.plugins is not None]
        plugins = frozenset.intersection(*known) if known else None
        return BrokerFacts(overview.version, overview.exchange_types, plugins, self._denied())

    def _denied(self) -> frozenset[str] | None:
        """Deprecated features that are denied, by default or by configuration; None before 3.13,
        which does not list them."""
        found = self.management.find("deprecated-features")
        if found is None:
            return None
        return frozenset(str(entry["name"]) for entry in found if entry.get("state") == "denied")

    def version(self) -> Version:
        """Asked for once."""
        if self._version is None:
            self._version = self.overview().version
        return self._version

    def overview(self, *, since: float | None = None) -> Overview:
        return self._shared(
            ("overview",),
            lambda _: _overview(self.management.get("overview", columns=_OVERVIEW)),
            since,
        )

    def nodes(self, *, since: float | None = None) -> tuple[LiveNode, ...]:
        return self._shared(
            ("nodes",),
            lambda _: tuple(map(LiveNode.from_api, self.management.get("nodes", columns=_NODE))),
            since,
        )

    def cluster_id(self) -> str | None:
        """What RabbitMQ calls the cluster since it was made; None where it does not tell."""
        found = self.management.find("global-parameters", "internal_cluster_id")
        return str(found["value"]) if found else None

    def global_parameters(self) -> Mapping[str, Any]:
        found = self.management.find("global-parameters") or []
        return {str(entry["name"]): entry.get("value") for entry in found}

    def users(self, *, since: float | None = None) -> Mapping[str, LiveUser]:
        def read(_: float) -> Mapping[str, LiveUser]:
            return by_name(map(LiveUser.from_api, self.management.get("users")))

        return self._shared(("users",), read, since)

    def user(self) -> str:
        """The name of the user that asks."""
        return str(self.management.get("whoami", columns="name")["name"])

    def vhost_names(self) -> tuple[str, ...]:
        return tuple(
            sorted(found["name"] for found in self.management.get("vhosts", columns="name"))
        )

    def rights(self) -> tuple[LivePermission, ...]:
        """Of all users in all vhosts."""
        return tuple(map(LivePermission.from_api, self.management.get("permissions")))

    def connections_of(self, user: str) -> tuple[LiveConnection, ...]:
        """To any vhost, without delay: a new connection is listed after 0.00 s, a closed one is
        gone after 0.03 s (3.10.8, 4.3.6)."""
        path = ("connections", "username", user)
        found = self.management.find(*path, columns=_CONNECTION) or []
        return tuple(map(LiveConnection.from_api, found))

    # A vhost

    def vhost(self, name: str, *, since: float | None = None) -> LiveVhost | None:
        def read(_: float) -> LiveVhost | None:
            found = self.management.find("vhosts", name)
            return None if found is None else LiveVhost.from_api(found)

        return self._shared(("vhost", name), read, since)

    def queues(self, vhost: str, *, since: float | None = None, live: bool = False) -> QueueListing:
        """With sampled counts, as old as `Timing.sample` at most.

        With `live`, the messages of classic queues are those of that very moment, those of quorum
        queues are sampled, those of streams None, and consumers None.
        """

        def read(now: float) -> QueueListing:
            query = _WITHOUT_STATISTICS if live else {}
            found = self.management.find("queues", vhost, columns=_QUEUE, **query) or []
            queues = tuple(self._counted(entry, now, live=live) for entry in found)
            return QueueListing(queues, now, lambda: self.policies(vhost, since=now))

        return self._shared(("queues", vhost, live), read, since)

    def queue_names(self, vhost: str, *, since: float | None = None) -> frozenset[str]:
        """Names alone, which takes a third of the time of `declared_queues`."""

        def read(_: float) -> frozenset[str]:
            query = {"columns": "name", "disable_stats": "true"}
            found = self.management.find("queues", vhost, **query) or []
            return frozenset(entry["name"] for entry in found)

        return self._shared(("queue names", vhost), read, since)

    def declared_queues(self, vhost: str, *, since: float | None = None) -> QueueListing:
        """Without counts, which takes a third of the time: 4,000 classic queues took 1.0 s, 2.9 s
        with sampled counts and 2.0 s with live ones (3.10.8, a busy machine)."""

        def read(now: float) -> QueueListing:
            query = {"columns": _DECLARED_QUEUE, "disable_stats": "true"}
            found = self.management.find("queues", vhost, **query) or []
            queues = tuple(map(LiveQueue.from_api, found))
            return QueueListing(queues, now, lambda: self.policies(vhost, since=now))

        return self._shared(("queues", vhost, "declared"), read, since)

    def queue(self, vhost: str, name: str, *, live: bool = False) -> LiveQueue | None:
        """One queue, read anew, with counts as those of `queues`."""
        now = self.timing.clock()
        if live and self.version() < _COUNTS_ONE:
            return self.queues(vhost, since=now, live=True).by_name.get(name)
        query = {"columns": _QUEUE, **_WITHOUT_STATISTICS} if live else {}
        found = self.management.find("queues", vhost, name, **query)
        return None if found is None else self._counted(found, now, live=live)

    def _counted(self, entry: Entry, now: float, *, live: bool) -> LiveQueue:
        # Where RabbitMQ answers with statistics all the same, it counts consumers as well.
        at_once = live and entry.get("type", "classic") == "classic" and "consumers" not in entry
        return LiveQueue.from_api(entry, now if at_once else now - self.timing.sample)

    def exchange(self, vhost: str, name: str) -> LiveExchange | None:
        """One exchange, read anew."""
        sampled = self.timing.clock() - self.timing.sample
        found = self.management.find("exchanges", vhost, name)
        return None if found is None else LiveExchange.from_api(found, sampled)

    def bindings_of(self, vhost: str, queue: str) -> tuple[LiveBinding, ...]:
        """Those of one queue, read anew, without that of the default exchange."""
        found = self.management.find("queues", vhost, queue, "bindings") or []
        return tuple(LiveBinding.from_api(entry) for entry in found if entry["source"])

    def bindings_at(self, vhost: str, exchange: str, end: str) -> tuple[LiveBinding, ...]:
        """Those of one exchange, read anew; `end` is what it is to them, `source` or
        `destination`."""
        found = self.management.find("exchanges", vhost, exchange, "bindings", end) or []
        return tuple(map(LiveBinding.from_api, found))

    def consumers(self, vhost: str) -> tuple[LiveConsumer, ...]:
        found = self.management.find("consumers", vhost) or []
        return tuple(map(LiveConsumer.from_api, found))

    def exchanges(self, vhost: str, *, since: float | None = None) -> ExchangeListing:
        """With sampled rates, as old as `Timing.sample` at most."""

        def read(now: float) -> ExchangeListing:
            found = self.management.find("exchanges", vhost, columns=_EXCHANGE) or []
            sampled = now - self.timing.sample
            return ExchangeListing(
                tuple(LiveExchange.from_api(entry, sampled) for entry in found), now
            )

        return self._shared(("exchanges", vhost), read, since)

    def bindings(
        self, vhost: str, *, since: float | None = None, keys: bool = False
    ) -> BindingListing:
        """With `keys`, each with its properties key, which takes RabbitMQ twice as long."""

        def read(now: float) -> BindingListing:
            columns = f"{_BINDING},properties_key" if keys else _BINDING
            found = self.management.find("bindings", vhost, columns=columns) or []
            return BindingListing(tuple(map(LiveBinding.from_api, found)), now)

        return self._shared(("bindings", vhost, keys), read, since)

    def definitions(self, vhost: str, *, since: float | None = None) -> Definitions:
        """Of a vhost that exists: for another, RabbitMQ answers 400."""

        def read(_: float) -> Definitions:
            found = self.management.get("definitions", vhost)
            return Definitions(
                bindings=tuple(map(LiveBinding.from_api, found["bindings"])),
                policies=by_name(map(LivePolicy.from_api, found["policies"])),
                parameters={
                    (entry["component"], entry["name"]): entry["value"]
                    for entry in found["parameters"]
                },
            )

        return self._shared(("definitions", vhost), read, since)

    def parameters(
        self, component: str, vhost: str, *, since: float | None = None
    ) -> Mapping[str, Any]:
        """Values of one component by name. They may hold secrets."""

        def read(_: float) -> Mapping[str, Any]:
            found = self.management.find("parameters", component, vhost) or []
            return {entry["name"]: entry["value"] for entry in found}

        return self._shared(("parameters", component, vhost), read, since)

    def parameter_names(
        self, vhost: str, *, since: float | None = None
    ) -> tuple[tuple[str, str], ...]:
        """Component and name, of all components."""

        def read(_: float) -> tuple[tuple[str, str], ...]:
            found = self.management.get("parameters", columns="vhost,component,name")
            return tuple((p["component"], p["name"]) for p in found if p["vhost"] == vhost)

        return self._shared(("parameter names", vhost), read, since)

    def parameters_anywhere(self) -> tuple[tuple[str, str], ...]:
        """Component and name, of all components in all vhosts."""
        found = self.management.get("parameters", columns="component,name")
        return tuple((entry["component"], entry["name"]) for entry in found)

    def policies_by_name(
        self, vhost: str, *, since: float | None = None
    ) -> Mapping[str, LivePolicy]:
        """Where it does not matter which of them applies to what."""
        return self._named_policies("policies", vhost, since)

    def policies(self, vhost: str, *, since: float | None = None) -> LivePolicies:
        return self._policies("policies", vhost, since)

    def operator_policies(self, vhost: str, *, since: float | None = None) -> LivePolicies:
        return self._policies("operator-policies", vhost, since)

    def permissions(
        self, vhost: str, *, since: float | None = None
    ) -> Mapping[str, LivePermission]:
        def read(_: float) -> Mapping[str, LivePermission]:
            found = self.management.find("vhosts", vhost, "permissions") or []
            return {entry["user"]: LivePermission.from_api(entry) for entry in found}

        return self._shared(("permissions", vhost), read, since)

    def topic_permissions(
        self, vhost: str, *, since: float | None = None
    ) -> Mapping[tuple[str, str], LiveTopicPermission]:
        """By user and exchange."""

        def read(_: float) -> Mapping[tuple[str, str], LiveTopicPermission]:
            found = self.management.find("vhosts", vhost, "topic-permissions") or []
            entries = map(LiveTopicPermission.from_api, found)
            return {(entry.user, entry.exchange): entry for entry in entries}

        return self._shared(("topic-permissions", vhost), read, since)

    def connections(self, vhost: str) -> tuple[LiveConnection, ...]:
        """Of all users, up to `Timing.connection` late."""
        path = ("vhosts", vhost, "connections")
        found = self.management.find(*path, columns=_CONNECTION) or []
        return tuple(map(LiveConnection.from_api, found))

    def state(self, vhost: str) -> VhostState:
        """All of a vhost, in ten requests at most."""
        users, overview, found = self.users(), self.overview(), self.vhost(vhost)
        if found is None:
            return VhostState(users=users)
        definitions = self.definitions(vhost)
        limits = self.management.find("vhost-limits", vhost) or []
        return VhostState(
            vhost=found,
            default_queue_type=overview.default_queue_type,
            limits=dict(limits[0].get("value") or {}) if limits else {},
            exchanges=self.exchanges(vhost).by_name,
            queues=self.declared_queues(vhost).by_name,
            bindings=definitions.bindings,
            policies=definitions.policies,
            operator_policies=self.operator_policies_by_name(vhost),
            parameters=definitions.parameters,
            users=users,
            permissions=self.permissions(vhost),
            topic_permissions=self.topic_permissions(vhost),
        )

    def forget(self) -> None:
        """Whatever is read next is read anew: something was changed."""
        self._sharing.forget()

    def operator_policies_by_name(
        self, vhost: str, *, since: float | None = None
    ) -> Mapping[str, LivePolicy]:
        """The same of operator policies."""
        return self._named_policies("operator-policies", vhost, since)

    def _policies(self, section: str, vhost: str, since: float | None) -> LivePolicies:
        def read(_: float) -> LivePolicies:
            return LivePolicies(self._named_policies(section, vhost, since), self.version())

        return self._shared((section, vhost), read, since)

    def _named_policies(
        self, section: str, vhost: str, since: float | None
    ) -> Mapping[str, LivePolicy]:
        def read(_: float) -> Mapping[str, LivePolicy]:
            found = self.management.find(section, vhost) or []
            return by_name(map(LivePolicy.from_api, found))

        return self._shared((section, vhost, "by name"), read, since)

    def _shared(
        self, key: tuple[object, ...], read: Callable[[float], T], since: float | None
    ) -> T:
        return self._sharing.get(key, read, since=since)


def _overview(found: Any) -> Overview:
    try:
        version = Version.parse(found["rabbitmq_version"])
    except (KeyError, TypeError, ValueError):
        raise _incomplete("version") from None
    try:
        types = frozenset(entry["name"] for entry in found["exchange_types"])
    except (KeyError, TypeError):
        raise _incomplete("types of exchanges") from None
    created = (found.get("churn_rates") or {}).get("connection_created")
    return Overview(
        version,
        types,
        found.get("default_queue_type"),
        None if created is None else int(created),
    )


def _incomplete(what: str) -> BrokerError:
    message = f"the management API does not tell the broker's {what}"
    return BrokerError([Problem(_ENDPOINT, message, "is a proxy in between?")])
