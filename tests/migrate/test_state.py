"""After a migration the state is brought up to date, by commands that the engine accepts."""

from __future__ import annotations

from typing import Any

import pytest

from topology.broker.connection import Connection
from topology.broker.state import LiveQueue
from topology.check import check
from topology.cli.pulumi import after_migration as pulumi_apply
from topology.cli.pulumi.after_migration import apply_to_state
from topology.migrate.choice import Live, choose
from topology.migrate.source import Source
from topology.problems import ConfigError, Problem

PREFIX = "urn:pulumi:prod::rabbitmq-topology"
TYPES = {
    "VHost": "rabbitmq:index/vHost:VHost",
    "Exchange": "rabbitmq:index/exchange:Exchange",
    "Queue": "rabbitmq:index/queue:Queue",
    "Policy": "rabbitmq:index/policy:Policy",
    "Binding": "rabbitmq:index/binding:Binding",
}
Inputs = dict[str, Any]


def urn(kind: str, name: str) -> str:
    return f"{PREFIX}::{TYPES[kind]}::{name}"


def of_queue(name: str, vhost: str = "v", *, policy: bool = True) -> dict[str, Inputs]:
    """What the state has of a queue that is bound to `events` and has a policy of its own."""
    binding = {"vhost": vhost, "destinationType": "queue", "destination": name, "source": "events"}
    found: dict[str, Inputs] = {
        urn("Queue", f"{vhost}/{name}"): {"vhost": vhost, "name": name},
        urn("Binding", f"{vhost}/events/queue/{name}/%23"): binding,
    }
    if policy:
        own = {"vhost": vhost, "name": f"queue.{name}", "policy": {}}
        found[urn("Policy", f"{vhost}/queue.{name}")] = own
    return found


EVENTS = {urn("Exchange", "v/events"): {"vhost": "v", "name": "events"}}


class Engine:
    """As strict with targets as Pulumi: `refresh` takes those that the state has, `up` those and
    what the program declares, `up --refresh` only what the state has before the refresh and either
    the state has after it or the program declares."""

    def __init__(self, state: dict[str, Inputs], declared: set[str], gone: set[str]) -> None:
        self.state, self.declared, self.gone = state, declared, gone
        self.applied: set[str] = set()

    def resources(self, _stack: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [
            {"type": "pulumi:pulumi:Stack", "urn": f"{PREFIX}::pulumi:pulumi:Stack::x"}
        ]
        for key, inputs in self.state.items():
            found.append({"urn": key, "type": key.split("::")[2], "inputs": inputs})
        return found

    def run(self, what: str, arguments: list[str]) -> None:
        targets = {word for word in arguments if word.startswith("urn:")}
        assert targets, f"without targets, {what} would change the whole stack"
        if arguments[0] == "refresh" or "--refresh" in arguments:
            self._expect(targets <= self.state.keys())
            for key in targets & self.gone:
                del self.state[key]
        if arguments[0] == "up":
            self._expect(targets <= self.state.keys() | self.declared)
            self.applied = targets

    @staticmethod
    def _expect(known: bool) -> None:  # noqa: FBT001
        if not known:
            raise ConfigError([Problem((), "a target could not be found in the stack")])


def applied(
    monkeypatch: pytest.MonkeyPatch,
    engine: Engine,
    live: Live,
    component: str = "",
    **queue: Any,
) -> set[str]:
    """What `up` is told to change for a queue `work` that was migrated."""
    config = {
        "vhost": "v",
        "exchanges": {"events": {"type": "topic"}, "new": {"type": "fanout"}},
        "queues": {"work": {"type": "quorum", "max_length": 5, **queue}},
        "bindings": [
            {"source": "events", "destination": "work", "routing_key": "#"},
            {"source": "new", "destination": "work"},
        ],
    }
    settled = check(config).usable()
    moves = choose(settled, live, ("work",)).moves
    assert moves
    monkeypatch.setattr(pulumi_apply, "stack_resources", engine.resources)
    monkeypatch.setattr(pulumi_apply, "run_pulumi", engine.run)
    apply_to_state("prod", settled, moves, component or None)
    return engine.applied


def classic(name: str, vhost: str = "v", broker: str = "") -> Live:
    return Live({(broker, vhost): {name: LiveQueue(name, "classic")}})


def test_another_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a policy that the queue did not have before. What is bound to an exchange that `pulumi
    up` has yet to declare waits for it."""
    state = EVENTS | of_queue("work", policy=False)
    engine = Engine(state, set(of_queue("work")), set())
    assert applied(monkeypatch, engine, classic("work")) == set(of_queue("work"))


def test_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The old queue took its bindings with it; its policy is still there, and goes."""
    old = of_queue("before")
    policy = urn("Policy", "v/queue.before")
    other = {urn("Exchange", "v/before"): {"vhost": "v", "name": "before"}} | of_queue("other")
    engine = Engine(EVENTS | old | other, set(of_queue("work")), set(old) - {policy})
    found = applied(monkeypatch, engine, classic("before"), migrate={"from": "before"})
    assert found == {*of_queue("work"), policy}


def test_another_vhost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vhost may be the stack's own until now, or have nothing of it."""
    wanted: Any = {"migrate": {"from": "work", "vhost": "w"}}
    engine = Engine(EVENTS | of_queue("work", "x"), set(of_queue("work")), set())
    found = applied(monkeypatch, engine, classic("work", "w"), **wanted)
    assert found == set(of_queue("work"))
    old = of_queue("work", "w", policy=False)
    engine = Engine(EVENTS | old, set(of_queue("work")), set(old))
    assert applied(monkeypatch, engine, classic("work", "w"), **wanted) == set(of_queue("work"))


def test_another_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The old queue has a namesake in the new stack, which is left alone."""
    source = Source("old", Connection("http://old", "amqp://old", "u", "p"), "v", "amqp://old")
    found = classic("before", broker="old").queues
    engine = Engine(EVENTS | of_queue("before"), set(of_queue("work")), set())
    live = Live(found, source=source)
    wanted = {"from": "before"}
    assert applied(monkeypatch, engine, live, migrate=wanted) == set(of_queue("work"))


def test_a_component(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its resources have its type and its name in their URNs. Its own inputs, which commands
    compare the broker with, follow. Another component with a queue of that name is left alone."""
    kind = "rabbitmq-topology:index:Topology"

    def owned(component: str, found: dict[str, Inputs]) -> dict[str, Inputs]:
        head = f"{PREFIX}::{kind}$"
        urns = (key.split("::")[2:] for key in found)
        names = [f"{head}{type_}::{component}/{name}" for type_, name in urns]
        return dict(zip(names, found.values(), strict=True))

    itself = {f"{PREFIX}::{kind}::one": Inputs(), f"{PREFIX}::{kind}::two": Inputs()}
    own = owned("one", EVENTS | of_queue("work"))
    state = itself | own | owned("two", EVENTS | of_queue("work"))
    engine = Engine(state, set(own), set())
    found = applied(monkeypatch, engine, classic("work"), component="one")
    assert found == {*owned("one", of_queue("work")), f"{PREFIX}::{kind}::one"}
    with pytest.raises(ConfigError, match="Topology three of stack prod was never applied"):
        applied(monkeypatch, engine, classic("work"), component="three")
