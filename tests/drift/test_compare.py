"""Declared against found, where both are just data."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from topology.broker.live_policy import LivePolicy
from topology.broker.state import (
    LiveBinding,
    LiveExchange,
    LivePermission,
    LiveQueue,
    LiveUser,
    LiveVhost,
    VhostState,
)
from topology.check import check
from topology.drift import Finding, Ignore, Kind, Report, State, compare
from topology.drift.passwords import changed_passwords

SALT = b"salt"


def hashed(password: str, algorithm: str = "sha256") -> dict[str, Any]:
    digest = hashlib.new(algorithm, SALT + password.encode()).digest()
    return {
        "password_hash": base64.b64encode(SALT + digest).decode(),
        "hashing_algorithm": f"rabbit_password_hashing_{algorithm}",
        "tags": [],
    }


def compared(
    raw: dict[str, Any],
    passwords: dict[str, str] | None = None,
    ignore: list[str] | None = None,
    **broker: Any,
) -> Report:
    return compare(
        check({"vhost": "v", **raw}).usable().topology,
        listed(**{"vhost": {}, **broker}),
        passwords=passwords or {},
        ignore=Ignore.of(ignore or []),
        deployer="deployer",
    )


def listed(**broker: Any) -> VhostState:
    """What the reader makes of these answers."""

    def named(section: str, read: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        found = broker.get(section, {})
        return {name: read({"name": name, **entry}) for name, entry in found.items()}

    def right(user: str, entry: dict[str, str]) -> LivePermission:
        return LivePermission.from_api({"user": user, **entry})

    vhost = broker["vhost"]
    return VhostState(
        vhost=None if vhost is None else LiveVhost.from_api({"name": "v", **vhost}),
        default_queue_type=broker.get("default_queue_type"),
        limits=broker.get("limits", {}),
        exchanges=named("exchanges", LiveExchange.from_api),
        queues=named("queues", LiveQueue.from_api),
        bindings=tuple(map(LiveBinding.from_api, broker.get("bindings", ()))),
        policies=named("policies", LivePolicy.from_api),
        parameters=broker.get("parameters", {}),
        users=named("users", LiveUser.from_api),
        permissions={user: right(user, e) for user, e in broker.get("permissions", {}).items()},
    )


def differences(report: Report) -> list[str]:
    return [line for finding in report.findings for line in finding.differences]


def test_a_vhost_that_is_gone_says_all() -> None:
    report = compared({"queues": {"q": {}}}, vhost=None)
    assert report.findings == (Finding(Kind.VHOST, "v", State.MISSING, ("with everything in it",)),)
    assert report.summary == "Drift in vhost v: 1 missing."


@pytest.mark.parametrize("algorithm", ["sha256", "sha512", "md5"])
def test_passwords_are_compared_by_their_hash(algorithm: str) -> None:
    raw = {"users": {"u": {"password": "right"}}}
    assert not compared(raw, users={"u": hashed("right", algorithm)}).drifted
    wrong = compared(raw, users={"u": hashed("wrong", algorithm)})
    assert differences(wrong) == ["password is not the declared one"]


def test_a_generated_password_that_nobody_knows_is_no_drift_and_is_told() -> None:
    raw: dict[str, Any] = {"users": {"u": {}}}
    report = compared(raw, users={"u": hashed("any")})
    assert not report.drifted
    assert "not in the stack's state" in report.unknown[0].reason
    assert differences(compared(raw, {"u": "made"}, users={"u": hashed("any")}))


@pytest.mark.parametrize(
    "broken",
    [
        {"password_hash": "c2FsdA==", "hashing_algorithm": "my_own_hashing"},
        {"password_hash": "not base64!", "hashing_algorithm": "rabbit_password_hashing_sha256"},
    ],
)
def test_a_hash_that_cannot_be_read_is_told(broken: dict[str, str]) -> None:
    report = compared({"users": {"u": {"password": "p"}}}, users={"u": {"tags": [], **broken}})
    assert not report.drifted
    assert "algorithm" in report.unknown[0].reason


def test_a_user_without_a_password_has_drifted() -> None:
    found = {"tags": [], "password_hash": "", "hashing_algorithm": "whatever"}
    report = compared({"users": {"u": {"password": "p"}}}, users={"u": found})
    assert differences(report) == ["password is not set"]


def test_tags_have_no_order_and_old_brokers_join_them() -> None:
    raw = {"users": {"u": {"password": "p", "tags": ["a", "b"]}}}
    for tags in (["b", "a"], "b,a"):
        assert not compared(raw, users={"u": {**hashed("p"), "tags": tags}}).drifted
    report = compared(raw, users={"u": {**hashed("p"), "tags": ["b"]}})
    assert differences(report) == ["tags are b, declared are a, b"]


def test_an_existing_user_only_has_to_exist() -> None:
    raw = {"users": {"u": {"existing": True}}}
    assert not compared(raw, users={"u": {**hashed("any"), "tags": ["a"]}}).drifted
    assert compared(raw).findings[0].state is State.MISSING


def test_what_rabbitmq_gives_to_the_maker_of_a_vhost_is_no_drift() -> None:
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    assert not compared({}, permissions={"deployer": everything}).drifted
    assert compared({}, permissions={"deployer": {**everything, "read": ""}}).drifted
    report = compared({}, permissions={"other": everything})
    assert report.findings[0].differences == ("configure is .*", "write is .*", "read is .*")


@pytest.mark.parametrize(
    ("declared", "vhost", "limits", "line"),
    [
        ({}, {"description": "d"}, {}, "description is d, declared is none"),
        ({"description": "d"}, {}, {}, "description is none, declared is d"),
        ({}, {"tags": ["t"]}, {}, "tags are t, declared are none"),
        ({}, {"tracing": True}, {}, "tracing is on, declared is off"),
        ({"tracing": True}, {}, {}, "tracing is off, declared is on"),
        ({}, {"default_queue_type": "quorum"}, {}, "default_queue_type is quorum, declared is "),
        ({"default_queue_type": "quorum"}, {"default_queue_type": "undefined"}, {}, "default_"),
        ({}, {}, {"max-queues": 5}, "max_queues is 5, declared is no limit"),
        ({"max_queues": 5}, {}, {"max-queues": 6}, "max_queues is 6, declared is 5"),
        ({"max_connections": 0}, {}, {}, "max_connections is no limit, declared is 0"),
    ],
)
def test_the_vhost_itself(
    declared: dict[str, Any], vhost: dict[str, Any], limits: dict[str, int], line: str
) -> None:
    report = compared({"vhost": {"name": "v", **declared}}, vhost=vhost, limits=limits)
    (found,) = differences(report)
    assert found.startswith(line)


def test_tags_of_the_vhost_are_ignored_by_its_name_and_nothing_else_of_it() -> None:
    found = {"name": "v", "tags": ["t"], "description": "d"}
    report = compared({}, vhost=found, ignore=["vhost:v"])
    assert differences(report) == ["description is d, declared is none"]
    assert len(differences(compared({}, vhost=found, ignore=["vhost:w", "queue:v"]))) == 2


@pytest.mark.parametrize(
    ("declared", "vhost", "default"),
    [
        ({}, {"default_queue_type": "quorum"}, "quorum"),
        ({}, {"default_queue_type": "undefined"}, None),
        ({}, {"default_queue_type": "undefined"}, "classic"),
        ({"default_queue_type": "quorum"}, {"default_queue_type": "quorum"}, "classic"),
        ({"max_queues": -1}, {}, None),
    ],
)
def test_a_vhost_that_says_nothing_has_what_the_broker_gives(
    declared: dict[str, Any], vhost: dict[str, Any], default: str | None
) -> None:
    raw = {"vhost": {"name": "v", **declared}}
    assert not compared(raw, vhost=vhost, default_queue_type=default).drifted


UPSTREAM = {"uri": "amqp://secret@a"}
SHOVEL = {
    "source_uri": "amqp://secret@a",
    "source_queue": "q",
    "destination_uri": "amqp://secret@b",
    "destination_queue": "q",
    "reconnect_delay": 5,
}
FOUND = {
    "src-uri": "amqp://secret@a",
    "src-queue": "q",
    "dest-uri": ["amqp://secret@b"],
    "dest-queue": "q",
}


def test_parameters_that_say_less_mean_rabbitmqs_defaults() -> None:
    found = {
        ("federation-upstream", "u"): {"uri": ["amqp://secret@a"]},
        ("shovel", "s"): FOUND,
        ("operator_policy", "elsewhere"): {},
        ("vhost-limits", "limits"): {},
    }
    raw = {"federation_upstreams": {"u": UPSTREAM}, "shovels": {"s": SHOVEL}}
    assert not compared(raw, parameters=found).drifted


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"src-uri": "amqp://other@a"}, "src-uri is not the declared one"),
        ({"dest-uri": ["amqp://secret@b", "amqp://c"]}, "dest-uri is not the declared one"),
        ({"ack-mode": "no-ack"}, "ack-mode is no-ack, declared is on-confirm"),
        ({"prefetch-count": 5}, "src-prefetch-count is 5, declared is 1000"),
        ({"dest-exchange": "x"}, "dest-exchange is x, declared is none"),
        (
            {"dest-add-forward-headers": True},
            "dest-add-forward-headers is true, declared is false",
        ),
    ],
)
def test_a_shovel_that_differs(change: dict[str, Any], line: str) -> None:
    report = compared({"shovels": {"s": SHOVEL}}, parameters={("shovel", "s"): {**FOUND, **change}})
    assert differences(report) == [line]


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("tmp", True),
        ("t?p", True),
        ("queue:tmp", True),
        ("queue:*", True),
        ("exchange:tmp", False),
        ("Tmp", False),
        ("tm", False),
        ("other:tmp", False),
    ],
)
def test_patterns(pattern: str, covered: bool) -> None:  # noqa: FBT001
    report = compared({}, ignore=[pattern], queues={"tmp": {"name": "tmp"}})
    assert (not report.drifted, report.ignored) == (covered, int(covered))


def test_what_is_declared_is_never_ignored() -> None:
    raw: dict[str, Any] = {"queues": {"gone": {}, "other": {}}}
    found = {"name": "other", "durable": False, "auto_delete": False, "arguments": {}}
    report = compared(raw, ignore=["*"], queues={"other": found})
    assert [finding.state for finding in report.findings] == [State.MISSING, State.CHANGED]


def test_a_colon_may_belong_to_the_name() -> None:
    assert not compared({}, ignore=["a:b*"], queues={"a:b1": {}}).drifted


@pytest.mark.parametrize(
    ("name", "queue"),
    [
        ("amq.gen-1", {}),
        ("replies", {"auto_delete": True}),
        ("mine", {"exclusive": True}),
        ("federation: x", {"arguments": {"x-internal-purpose": "federation"}}),
    ],
)
def test_what_comes_and_goes_is_no_drift_nor_are_its_bindings(
    name: str, queue: dict[str, Any]
) -> None:
    binding = {
        "source": "e",
        "destination": name,
        "destination_type": "queue",
        "routing_key": "",
        "arguments": {},
    }
    exchange = {"type": "direct", "durable": True, "auto_delete": False, "internal": False}
    report = compared(
        {"exchanges": {"e": {}}},
        queues={name: queue},
        bindings=(binding,),
        exchanges={"e": exchange},
    )
    assert not report.drifted


def test_a_declared_queue_is_compared_whatever_it_is() -> None:
    raw = {"queues": {"q": {"auto_delete": True, "type": "classic"}}}
    found = {"durable": True, "auto_delete": True, "arguments": {}}
    assert not compared(raw, queues={"q": found}).drifted
    assert compared(raw, queues={"q": {**found, "auto_delete": False}}).drifted
    assert compared(raw).drifted


def test_what_is_lost_comes_first() -> None:
    report = compared(
        {"queues": {"b": {}, "a": {}}, "exchanges": {"z": {}}},
        queues={"extra": {}},
        vhost={"tracing": True},
    )
    assert [(finding.state.value, finding.name) for finding in report.findings] == [
        ("missing", "z"),
        ("missing", "a"),
        ("missing", "b"),
        ("changed", "v"),
        ("undeclared", "extra"),
    ]


def test_in_a_shared_vhost_only_what_touches_the_stack_is_drift() -> None:
    def binding(source: str, destination: str) -> dict[str, Any]:
        ends = {"source": source, "destination": destination, "destination_type": "queue"}
        return {**ends, "routing_key": "#", "arguments": {}}

    policy = {"apply-to": "queues", "priority": 0, "definition": {"max-length": 1}}
    report = compared(
        {
            "vhost": {"name": "v", "existing": True},
            "queues": {"own": {}},
            "exchanges": {"events": {}},
            "users": {"app": {"password": "s3cret-word"}},
        },
        vhost={"description": "theirs", "tags": ["shared"]},
        queues={"own": {"type": "classic", "durable": True}, "theirs": {"type": "classic"}},
        exchanges={"events": {"type": "direct"}, "their-events": {"type": "topic"}},
        bindings=[binding("their-events", "theirs"), binding("their-events", "own")],
        policies={"mine": {"pattern": "^o", **policy}, "other": {"pattern": "^t", **policy}},
        users={"app": hashed("s3cret-word"), "they": hashed("x")},
        permissions={
            user: {"configure": "", "write": "", "read": ".*"} for user in ("app", "they")
        },
    )
    assert [(finding.kind, finding.name) for finding in report.findings] == [
        (Kind.BINDING, "their-events -> own (routing_key #)"),
        (Kind.POLICY, "mine"),
        (Kind.PERMISSION, "app"),
    ]
    assert report.others == 5


def test_only_passwords_of_the_stacks_users_that_differ_are_set_again() -> None:
    raw = {
        "vhost": "v",
        "users": {
            "declared": {"password": "right"},
            "generated": {},
            "fine": {"password": "right"},
            "unknown": {},
            "gone": {"password": "right"},
            "theirs": {"existing": True},
        },
    }
    users = {name: hashed("other") for name in ("declared", "generated", "unknown", "theirs")}
    state = listed(vhost={}, users={**users, "fine": hashed("right")})
    topology = check(raw).usable().topology
    assert changed_passwords(topology, state, {"generated": "made"}) == {
        "declared": "right",
        "generated": "made",
    }
