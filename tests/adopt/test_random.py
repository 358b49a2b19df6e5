"""Whatever passes the checks and is on a broker is adopted as what it is."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings

from tests.adopt.adopted import Adopted
from tests.live.conftest import MakeStack
from tests.rules.applying import requests
from tests.rules.pruning import without_errors
from tests.rules.topologies import TOPOLOGIES
from tests.support.api import Api
from toolchain.node import Broker
from topology.adopt import Adoption, Selection, adopt_vhost
from topology.adopt.broker import read_broker
from topology.broker import Management, probe
from topology.expand.settings import Settled
from topology.version import BrokerFacts

_SETTINGS = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
_ON_BROKER = ("exchanges", "queues", "bindings", "policies", "operator_policies")
"""What `requests` puts there."""


def _passing(config: dict[str, Any], vhost: str, facts: BrokerFacts) -> Settled | None:
    """What the checks let pass of a random config dict, in a vhost of the test's own."""
    kept = ("exchanges", "queues", "bindings", "policies", "operator_policies", "defaults")
    reduced = {key: value for key, value in config.items() if key in kept}
    checked = without_errors({**reduced, "vhost": vhost}, facts)
    return checked.expanded.settled if checked is not None else None


def _put(api: Api, settled: Settled) -> None:
    vhost = settled.topology.vhost.name
    api.delete("vhosts", vhost)
    api.put("vhosts", vhost)
    for path, body in requests(settled):
        (api.post if path[0] == "bindings" else api.put)(*path, body=body)


def _assert_whole(declared: Settled, adoption: Adoption) -> None:
    """Nothing is lost, and the policies that come of it are those that are there."""
    assert [one for one in adoption.left_out if not one.server_made] == []
    assert adoption.remarks == ()
    adopted = adoption.settled.topology
    passing = {one.name for one in adoption.left_out}
    for section in ("exchanges", "queues"):
        names = set(getattr(declared.topology, section))
        assert set(getattr(adopted, section)) == names - passing
    own = {f"{kind}.{name}" for kind in ("queue", "exchange") for name in passing}
    assert set(adopted.policies) == set(declared.topology.policies) - own | (
        set(adopted.policies) & own
    )


def _sample(broker: Broker, size: int) -> None:
    vhost = f"random-{uuid4().hex[:8]}"
    management = Management(broker.management, broker.username, broker.password)
    with Api(broker) as api, management:
        facts = probe(management)

        @given(TOPOLOGIES)
        @settings(_SETTINGS, max_examples=size)
        def sample(config: dict[str, Any]) -> None:
            settled = _passing(config, vhost, facts)
            if settled is None or not any(getattr(settled.topology, s) for s in _ON_BROKER):
                return
            _put(api, settled)
            _assert_whole(
                settled, adopt_vhost(vhost, read_broker(management, [vhost]), Selection())
            )

        try:
            sample()
        finally:
            api.delete("vhosts", vhost)


def test_random_topologies_are_adopted_whole(broker: Broker) -> None:
    _sample(broker, 15)


@pytest.mark.soak
def test_many_random_topologies_are_adopted_whole(each_broker: Broker) -> None:
    _sample(each_broker, 300)


@pytest.mark.soak
def test_random_topologies_become_stacks(make_stack: MakeStack, each_broker: Broker) -> None:
    with Management(each_broker.management, each_broker.username, each_broker.password) as asked:
        facts = probe(asked)

    @given(TOPOLOGIES)
    @settings(_SETTINGS, max_examples=12)
    def sample(config: dict[str, Any]) -> None:
        stack = make_stack(each_broker)
        settled = _passing(config, stack.vhost, facts)
        if settled is None or not any(getattr(settled.topology, s) for s in _ON_BROKER):
            return
        with Api(each_broker) as api:
            _put(api, settled)
        adopted = Adopted(stack)
        adopted.vhosts = [stack.vhost]
        adopted.take_over(adopted.adopt())
        said = adopted.shell(f"pulumi preview --stack {stack.vhost} --refresh --json 2>/dev/null")
        operations = {step["op"] for step in json.loads(said.text)["steps"]}
        assert operations <= {"same", "refresh"}

    sample()
