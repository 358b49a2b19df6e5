"""What is declared as made elsewhere must be on the broker before anything is made."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.support.fake_management import FakeManagement, shared_vhost
from topology.broker import BrokerReader
from topology.check import check
from topology.declare.logical_name import binding_name
from topology.ownership import Inventory, missing, read_inventory

USERS = {"users": [{"name": "guest"}, {"name": "app"}]}


def told(config: dict[str, Any], answers: dict[str, Any]) -> list[str]:
    """The problems of a config dict on a broker with these answers."""
    topology = check(config).usable().topology
    vhost = topology.vhost.name
    inventory = read_inventory(
        BrokerReader(FakeManagement(answers)), vhost, partial(binding_name, vhost)
    )
    return [f"{one.severity}: {one}" for one in missing(topology, inventory)]


def test_vhost_and_users_are_asked_for_at_once() -> None:
    config = {
        "vhost": {"name": "shop", "existing": True},
        "users": {"apb": {"existing": True}, "made-here": {}},
        "permissions": [{"user": "apb", "read": ".*"}],
    }
    assert told(config, {**USERS, "vhosts": [{"name": "/"}]}) == [
        (
            "error: vhost.existing: the broker has no vhost shop; create it first, or leave out "
            "existing to have this stack make the vhost"
        ),
        "error: users.apb.existing: the broker has no user apb; did you mean app?",
    ]


def test_what_is_there_is_no_problem() -> None:
    config = {
        "vhost": {"name": "v", "existing": True},
        "users": {"app": {"existing": True}},
        "permissions": [{"user": "app", "read": ".*"}],
    }
    assert told(config, {**USERS, **shared_vhost()}) == []


def test_what_an_ignored_rule_assumes_is_asked_for() -> None:
    config = {
        "vhost": "v",
        "queues": {
            "a": {"dead_letter_exchange": "elsewhere"},
            "b": {"dead_letter_exchange": "events"},
        },
        "exchanges": {"e": {"alternate_exchange": "nowhere"}},
        "policies": {
            "set": {
                "pattern": "^a$",
                "apply_to": "queues",
                "definition": {"federation-upstream-set": "both"},
            },
            "upstream": {
                "pattern": "^b$",
                "apply_to": "queues",
                "definition": {"federation-upstream": "berlin"},
            },
        },
        "ignore_rules": {
            "undeclared-dead-letter-exchange": "made by another stack",
            "undeclared-alternate-exchange": "made by another stack",
            "undeclared-upstream": "made by another stack",
        },
    }
    answers = {**USERS, **shared_vhost()}
    dropped, federated = "messages for it are dropped", "nothing is federated"
    assert sorted(told(config, answers)) == [
        (
            "warning: exchanges.e.alternate_exchange: the broker has no exchange nowhere: "
            f"{dropped}; create it first"
        ),
        (
            "warning: policies.upstream.definition.federation-upstream: the broker has no "
            f"federation upstream berlin: {federated}; create it first"
        ),
        (
            "warning: queues.a.dead_letter_exchange: the broker has no exchange elsewhere: "
            f"{dropped}; create it first"
        ),
    ]


def test_nothing_is_missing_where_the_broker_was_not_asked() -> None:
    config = {"vhost": {"name": "shop", "existing": True}, "users": {"app": {"existing": True}}}
    assert list(missing(check(config).usable().topology, Inventory())) == []
