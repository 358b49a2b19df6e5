"""What is changed by hand, drift names, and nothing else, on every RabbitMQ."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import pika
import pytest

from tests.support.api import Api
from tests.support.stack import Said, Stack
from toolchain.engine import Engine
from toolchain.folders import PROJECT
from toolchain.node import Broker
from topology.broker import BrokerReader, Management
from topology.check import check
from topology.drift import Ignore, Report, State, compare

PASSWORD = "open sesame"
Change: TypeAlias = Callable[["Applied"], None]
Named: TypeAlias = tuple[str, str, str]


def _topology(vhost: str, token: str) -> dict[str, Any]:
    """One of everything, each free of the others as far as can be."""
    return {
        "vhost": vhost,
        "exchanges": {"events": {"type": "topic"}, "lonely": {"type": "direct"}},
        "queues": {
            "orders": {"type": "quorum", "max_length": 1000},
            "jobs": {"arguments": {"x-max-priority": 5}},
            "log": {"type": "stream"},
        },
        "bindings": [
            {"source": "events", "destination": "orders", "routing_key": "o.#"},
            {"source": "events", "destination": "lonely", "destination_type": "exchange"},
        ],
        "policies": {"far": {"pattern": "^far", "definition": {"max-length": 10}}},
        "operator_policies": {"cap": {"pattern": "^far", "definition": {"max-length": 20}}},
        "users": {
            f"alice-{token}": {"password": PASSWORD, "tags": ["monitoring"]},
            f"bob-{token}": {},
        },
        "permissions": [{"user": f"alice-{token}", "read": ".*"}],
        "topic_permissions": [{"user": f"alice-{token}", "exchange": "events", "read": "^o"}],
        "federation_upstreams": {"up": {"uri": "amqp://user:secret@127.0.0.1:1/up"}},
        "shovels": {
            "move": {
                "source_uri": "amqp://user:secret@127.0.0.1:1",
                "source_queue": "jobs",
                "destination_uri": "amqp://user:secret@127.0.0.1:1",
                "destination_queue": "orders",
            }
        },
    }


@dataclass(frozen=True)
class Applied:
    """A stack that was applied, and the ways to look at its broker."""

    stack: Stack
    raw: dict[str, Any]
    api: Api
    passwords: dict[str, str]

    @property
    def vhost(self) -> str:
        return self.stack.vhost

    @property
    def alice(self) -> str:
        return f"alice-{self.stack.token}"

    @property
    def bob(self) -> str:
        return f"bob-{self.stack.token}"

    def report(self, *ignore: str) -> Report:
        broker = self.stack.broker
        with Management(broker.management, broker.username, broker.password) as management:
            return compare(
                check(self.raw).usable().topology,
                BrokerReader(management).state(self.vhost),
                passwords=self.passwords,
                ignore=Ignore.of(ignore),
                deployer=broker.username,
            )

    def found(self, *ignore: str) -> set[Named]:
        return {
            (finding.state.value, finding.kind.value, finding.name)
            for finding in self.report(*ignore).findings
        }

    def drift(self, *arguments: str) -> Said:
        """The command, as a person runs it."""
        return self.stack.command("drift", "--stack", self.stack.name, *arguments)

    def put_queue(self, name: str, **arguments: Any) -> None:
        self.api.delete("queues", self.vhost, name)
        self.api.put("queues", self.vhost, name, body={"durable": True, "arguments": arguments})

    def put_exchange(self, name: str, kind: str, **settings: Any) -> None:
        self.api.delete("exchanges", self.vhost, name)
        body = {"type": kind, "durable": True, **settings}
        self.api.put("exchanges", self.vhost, name, body=body)

    def put_policy(self, kind: str, name: str, most: int, **settings: Any) -> None:
        applies = "all" if kind == "policies" else "queues"
        body = {"pattern": "^far", "definition": {"max-length": most}, "apply-to": applies}
        self.api.put(kind, self.vhost, name, body={**body, **settings})

    def put_user(self, name: str, password: str, *tags: str) -> None:
        self.api.put("users", name, body={"password": password, "tags": ",".join(tags)})

    def permit(self, user: str, read: str) -> None:
        body = {"configure": "", "write": "", "read": read}
        self.api.put("permissions", self.vhost, user, body=body)

    def permit_topic(self, read: str) -> None:
        body = {"exchange": "events", "write": "", "read": read}
        self.api.put("topic-permissions", self.vhost, self.alice, body=body)

    def bind(self, queue: str, key: str, exchange: str = "events", **arguments: Any) -> None:
        body = {"routing_key": key, "arguments": arguments}
        self.api.post("bindings", self.vhost, "e", exchange, "q", queue, body=body)

    def put_upstream(self, uri: str, **value: Any) -> None:
        path = ("parameters", "federation-upstream", self.vhost, "up")
        self.api.put(*path, body={"value": {"uri": uri, **value}})

    def put_shovel(self, destination: str, **value: Any) -> None:
        body = {
            "src-uri": "amqp://user:secret@127.0.0.1:1",
            "src-queue": "jobs",
            "dest-uri": destination,
            "dest-queue": "orders",
            "reconnect-delay": 1,
        }
        self.api.put("parameters", "shovel", self.vhost, "move", body={"value": {**body, **value}})


@pytest.fixture(scope="module")
def applied(
    end_broker: Broker, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Applied]:
    stack = Stack(tmp_path_factory.mktemp("drift") / "project", engine, end_broker, PROJECT)
    raw = _topology(stack.vhost, stack.token)
    stack.configure(raw)
    stack.up()
    kept = [entry for entry in stack.state() if entry["type"] == "pulumi:index:Stash"]
    with Api(end_broker) as api:
        passwords = {f"bob-{stack.token}": json.loads(_plain(kept[0]))}
        yield Applied(stack, raw, api, passwords)
    stack.clean()


def _plain(stash: dict[str, Any]) -> str:
    return str(stash["outputs"]["output"]["plaintext"])


CHANGES: dict[str, tuple[Change, Change, Named]] = {
    "queue gone": (
        lambda a: a.api.delete("queues", a.vhost, "log"),
        lambda a: a.put_queue("log", **{"x-queue-type": "stream"}),
        ("missing", "queue", "log"),
    ),
    "queue of another type": (
        lambda a: a.put_queue("log", **{"x-queue-type": "quorum"}),
        lambda a: a.put_queue("log", **{"x-queue-type": "stream"}),
        ("changed", "queue", "log"),
    ),
    "queue with another argument": (
        lambda a: a.put_queue("jobs", **{"x-queue-type": "classic", "x-max-priority": 6}),
        lambda a: a.put_queue("jobs", **{"x-queue-type": "classic", "x-max-priority": 5}),
        ("changed", "queue", "jobs"),
    ),
    "queue nobody declared": (
        lambda a: a.put_queue("mine"),
        lambda a: a.api.delete("queues", a.vhost, "mine"),
        ("undeclared", "queue", "mine"),
    ),
    "exchange nobody declared": (
        lambda a: a.put_exchange("mine", "fanout"),
        lambda a: a.api.delete("exchanges", a.vhost, "mine"),
        ("undeclared", "exchange", "mine"),
    ),
    "binding gone": (
        lambda a: a.api.delete("bindings", a.vhost, "e", "events", "q", "orders", "o.%23"),
        lambda a: a.bind("orders", "o.#"),
        ("missing", "binding", "events -> orders (routing_key o.#)"),
    ),
    "binding nobody declared": (
        lambda a: a.bind("orders", "x"),
        lambda a: a.api.delete("bindings", a.vhost, "e", "events", "q", "orders", "x"),
        ("undeclared", "binding", "events -> orders (routing_key x)"),
    ),
    "binding of a built-in exchange": (
        lambda a: a.bind("orders", "x", exchange="amq.topic"),
        lambda a: a.api.delete("bindings", a.vhost, "e", "amq.topic", "q", "orders", "x"),
        ("undeclared", "binding", "amq.topic -> orders (routing_key x)"),
    ),
    "policy gone": (
        lambda a: a.api.delete("policies", a.vhost, "far"),
        lambda a: a.put_policy("policies", "far", 10),
        ("missing", "policy", "far"),
    ),
    "policy with another limit": (
        lambda a: a.put_policy("policies", "far", 11),
        lambda a: a.put_policy("policies", "far", 10),
        ("changed", "policy", "far"),
    ),
    "policy with another priority": (
        lambda a: a.put_policy("policies", "far", 10, priority=7),
        lambda a: a.put_policy("policies", "far", 10),
        ("changed", "policy", "far"),
    ),
    "policy that hides another": (
        lambda a: a.put_policy("policies", "mine", 1, pattern="^orders$", priority=2000),
        lambda a: a.api.delete("policies", a.vhost, "mine"),
        ("undeclared", "policy", "mine"),
    ),
    "operator policy with another limit": (
        lambda a: a.put_policy("operator-policies", "cap", 21),
        lambda a: a.put_policy("operator-policies", "cap", 20),
        ("changed", "operator_policy", "cap"),
    ),
    "operator policy nobody declared": (
        lambda a: a.put_policy("operator-policies", "mine", 21),
        lambda a: a.api.delete("operator-policies", a.vhost, "mine"),
        ("undeclared", "operator_policy", "mine"),
    ),
    "vhost described": (
        lambda a: a.api.put("vhosts", a.vhost, body={"description": "mine"}),
        lambda a: a.api.put("vhosts", a.vhost, body={"description": ""}),
        ("changed", "vhost", ""),
    ),
    "vhost traced": (
        lambda a: a.api.put("vhosts", a.vhost, body={"tracing": True}),
        lambda a: a.api.put("vhosts", a.vhost, body={"tracing": False}),
        ("changed", "vhost", ""),
    ),
    "vhost limited": (
        lambda a: a.api.put("vhost-limits", a.vhost, "max-queues", body={"value": 99}),
        lambda a: a.api.delete("vhost-limits", a.vhost, "max-queues"),
        ("changed", "vhost", ""),
    ),
    "user with another tag": (
        lambda a: a.put_user(a.alice, PASSWORD, "monitoring", "administrator"),
        lambda a: a.put_user(a.alice, PASSWORD, "monitoring"),
        ("changed", "user", "alice"),
    ),
    "user with another password": (
        lambda a: a.put_user(a.alice, "another", "monitoring"),
        lambda a: a.put_user(a.alice, PASSWORD, "monitoring"),
        ("changed", "user", "alice"),
    ),
    "generated password replaced": (
        lambda a: a.put_user(a.bob, "another"),
        lambda a: a.put_user(a.bob, a.passwords[a.bob]),
        ("changed", "user", "bob"),
    ),
    "user gone": (
        lambda a: a.api.delete("users", a.bob),
        lambda a: a.put_user(a.bob, a.passwords[a.bob]),
        ("missing", "user", "bob"),
    ),
    "permission widened": (
        lambda a: a.permit(a.alice, ".*|x"),
        lambda a: a.permit(a.alice, ".*"),
        ("changed", "permission", "alice"),
    ),
    "permission gone": (
        lambda a: a.api.delete("permissions", a.vhost, a.alice),
        lambda a: a.permit(a.alice, ".*"),
        ("missing", "permission", "alice"),
    ),
    "permission nobody declared": (
        lambda a: a.permit(a.bob, ".*"),
        lambda a: a.api.delete("permissions", a.vhost, a.bob),
        ("undeclared", "permission", "bob"),
    ),
    "topic permission widened": (
        lambda a: a.permit_topic(".*"),
        lambda a: a.permit_topic("^o"),
        ("changed", "topic_permission", "alice on events"),
    ),
    "upstream elsewhere": (
        lambda a: a.put_upstream("amqp://user:secret@127.0.0.1:2/up"),
        lambda a: a.put_upstream("amqp://user:secret@127.0.0.1:1/up"),
        ("changed", "federation_upstream", "up"),
    ),
    "upstream with another setting": (
        lambda a: a.put_upstream("amqp://user:secret@127.0.0.1:1/up", **{"max-hops": 2}),
        lambda a: a.put_upstream("amqp://user:secret@127.0.0.1:1/up"),
        ("changed", "federation_upstream", "up"),
    ),
    "shovel elsewhere": (
        lambda a: a.put_shovel("amqp://user:secret@127.0.0.1:2"),
        lambda a: a.put_shovel("amqp://user:secret@127.0.0.1:1"),
        ("changed", "shovel", "move"),
    ),
    "shovel that may lose messages": (
        lambda a: a.put_shovel("amqp://user:secret@127.0.0.1:1", **{"ack-mode": "no-ack"}),
        lambda a: a.put_shovel("amqp://user:secret@127.0.0.1:1"),
        ("changed", "shovel", "move"),
    ),
    "parameter of another kind": (
        lambda a: a.api.put(
            *("parameters", "federation-upstream-set", a.vhost, "all-ours"),
            body={"value": [{"upstream": "up"}]},
        ),
        lambda a: a.api.delete("parameters", "federation-upstream-set", a.vhost, "all-ours"),
        ("undeclared", "parameter", "federation-upstream-set/all-ours"),
    ),
}


def test_what_was_just_applied_has_not_drifted(applied: Applied) -> None:
    assert applied.report().findings == ()


def _rounds() -> list[list[str]]:
    """The changes, so that those of one object are never made at once."""
    rounds: list[tuple[list[str], set[str]]] = []
    for name, (_, _, (_, kind, what)) in CHANGES.items():
        # What a user may do goes with the user.
        changed = what.split()[0] if kind in ("user", "permission") else f"{kind} {what}"
        for names, taken in rounds:
            if changed not in taken:
                names.append(name)
                taken.add(changed)
                break
        else:
            rounds.append(([name], {changed}))
    return [names for names, _ in rounds]


def _named(applied: Applied, change: str) -> Named:
    state, kind, what = CHANGES[change][2]
    if kind == "vhost":
        return state, kind, applied.vhost
    named = what.replace("alice", applied.alice).replace("bob", applied.bob)
    return state, kind, named


@pytest.mark.smoke
def test_drift_names_what_was_changed(applied: Applied) -> None:
    rounds = _rounds()
    assert len(rounds) <= 6, rounds
    for changes in rounds:
        for change in changes:
            CHANGES[change][0](applied)
        try:
            report = applied.report()
            assert "secret" not in str(report)
            assert applied.found() == {_named(applied, change) for change in changes}
        finally:
            for change in changes:
                CHANGES[change][1](applied)
        assert applied.found() == set()


def test_another_exchange_of_the_same_name_has_changed(applied: Applied) -> None:
    applied.put_exchange("lonely", "fanout", internal=True)
    (finding,) = (f for f in applied.report().findings if f.state is State.CHANGED)
    assert finding.differences == (
        "type is fanout, declared is direct",
        "internal is true, declared is false",
    )
    applied.put_exchange("lonely", "direct")
    path = ("bindings", applied.vhost, "e", "events", "e", "lonely")
    applied.api.post(*path, body={"routing_key": ""})
    assert applied.found() == set()


def test_an_argument_of_another_type_is_another_binding(applied: Applied) -> None:
    applied.bind("jobs", "", n=5)
    applied.bind("jobs", "", n="5")
    named = {name for _, kind, name in applied.found() if kind == "binding"}
    assert named == {'events -> jobs (arguments {"n": 5})', 'events -> jobs (arguments {"n": "5"})'}
    for binding in applied.api.bindings(applied.vhost):
        if binding["destination"] == "jobs":
            key = binding["properties_key"]
            applied.api.delete("bindings", applied.vhost, "e", "events", "q", "jobs", key)


def test_what_clients_declare_for_themselves_is_no_drift(applied: Applied) -> None:
    broker = applied.stack.broker
    parameters = pika.URLParameters(f"{broker.amqp}/{applied.vhost}")
    parameters.credentials = pika.PlainCredentials(broker.username, broker.password)
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        for settings in ({"exclusive": True}, {"auto_delete": True, "durable": True}):
            name = channel.queue_declare("", **settings).method.queue
            channel.queue_bind(name, "events", "mine")
        channel.queue_declare("replies", auto_delete=True, durable=True)
        channel.basic_consume("replies", lambda *_: None)
        assert applied.found() == set()


def test_patterns_ignore_what_nobody_declared_and_nothing_else(applied: Applied) -> None:
    applied.put_queue("mine.1")
    applied.bind("mine.1", "x")
    applied.api.delete("queues", applied.vhost, "log")
    everything = {
        ("missing", "queue", "log"),
        ("undeclared", "queue", "mine.1"),
        ("undeclared", "binding", "events -> mine.1 (routing_key x)"),
    }
    assert applied.found() == everything
    assert applied.found("exchange:mine.*") == everything
    for patterns in (["mine.*"], ["queue:mine.?"], ["*"]):
        assert applied.found(*patterns) == {("missing", "queue", "log")}
    applied.api.delete("queues", applied.vhost, "mine.1")
    applied.put_queue("log", **{"x-queue-type": "stream"})


def test_the_command_tells_drift_and_its_absence(applied: Applied) -> None:
    calm = applied.drift()
    assert (calm.code, calm.text) == (0, f"No drift: vhost {applied.vhost} is as declared.\n")
    applied.put_user(applied.alice, "another")
    applied.put_user(applied.bob, "another")
    applied.put_queue("mine")
    machine = applied.drift("--json", "--markdown", "drift.md", "--ignore", "queue:mine")
    assert machine.code == 3
    report = json.loads(machine.text)
    assert report["ignored"] == 1
    assert [(entry["name"], entry["differences"]) for entry in report["findings"]] == [
        (
            applied.alice,
            ["tags are none, declared are monitoring", "password is not the declared one"],
        ),
        (applied.bob, ["password is not the declared one"]),
    ]
    page = (applied.stack.folder / "drift.md").read_text()
    assert f"`{applied.alice}`" in page
    for secret in (PASSWORD, applied.passwords[applied.bob]):
        assert secret not in machine.text + page
    applied.put_user(applied.alice, PASSWORD, "monitoring")
    applied.put_user(applied.bob, applied.passwords[applied.bob])
    applied.api.delete("queues", applied.vhost, "mine")


def test_passwords_that_were_changed_are_set_again(applied: Applied) -> None:
    applied.put_user(applied.alice, "another", "monitoring")
    applied.put_user(applied.bob, "another")
    refreshed = applied.stack.run("up", "--yes", "--skip-preview", "--refresh")
    assert refreshed.code == 0, refreshed.text
    told = applied.drift()
    assert told.code == 3
    command = told.text.rpartition("python -m topology ")[2].split()
    assert command == ["drift", "--stack", applied.stack.name, "--restore-passwords"]
    said = applied.stack.command(*command)
    assert said.code == 0, said.text
    assert f"password of user {applied.alice} set again" in said.text
    assert "No drift" in said.text
    for secret in (PASSWORD, applied.passwords[applied.bob]):
        assert secret not in told.text + said.text
    assert applied.stack.run("preview", "--refresh", "--expect-no-changes").code == 0


def test_a_broker_that_is_down_is_an_error_and_no_drift(applied: Applied) -> None:
    applied.stack.configure(applied.raw, endpoint="http://127.0.0.1:1")
    said = applied.drift()
    applied.stack.configure(applied.raw)
    assert said.code == 1
    assert "no connection to http://127.0.0.1:1: connection refused" in said.text
    assert "Traceback" not in said.text
