"""A stack that takes a vhost over is told what else the vhost holds."""

from __future__ import annotations

from typing import Any

from tests.support.fake_management import FakeManagement, shared_vhost
from topology.broker import BrokerReader
from topology.check import check
from topology.ownership import claims
from topology.ownership.takeover import others_in
from topology.password_seed import PasswordSeed


def others(config: dict[str, Any]) -> str:
    """What is told before the vhost becomes the stack's; empty for nothing."""
    topology = check(config).usable().topology
    seed = PasswordSeed("stack")
    declared = {(claim.resource, claim.name) for claim in claims(topology, seed)}
    vhost = topology.vhost.name
    return others_in(
        vhost, declared.__contains__, BrokerReader(FakeManagement(shared_vhost(vhost)))
    )


def test_what_is_not_declared_is_told_with_numbers_and_names() -> None:
    config = {"vhost": "v", "exchanges": {"events": {"type": "topic"}}}
    said = others(config)
    assert said.startswith(
        "vhost v holds objects that this stack does not declare: 1 queue (work), "
        "1 policy (limits), 1 operator policy (ttl), 1 permission (app), "
    )
    assert "existing: true" in said


def test_a_stack_that_comes_back_to_its_own_vhost_is_told_nothing() -> None:
    policy = {"pattern": ".*", "definition": {"max-length": 1}, "apply_to": "queues"}
    config = {
        "vhost": "v",
        "exchanges": {"events": {"type": "topic"}},
        "queues": {"work": {}},
        "policies": {"limits": policy},
        "operator_policies": {"ttl": policy},
        "users": {"app": {"existing": True}},
        "permissions": [{"user": "app", "read": ".*"}],
        "topic_permissions": [{"user": "app", "exchange": "events", "read": ".*"}],
        "shovels": {
            "copy": {
                "source_uri": "amqp:///v",
                "source_queue": "work",
                "destination_uri": "amqp://elsewhere.example",
                "destination_queue": "work",
            }
        },
    }
    assert others(config).partition(" declare: ")[2].startswith("1 parameter (")
