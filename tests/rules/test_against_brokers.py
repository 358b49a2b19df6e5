"""What check lets pass, a broker takes; what a broker refuses, check has found."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rules.applying import refusal
from tests.rules.declarations import (
    BINDINGS,
    EXCHANGES,
    NAMES,
    POLICIES,
    QUEUES,
    SETTLED_QUEUES,
    TYPES,
)
from tests.rules.pruning import without_errors
from tests.rules.topologies import TOPOLOGIES
from tests.support.api import Api
from toolchain.node import Broker
from topology.check import check
from topology.model import Topology
from topology.version import BrokerFacts, Version

VHOST: Final = "checked"
SECONDS: Final = 90.0

SINGLE_OBJECTS: Final = st.one_of(
    QUEUES.map(lambda queue: {"queues": {"q": queue}}),
    SETTLED_QUEUES.map(lambda queue: {"queues": {"q": queue}}),
    POLICIES.map(lambda policy: {"policies": {"p": policy}}),
    POLICIES.map(lambda policy: {"operator_policies": {"p": policy}}),
    EXCHANGES.map(lambda exchange: {"exchanges": {"e": exchange}}),
    st.builds(
        lambda exchange, kind, binding: {
            "exchanges": {"e": exchange},
            "queues": {"q": {"type": kind}},
            "bindings": [binding],
        },
        EXCHANGES,
        st.sampled_from(TYPES),
        BINDINGS,
    ),
    st.builds(
        lambda exchange, queue: {
            "exchanges": {exchange: {}},
            "queues": {queue: {}},
            "bindings": [{"source": exchange, "destination": queue}],
        },
        NAMES,
        NAMES,
    ),
)
"""One object, or two that belong together, with whatever may be said of them."""

_SETTINGS: Final = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))

_CORRECT: Final = yaml.safe_load((Path(__file__).parent / "correct.yaml").read_text())


@pytest.fixture(scope="module")
def api(each_own_broker: Broker) -> Iterator[Api]:
    """A vhost is made and deleted hundreds of times, with federation links in it. RabbitMQ 4.3 may
    keep some of what was in it, and from then on refuses every upstream and every import."""
    with Api(each_own_broker) as opened:
        yield opened


@pytest.fixture(scope="module")
def facts(api: Api) -> BrokerFacts:
    overview = api.get("overview")
    types = frozenset(entry["name"] for entry in overview["exchange_types"])
    return BrokerFacts(Version.parse(overview["rabbitmq_version"]), types, _plugins(api))


def _plugins(api: Api) -> frozenset[str]:
    """What is enabled; a node that has just started says so a few seconds later."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        (node,) = api.get("nodes")
        if "enabled_plugins" in node:
            return frozenset(node["enabled_plugins"])
        time.sleep(0.5)
    pytest.fail("the node does not tell its plugins")


def assert_taken(api: Api, facts: BrokerFacts, config: dict[str, Any]) -> None:
    """Unless check finds an error, the broker must take all of it."""
    checked = check({"vhost": VHOST, **config}, facts)
    if not checked.errors:
        assert refusal(api, checked.expanded.settled) is None


def test_what_passes_is_taken(api: Api, facts: BrokerFacts) -> None:
    @given(SINGLE_OBJECTS)
    @settings(_SETTINGS, max_examples=40)
    def sample(config: dict[str, Any]) -> None:
        assert_taken(api, facts, config)

    sample()


@pytest.mark.soak
def test_what_passes_is_taken_in_a_long_run(api: Api, facts: BrokerFacts) -> None:
    @given(SINGLE_OBJECTS)
    @settings(_SETTINGS, max_examples=2000)
    def sample(config: dict[str, Any]) -> None:
        assert_taken(api, facts, config)

    sample()


def sample_of_topologies(api: Api, facts: BrokerFacts, size: int) -> list[int]:
    """Applies random topologies without what is wrong in them; gives how many objects each had."""
    applied: list[int] = []

    @given(TOPOLOGIES)
    @settings(_SETTINGS, max_examples=size)
    def sample(config: dict[str, Any]) -> None:
        checked = without_errors({**config, "vhost": _vhost(config)}, facts)
        if checked is not None and (objects := _objects(checked.expanded.settled.topology)):
            assert refusal(api, checked.expanded.settled) is None
            applied.append(objects)

    sample()
    return applied


def _vhost(config: dict[str, Any]) -> Any:
    """The vhost of a random topology under a name of the test's."""
    vhost = config["vhost"]
    return {**vhost, "name": VHOST} if isinstance(vhost, dict) else VHOST


def _objects(topology: Topology) -> int:
    sections = ("exchanges", "queues", "bindings", "policies", "operator_policies", "users")
    more = ("permissions", "topic_permissions", "federation_upstreams")
    return sum(len(getattr(topology, section)) for section in (*sections, *more))


def test_what_is_left_of_random_topologies_is_taken(api: Api, facts: BrokerFacts) -> None:
    assert sample_of_topologies(api, facts, 40)


@pytest.mark.soak
def test_what_is_left_of_many_random_topologies_is_taken(
    api: Api, facts: BrokerFacts, capsys: pytest.CaptureFixture[str]
) -> None:
    applied = sample_of_topologies(api, facts, 600)
    with capsys.disabled():
        said = f"{len(applied)} random topologies with {sum(applied)} objects"
        print(f"\nRabbitMQ {facts.version} has taken {said}")  # noqa: T201 - the figures
    assert len(applied) >= 200


@pytest.mark.parametrize("example", _CORRECT, ids=lambda example: example["name"])
def test_what_is_right_is_taken(api: Api, facts: BrokerFacts, example: dict[str, Any]) -> None:
    if facts.version < Version.parse(example.get("since", "3.10")):
        pytest.skip(f"is of RabbitMQ {example['since']}")
    checked = check({**example["config"], "vhost": VHOST}, facts)
    if {error.rule for error in checked.errors} & {"missing-exchange-type", "missing-plugin"}:
        pytest.skip("this broker has not all the plugins")
    assert checked.errors == ()
    assert refusal(api, checked.expanded.settled) is None
