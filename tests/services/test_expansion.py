"""Services become users, permissions and topic permissions that one can see."""

from __future__ import annotations

from typing import Any

from topology.check import check

BASE: dict[str, Any] = {
    "vhost": "shop",
    "exchanges": {"events": {"type": "topic"}},
    "queues": {"work": {}},
    "bindings": [{"source": "events", "destination": "work", "routing_key": "#"}],
}


def expanded(services: dict[str, Any], **more: Any) -> Any:
    return check({**BASE, "services": services, **more}).expanded


def test_a_service_has_a_user_with_its_rights() -> None:
    found = expanded({"worker": {"consumes": ["work"], "publishes": ["events"]}})
    topology = found.settled.topology
    assert list(topology.users) == ["worker"]
    (permission,) = topology.permissions
    assert (permission.user, permission.write, permission.read) == (
        "worker",
        "^events$",
        "^work$",
    )
    assert found.access["worker"].username == "worker"


def test_rotation_keeps_the_last_credentials_beside_the_new_ones() -> None:
    def users(rotation: int) -> list[str]:
        found = expanded({"worker": {"consumes": ["work"], "rotation": rotation}})
        return list(found.settled.topology.users)

    assert users(1) == ["worker"]
    assert users(2) == ["worker", "worker-2"]
    assert users(3) == ["worker-2", "worker-3"]
    found = expanded({"worker": {"consumes": ["work"], "rotation": 3}})
    assert found.access["worker"].username == "worker-3"


def test_a_user_of_the_same_name_is_a_problem() -> None:
    found = expanded({"worker": {"consumes": ["work"]}}, users={"worker": {}})
    (problem,) = found.problems
    assert str(problem) == (
        "services.worker: needs a user worker, and one of this name is declared already; "
        "rename the service or the user"
    )


def test_what_a_service_works_with_must_be_declared() -> None:
    services = {
        "worker": {
            "publishes": {"event": [], "events": ["a.*"]},
            "consumes": ["wrk"],
            "declares": {"prefix": "wo", "binds": ["amq.topic", "nothing"]},
        }
    }
    problems = check({**BASE, "services": services}).problems
    assert [str(problem) for problem in problems] == [
        (
            "services.worker.publishes: no exchange named event is declared; did you mean events? "
            "[undeclared-service-reference]"
        ),
        (
            "services.worker.consumes[0]: no queue named wrk is declared; did you mean work? "
            "[undeclared-service-reference]"
        ),
        (
            "services.worker.declares.binds[1]: no exchange named nothing is declared; "
            "declare it, or correct the name [undeclared-service-reference]"
        ),
        (
            "services.worker.declares.prefix: is the beginning of queue work; "
            "choose a prefix of its own [prefix-matches-declared-queue]"
        ),
    ]


def test_routing_keys_hold_on_topic_exchanges_only() -> None:
    exchanges = {"events": {"type": "fanout"}}
    services = {"worker": {"publishes": {"events": ["a.*"]}}}
    (problem,) = check({**BASE, "exchanges": exchanges, "services": services}).errors
    assert str(problem) == (
        "services.worker.publishes.events: holds the service to routing keys on a fanout "
        "exchange; write [] here, or make it a topic exchange [routing-keys-without-topic]"
    )
