"""Everything that the model knows arrives on every RabbitMQ, with its types, and stays so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pika
import pytest

from tests.features.conftest import NewStack
from tests.features.eventually import eventually
from tests.features.full_model import NOWHERE, PASSWORD, TYPED_ARGUMENTS, TYPES, full_model
from tests.features.settings_of import VALUES, by_argument, by_policy, fixed, settings
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.node import Broker
from topology.model import Topology
from topology.model.queue import queue_arguments
from topology.urls import amqp_url, with_credentials
from topology.version import Version

EVERYTHING = {"max-length": 5_000}
"""The policy that matches everything, and wins where no other does."""


@dataclass(frozen=True)
class Applied:
    """The full model on a broker."""

    stack: Stack
    api: Api
    version: Version

    @property
    def vhost(self) -> str:
        return self.stack.vhost

    @property
    def upstream_vhost(self) -> str:
        return f"{self.vhost}-upstream"

    @property
    def model(self) -> dict[str, Any]:
        """What was applied."""
        return full_model(
            self.vhost,
            self.url_inside(self.vhost),
            self.url_inside(self.upstream_vhost),
            self.version,
        )

    def by_policy(self, queue: str) -> tuple[Any, Any]:
        """The policy of a queue and all that is set by it. RabbitMQ tells some seconds later."""
        found = self.api.get("queues", self.vhost, queue)
        return found.get("policy"), found.get("effective_policy_definition")

    def url_inside(self, vhost: str) -> str:
        """Where the broker reaches itself, which in a container is not where we do."""
        listeners = self.api.get("overview")["listeners"]
        (port,) = {entry["port"] for entry in listeners if entry["protocol"] == "amqp"}
        broker = self.stack.broker
        return with_credentials(
            amqp_url(f"amqp://127.0.0.1:{port}", vhost), broker.username, broker.password
        )

    def named(self, kind: str) -> dict[str, dict[str, Any]]:
        """What the vhost has of a kind, by name."""
        return {entry["name"]: entry for entry in self.api.get(kind, self.vhost)}

    def parameters(self, component: str) -> dict[str, dict[str, Any]]:
        """Values of runtime parameters, by name."""
        found = self.api.get("parameters", component, self.vhost)
        return {entry["name"]: entry["value"] for entry in found}

    def messages(self, queue: str) -> int:
        return int(self.api.get("queues", self.vhost, queue).get("messages", 0))


@pytest.fixture(scope="module")
def applied(each_broker: Broker, new_stack: NewStack) -> Iterator[Applied]:
    stack = new_stack(each_broker)
    with Api(each_broker) as api:
        found = Applied(stack, api, Version.parse(each_broker.version))
        api.put("vhosts", found.upstream_vhost)
        api.put("exchanges", found.upstream_vhost, "federated", body={"type": "topic"})
        stack.configure(found.model)
        stack.up()
        yield found


def test_the_full_model_is_full(each_broker: Broker) -> None:
    """A section or a queue setting that the model gets later has to come in here as well."""
    version = Version.parse(each_broker.version)
    model = full_model("vhost", "amqp://a", "amqp://b", version)
    about_the_stack = {
        "adopt",
        "allow_deletion",
        "allow_message_loss",
        "allow_policy_loss",
        "ignore_drift",
        "migrate",
        "protect",
        "rabbitmq_version",
        "retain",
    }
    assert set(Topology.model_fields) - set(model) == about_the_stack
    assert set(VALUES) == set(queue_arguments())
    for section in ("shovels", "federation_upstreams"):
        nouns = getattr(Topology.model_validate(model), section)
        said = set().union(*(noun.model_fields_set for noun in nouns.values()))
        (noun_type,) = {type(noun) for noun in nouns.values()}
        assert said == set(noun_type.model_fields) - {"adopt"}


@pytest.mark.smoke
def test_a_second_preview_with_refresh_has_no_changes(applied: Applied) -> None:
    applied.stack.expect_no_changes()


@pytest.mark.smoke
def test_the_vhost_has_its_properties_and_limits(applied: Applied) -> None:
    found = applied.api.get("vhosts", applied.vhost)
    assert found["description"] == "Everything, at once: Größe & 'quotes'"
    assert found["tracing"] is True
    if applied.version >= (
        3,
        11,
    ):  # Before, a vhost has no queue type; the program's own stands in.
        assert found["default_queue_type"] == "quorum"
    (limits,) = applied.api.get("vhost-limits", applied.vhost)
    assert limits["value"] == {"max-connections": 100, "max-queues": 50}


def test_exchanges_have_their_types_flags_and_arguments(applied: Applied) -> None:
    found = applied.api.exchanges(applied.vhost)
    declared = applied.model["exchanges"]
    by_patterns = {
        "worked.retry": "headers",
        "worked.retry.steps": "direct",
        "worked.retry.first": "fanout",
        "worked.return": "fanout",
        "rejected.dead-letter": "fanout",
    }
    assert {name: exchange["type"] for name, exchange in found.items()} == by_patterns | {
        name: exchange.get("type", "topic") for name, exchange in declared.items()
    }
    assert {name for name in found if not found[name]["durable"]} == {"transient"}
    assert {name for name in found if found[name]["auto_delete"]} == {"passing"}
    assert found["spread"]["arguments"] == {"hash-header": "customer"}
    assert found["fixed"]["arguments"] == {"alternate-exchange": "unrouted"}
    assert found["events"]["arguments"] == {}


def test_what_cannot_be_routed_takes_the_alternate_exchange(applied: Applied) -> None:
    assert applied.api.publish(applied.vhost, "events", "nothing is bound with this")
    assert not applied.api.publish(applied.vhost, "direct", "nor with this")


def test_a_binding_keeps_the_types_of_its_arguments(applied: Applied) -> None:
    bindings = applied.api.bindings(applied.vhost)
    from_headers = {
        entry["routing_key"]: entry["arguments"]
        for entry in bindings
        if entry["source"] == "headers" and entry["arguments"].get("x-match") != "all"
    }
    assert from_headers == {"": TYPED_ARGUMENTS, "with a key": {}}
    types = {name: type(value) for name, value in from_headers[""].items()}
    assert types == {name: type(value) for name, value in TYPED_ARGUMENTS.items()}


@pytest.mark.smoke
def test_bindings_lead_to_queues_and_exchanges(applied: Applied) -> None:
    declared = applied.model["bindings"]
    found = {
        (entry["source"], entry["destination_type"], entry["destination"], entry["routing_key"])
        for entry in applied.api.bindings(applied.vhost)
    }
    missing = {
        (
            entry["source"],
            entry.get("destination_type", "queue"),
            entry["destination"],
            entry.get("routing_key", ""),
        )
        for entry in declared
    } - found
    assert not missing


@pytest.mark.parametrize("queue_type", TYPES)
def test_every_setting_of_a_queue_arrives_by_policy(applied: Applied, queue_type: Any) -> None:
    queue = applied.api.get("queues", applied.vhost, f"{queue_type} full")
    values = settings(queue_type, applied.version)
    assert queue["type"] == queue_type
    assert queue["arguments"] == {
        "x-queue-type": queue_type,
        "x-team": "search",
        **fixed(values),
    }
    wanted: Any = (f"queue.{queue_type} full", by_policy(values))
    eventually(lambda: applied.by_policy(f"{queue_type} full"), wanted)


@pytest.mark.parametrize("queue_type", TYPES)
def test_every_setting_of_a_queue_arrives_as_an_argument(applied: Applied, queue_type: Any) -> None:
    queue = applied.api.get("queues", applied.vhost, f"{queue_type} fixed")
    values = settings(queue_type, applied.version, as_arguments=True)
    assert queue["arguments"] == {
        "x-queue-type": queue_type,
        "x-team": "search",
        **by_argument(values),
    }
    assert f"queue.{queue_type} fixed" not in applied.named("policies")


@pytest.mark.parametrize(
    ("queue", "effective"),
    [
        (
            "classic bare",
            {
                "max-length": 500,
                "max-length-bytes": 1_000_000,
                "expires": 3_600_000,
                "dead-letter-exchange": "dead",
                "dead-letter-routing-key": "by policy",
            },
        ),
        ("quorum bare", {"max-length": 700, "max-length-bytes": 1_000_000}),
        ("stream bare", {"max-age": "2h"}),
        ("critical", {"max-length": 900, "delivery-limit": 7}),
        ("by default", EVERYTHING),
        (
            "classic fixed",
            {
                "max-length": 500,
                "expires": 3_600_000,
                "dead-letter-exchange": "dead",
                "dead-letter-routing-key": "by policy",
            },
        ),
        ("rejected", {"dead-letter-exchange": "rejected.dead-letter", **EVERYTHING}),
    ],
)
def test_policies_apply_and_combine(
    applied: Applied, queue: str, effective: dict[str, Any]
) -> None:
    eventually(lambda: applied.by_policy(queue)[1], wanted=effective)


def test_policies_have_their_scope_and_priority(applied: Applied) -> None:
    declared = applied.model
    for kind, section in (("policies", "policies"), ("operator-policies", "operator_policies")):
        found = applied.named(kind)
        for name, policy in declared[section].items():
            assert found[name]["pattern"] == policy["pattern"]
            assert found[name]["priority"] == policy.get("priority", 0)
            assert found[name]["definition"] == policy["definition"]
            default = "all" if section == "policies" else "queues"
            assert found[name]["apply-to"] == policy.get("apply_to", default)


def test_users_have_tags_and_passwords(applied: Applied) -> None:
    publisher = applied.api.get("users", f"{applied.vhost} publisher")
    assert publisher["tags"] == ["monitoring", "management"]
    assert applied.api.get("users", f"{applied.vhost} worker")["tags"] == []
    url = amqp_url(applied.stack.broker.amqp, applied.vhost)
    _connect(with_credentials(url, f"{applied.vhost} publisher", PASSWORD))
    services = applied.stack.outputs()["services"]
    assert services.secret
    _connect(services.value[f"{applied.vhost} service"]["url"])


def _connect(url: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        assert connection.is_open


@pytest.mark.smoke
def test_permissions_are_what_was_declared(applied: Applied) -> None:
    found = {
        entry["user"].removeprefix(f"{applied.vhost} "): entry
        for entry in applied.api.get("vhosts", applied.vhost, "permissions")
    }
    rights = {
        user: (entry["configure"], entry["write"], entry["read"]) for user, entry in found.items()
    }
    assert rights == {
        "worker": ("", "", "^(critical|by default)$"),
        "publisher": ("^tmp\\.", "^events$", "^$"),
        "guest": (".*", ".*", ".*"),
        "service": ("", "^events$", "^worked$"),
    }


def test_topic_permissions_are_what_was_declared(applied: Applied) -> None:
    found = {
        (entry["user"].removeprefix(f"{applied.vhost} "), entry["exchange"]): (
            entry["write"],
            entry["read"],
        )
        for entry in applied.api.get("vhosts", applied.vhost, "topic-permissions")
    }
    assert found == {
        ("publisher", "events"): ("^order\\.", ""),
        ("publisher", "amq.topic"): ("", "^federated\\."),
        ("worker", "events"): ("", "^order\\..*\\.paid$"),
        ("service", "events"): ("^(order\\.[^.]*)$", ".*"),
    }


def test_an_upstream_has_every_value(applied: Applied) -> None:
    assert applied.parameters("federation-upstream")["complete"] == {
        "uri": [applied.url_inside(applied.upstream_vhost)],
        "ack-mode": "on-publish",
        "exchange": "upstream exchange",
        "queue": "upstream queue",
        "expires": 3_000_000_000,
        "message-ttl": 60_000,
        "max-hops": 2,
        "prefetch-count": 50,
        "reconnect-delay": 0,
        "trust-user-id": True,
    }


def test_a_shovel_has_every_value(applied: Applied) -> None:
    found = applied.parameters("shovel")
    assert found["complete"] == {
        "src-protocol": "amqp091",
        "src-uri": [NOWHERE],
        "src-exchange": "events",
        "src-exchange-key": "order.#",
        "src-prefetch-count": 100,
        "src-delete-after": 5,
        "dest-protocol": "amqp091",
        "dest-uri": [NOWHERE],
        "dest-exchange": "events",
        "dest-exchange-key": "shovelled",
        "dest-add-forward-headers": True,
        "dest-add-timestamp-header": True,
        "ack-mode": "on-publish",
        "reconnect-delay": 3_600,
    }
    assert found["by address"]["src-address"] == "/queue/shovelled"
    assert found["by address"]["src-protocol"] == "amqp10"
    assert found["by address"]["dest-address"] == "/queue/shovelled"


def test_a_shovel_moves_messages(applied: Applied) -> None:
    assert applied.api.publish(applied.vhost, "transient", "shovelled")
    eventually(lambda: applied.messages("arrived"), 1)


def test_federation_brings_messages(applied: Applied) -> None:
    def bound() -> bool:
        return bool(
            applied.api.get("exchanges", applied.upstream_vhost, "federated", "bindings", "source")
        )

    eventually(bound, wanted=True)
    assert applied.api.publish(applied.upstream_vhost, "federated", "from upstream")
    eventually(lambda: applied.messages("federated"), 1)


@pytest.mark.smoke
def test_no_secret_is_in_the_state(applied: Applied) -> None:
    state = json.loads(applied.stack.run("stack", "export").text)
    state = json.dumps(state, ensure_ascii=False)
    assert PASSWORD not in state
    assert "open-sesame" not in state
    assert applied.url_inside(applied.vhost) not in state
