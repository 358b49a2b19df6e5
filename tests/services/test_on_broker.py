"""The derived rights on a real broker: enough for all declared work, and for nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.services.landed import Landed, landed
from toolchain.node import Broker
from topology.check import check
from topology.model import Permission

SHOP: dict[str, Any] = {
    "exchanges": {
        "orders": {"type": "topic", "alternate_exchange": "unrouted"},
        "unrouted": {"type": "fanout"},
        "answers": {},
    },
    "queues": {
        "packing": {"type": "quorum", "retry": {"delays": ["1s", "2s"]}},
        "billing": {"dead_letter": True},
        "audit": {"type": "stream"},
        "unrouted": {},
        "rpc": {},
    },
    "bindings": [
        {"source": "orders", "destination": "packing", "routing_key": "order.*.paid"},
        {"source": "orders", "destination": "billing", "routing_key": "order.#"},
        {"source": "orders", "destination": "audit", "routing_key": "#"},
        {"source": "unrouted", "destination": "unrouted"},
        {"source": "answers", "destination": "rpc", "routing_key": "rpc"},
    ],
    "services": {
        "shop": {"publishes": {"orders": ["order.*.paid", "order.new"]}},
        "packer": {"consumes": ["packing"], "publishes": ["answers"]},
        "biller": {"consumes": ["billing", "audit"], "rotation": 2},
        "oracle": {"consumes": ["rpc"], "replies": True},
        "watcher": {"declares": {"prefix": "watch.", "binds": ["orders"]}},
        "idle": {},
    },
}


def declared(topology: dict[str, Any]) -> Any:
    checked = check({"vhost": f"services-{uuid4().hex[:8]}", **topology})
    assert not checked.errors, checked.errors
    return checked.expanded


@pytest.fixture(scope="module")
def shop(each_broker: Broker) -> Iterator[Landed]:
    with landed(each_broker, declared(SHOP)) as found:
        yield found


@pytest.mark.smoke
@pytest.mark.parametrize("service", SHOP["services"])
def test_a_service_may_do_its_work_and_nothing_else(shop: Landed, service: str) -> None:
    outcomes = shop.outcomes(service)
    assert [str(outcome.act) for outcome in outcomes if not outcome.right] == []
    assert any(not outcome.act.allowed for outcome in outcomes)


def test_proving_leaves_no_trace(shop: Landed) -> None:
    vhost = shop.topology.vhost.name
    shop.api.publish(vhost, "orders", "order.1.paid", delivery_mode=2)
    for service in SHOP["services"]:
        shop.outcomes(service)
    assert set(shop.api.queues(vhost)) == set(shop.topology.queues)
    body = {"count": 10, "ackmode": "ack_requeue_true", "encoding": "auto"}
    (message,) = shop.api.post("queues", vhost, "packing", "get", body=body)
    assert message["redelivered"] is False
    assert shop.api.take(vhost, "unrouted") == 0


def test_a_missing_right_is_found(shop: Landed) -> None:
    access = shop.expanded.access["packer"]
    right = next(p for p in shop.topology.permissions if p.user == access.username)
    shop.permit(right.model_copy(update={"read": ""}))
    try:
        wrong = [outcome for outcome in shop.outcomes("packer") if not outcome.right]
    finally:
        shop.permit(right)
    assert [(str(outcome.act), outcome.permitted) for outcome in wrong] == [
        ("consume from packing", False)
    ]


def test_a_right_too_many_is_found(shop: Landed) -> None:
    access = shop.expanded.access["packer"]
    right = next(p for p in shop.topology.permissions if p.user == access.username)
    shop.permit(right.model_copy(update={"read": "^(packing|billing)$"}))
    try:
        wrong = [outcome for outcome in shop.outcomes("packer") if not outcome.right]
    finally:
        shop.permit(right)
    assert [(str(outcome.act), outcome.permitted) for outcome in wrong] == [
        ("consume from billing", True)
    ]


NAMES = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="@/"),
    min_size=1,
    max_size=10,
).filter(lambda name: not name.startswith("amq."))


@st.composite
def topologies(draw: st.DrawFn) -> dict[str, Any]:
    """Exchanges, queues and services with whatever names RabbitMQ allows."""
    exchanges = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    queues = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    some = st.lists(st.sampled_from(exchanges), max_size=3, unique=True)
    service = st.fixed_dictionaries(
        {
            "publishes": some,
            "consumes": st.lists(st.sampled_from(queues), max_size=3, unique=True),
            "replies": st.booleans(),
        }
    )
    token = uuid4().hex[:8]
    services = draw(st.lists(service, min_size=1, max_size=3))
    return {
        "exchanges": {name: {} for name in exchanges},
        "queues": {name: {} for name in queues},
        "services": {f"{token}-{index}": one for index, one in enumerate(services)},
        "ignore_rules": {},
    }


def without_one(permission: Permission) -> Iterator[Permission]:
    """The same permission with one alternative less, for each alternative there is."""
    for field in ("configure", "write", "read"):
        text = getattr(permission, field)
        if not text:
            continue
        inner = text.removeprefix("^").removesuffix("$")
        parts = (
            re.split(r"(?<!\\)\|", inner[1:-1])
            if inner.startswith("(") and inner.endswith(")")
            else [inner]
        )
        for index in range(len(parts)):
            rest = "|".join(parts[:index] + parts[index + 1 :])
            yield permission.model_copy(update={field: f"^({rest})$" if rest else ""})


def _sufficient_and_minimal(broker: Broker, topology: dict[str, Any]) -> None:
    with landed(broker, declared(topology)) as found:
        for name in found.expanded.access:
            assert all(outcome.right for outcome in found.outcomes(name))
        for permission in found.topology.permissions:
            for less in without_one(permission):
                found.permit(less)
                refused = [
                    outcome
                    for outcome in found.outcomes(permission.user)
                    if outcome.act.allowed and outcome.permitted is False
                ]
                assert refused, (permission, less)
            found.permit(permission)


SOME = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@SOME
@given(topology=topologies())
def test_derived_rights_are_sufficient_and_minimal(
    broker: Broker, topology: dict[str, Any]
) -> None:
    _sufficient_and_minimal(broker, topology)


@pytest.mark.soak
@settings(SOME, max_examples=100, derandomize=False)
@given(topology=topologies())
def test_derived_rights_of_a_hundred_topologies(broker: Broker, topology: dict[str, Any]) -> None:
    _sufficient_and_minimal(broker, topology)
