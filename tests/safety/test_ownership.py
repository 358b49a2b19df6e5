"""What exists before a stack is taken over if it is as declared, and else left as it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.conftest import MakeStack
from tests.safety.landscape import Config
from tests.safety.stronghold import UP
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.node import Broker

KINDS = (
    "vhost",
    "exchange",
    "queue",
    "policy",
    "operator policy",
    "user",
    "the permission of user",
    "the topic permission of user",
    "federation upstream",
    "shovel",
)


def _declared(stack: Stack, amqp: str, **others: Any) -> Config:
    user = f"user-{stack.token}"
    return {
        "vhost": {"name": stack.vhost, "description": "as declared"},
        "exchanges": {"exchange": {"type": "topic"}},
        "queues": {"queue": {"type": "classic"}},
        "policies": {"policy": _limit("policy", 10)},
        "operator_policies": {"operator": _limit("operator", 20)},
        "users": {user: {"password": "as declared", "tags": ["monitoring"]}},
        "permissions": [{"user": user, "configure": "a", "write": "b", "read": "c"}],
        "topic_permissions": [{"user": user, "exchange": "exchange", "write": "w", "read": "r"}],
        "federation_upstreams": {"upstream": {"uri": amqp}},
        "shovels": {
            "shovel": {
                "source_uri": amqp,
                "source_queue": "queue",
                "destination_uri": amqp,
                "destination_queue": "elsewhere",
            }
        },
        **others,
    }


def _limit(pattern: str, length: int) -> dict[str, Any]:
    definition = {"max-length": length}
    return {"pattern": f"^{pattern}$", "apply_to": "queues", "definition": definition}


def _different(stack: Stack, amqp: str) -> Config:
    user = f"user-{stack.token}"
    return _declared(
        stack,
        amqp,
        vhost={"name": stack.vhost, "description": "another"},
        policies={"policy": _limit("policy", 11)},
        operator_policies={"operator": _limit("operator", 21)},
        users={user: {"password": "another", "tags": ["management"]}},
        permissions=[{"user": user, "configure": "aa", "write": "b", "read": "c"}],
        topic_permissions=[{"user": user, "exchange": "exchange", "write": "ww", "read": "r"}],
        federation_upstreams={"upstream": {"uri": f"{amqp}/another"}},
        shovels={
            "shovel": {
                "source_uri": f"{amqp}/another",
                "source_queue": "queue",
                "destination_uri": amqp,
                "destination_queue": "elsewhere",
            }
        },
    )


CHANGES = (
    "description is 'as declared' and would become 'another'",
    "max-length is 10, declared is 11",
    "max-length is 20, declared is 21",
    "tags are ['monitoring'] and would become ['management']",
    "its password would be replaced",
    "configure is a, declared is aa",
    "on exchange exchange is write 'w', read 'r', declared is write 'ww', read 'r'",
    "uri is not the declared one",
    "src-uri is not the declared one",
)


def _on_broker(api: Api, stack: Stack) -> dict[str, Any]:
    """What a stack could overwrite."""
    vhost, user = stack.vhost, f"user-{stack.token}"
    facts = api.get("vhosts", vhost)
    return {
        "vhost": {fact: facts.get(fact) for fact in ("description", "tags", "default_queue_type")},
        "user": api.get("users", user),
        "policies": [api.get(kind, vhost) for kind in ("policies", "operator-policies")],
        "permissions": api.get("permissions", vhost, user),
        "topic permissions": api.get("topic-permissions", vhost, user),
        "parameters": [
            api.get("parameters", kind, vhost) for kind in ("federation-upstream", "shovel")
        ],
    }


def test_what_exists_is_taken_over_or_left_alone(make_stack: MakeStack, broker: Broker) -> None:
    _take_over(make_stack, broker)


@pytest.mark.soak
def test_takeover_on_every_broker(make_stack: MakeStack, each_broker: Broker) -> None:
    _take_over(make_stack, each_broker)


def _take_over(make_stack: MakeStack, broker: Broker) -> None:
    scheme, address = broker.amqp.split("://")
    amqp = f"{scheme}://{broker.username}:{broker.password}@{address}"
    first = make_stack(broker)
    with Api(broker) as api:
        first.configure(_declared(first, amqp))
        assert first.run(*UP).code == 0
        before = _on_broker(api, first)

        def another(config: Config) -> Stack:
            """A stack that knows nothing of the first."""
            stack = make_stack(broker)
            stack.configure(config)
            return stack

        said = another(_different(first, amqp)).run(*UP, "--continue-on-error")
        assert said.code != 0
        assert "differs from what is declared" in said.text
        # The vhost stands for all: what is in it is not even tried.
        assert CHANGES[0] in said.text
        assert _on_broker(api, first) == before

        here = {**_different(first, amqp), "vhost": _declared(first, amqp)["vhost"]}
        said = another(here).run(*UP, "--continue-on-error")
        assert said.code != 0
        assert "another" not in said.text.replace("use another name", "")
        assert _on_broker(api, first) == before
        # What depends on a user is tried where the user itself may be taken over.
        users = _declared(first, amqp)["users"]
        said_of_rights = another({**here, "users": users}).run(*UP, "--continue-on-error")
        told = said.text + said_of_rights.text
        assert [line for line in CHANGES[1:] if line not in told] == []
        # The user was taken over with its password, which has another salt since.
        assert {**_on_broker(api, first), "user": before["user"]} == before

        said = another(_declared(first, amqp)).run(*UP)
        assert said.code == 0, said.text
        for kind in KINDS:
            assert any(
                kind in line and "exists as declared, and now belongs to this stack" in line
                for line in said.text.splitlines()
            ), kind
        assert _on_broker(api, first)["user"]["tags"] == before["user"]["tags"]

        adopted = {name: user | {"adopt": True} for name, user in here["users"].items()}
        said = another({**_declared(first, amqp), "users": adopted}).run(*UP)
        assert said.code == 0, said.text
        assert "exists and is taken over (adopt): tags are" in said.text

        said = another({**_different(first, amqp), "adopt": True}).run(*UP)
        assert said.code == 0, said.text
        assert _on_broker(api, first)["vhost"]["description"] == "another"


def test_queues_and_exchanges_that_differ_cannot_be_taken_over(
    make_stack: MakeStack, broker: Broker
) -> None:
    first, second = make_stack(broker), make_stack(broker)
    first.configure({"vhost": first.vhost, "exchanges": {"e": {}}, "queues": {"q": {}}})
    assert first.run(*UP).code == 0
    second.configure(
        {
            "vhost": first.vhost,
            "adopt": True,
            "exchanges": {"e": {"type": "fanout"}},
            "queues": {"q": {"type": "quorum"}},
        }
    )
    said = second.run(*UP, "--continue-on-error")
    assert said.code != 0
    for line in (
        "exchange e exists on the broker and differs from what is declared:",
        "type is direct, declared is fanout",
        "queue q exists on the broker and differs from what is declared:",
        "x-queue-type is classic, declared is quorum",
        "RabbitMQ cannot change it: declare it as it is, or use another name",
    ):
        assert line in said.text
