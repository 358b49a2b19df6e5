"""What is wrong with a config dict is said in these words."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.config import dev
from topology import model
from topology.check import check
from topology.model import Topology
from topology.problems import ConfigError
from topology.version import BrokerFacts, Version

ENDS: dict[str, Any] = {"source": "e", "destination": "q"}


def errors(raw: Any) -> list[str]:
    """Every error, without the name of the rule that found it."""
    return [str(problem).rpartition(" [")[0] or str(problem) for problem in check(raw).errors]


def with_exchange(**fields: Any) -> dict[str, Any]:
    """A config dict that is right but for its exchange e."""
    return {"vhost": "v", "exchanges": {"e": fields}}


def with_queue(**fields: Any) -> dict[str, Any]:
    """A config dict that is right but for its queue q."""
    return {"vhost": "v", "queues": {"q": fields}}


def with_binding(**fields: Any) -> dict[str, Any]:
    """A config dict that is right but for its binding from e to q."""
    return {
        "vhost": "v",
        "exchanges": {"e": {}},
        "queues": {"q": {}},
        "bindings": [ENDS | fields],
    }


SHAPES = [
    ("x", "must be a map, not text"),
    ({"vhost": ""}, "vhost.name: is empty; give it a name"),
    ({"vhost": 5}, "vhost: must be a name, or a map with a name and settings"),
    ({"vhost": None}, "vhost: must be a name, or a map with a name and settings"),
    ({"vhost": {}}, "vhost.name: is missing; Name of the vhost"),
    (
        {"vhost": {"name": "v", "descripton": "x"}},
        "vhost.descripton: is not a known key; did you mean description?",
    ),
    (
        {"vhost": "v", "exchnges": {}},
        "exchnges: is not a known key; did you mean exchanges?",
    ),
    ({"vhost": "v", "exchanges": []}, "exchanges: must be a map, not a list"),
    (
        {"vhost": "v", "exchanges": None},
        "exchanges: must be a map, not nothing; write {} or leave the key out",
    ),
    (
        {"vhost": "v", "exchanges": {"e": None}},
        "exchanges.e: must be a map, not nothing; write {} to take every default",
    ),
    ({"vhost": "v", "exchanges": {"e": "direct"}}, "exchanges.e: must be a map, not text"),
    ({"vhost": "v", "bindings": {}}, "bindings: must be a list, not a map"),
    ({"vhost": "v", "bindings": [5]}, "bindings[0]: must be a map, not a number"),
]

VALUES = [
    (with_exchange(type=5), "exchanges.e.type: must be text, not a number; put it in quotes"),
    (
        with_exchange(durable="yes"),
        "exchanges.e.durable: must be true or false, not text; write true or false without quotes",
    ),
    (with_exchange(durable=1), "exchanges.e.durable: must be true or false, not a number"),
    (
        with_queue(type="clasic"),
        "queues.q.type: must be classic, quorum or stream; did you mean classic?",
    ),
    (with_queue(type="priority"), "queues.q.type: must be classic, quorum or stream"),
    (with_queue(durible=True), "queues.q.durible: is not a known key; did you mean durable?"),
    (
        with_queue(**{"x-message-ttl": 5}),
        "queues.q.x-message-ttl: is not a known key; did you mean message_ttl?",
    ),
    (
        with_queue(message_ttl="5000"),
        "queues.q.message_ttl: must be a whole number, not text; write the number without quotes",
    ),
    (
        with_queue(message_ttl=True),
        "queues.q.message_ttl: must be a whole number, not true or false",
    ),
    (
        with_queue(message_ttl=1.5),
        "queues.q.message_ttl: must be a whole number, without a fraction",
    ),
    (
        with_queue(message_ttl=5.0),
        "queues.q.message_ttl: must be a whole number; leave out the decimal point",
    ),
    (with_queue(message_ttl=math.inf), "queues.q.message_ttl: must be a whole number"),
    (
        with_queue(message_ttl=date(2024, 1, 1)),
        "queues.q.message_ttl: must be a whole number, not a date",
    ),
    (
        with_queue(retry={"delays": [1.5]}),
        (
            "queues.q.retry.delays[0]: must be a whole number, without a fraction; "
            "for example 5s or 10m"
        ),
    ),
    (
        with_queue(retry={"delays": [None]}),
        ("queues.q.retry.delays[0]: must be a whole number, not nothing; for example 5s or 10m"),
    ),
    (
        with_queue(retry={"delays": []}),
        "queues.q.retry.delays: has 0 entries, and needs at least 1",
    ),
    (
        {"vhost": "v", "policies": {"p": {"pattern": None, "definition": {}}}},
        "policies.p.pattern: must be text, not nothing",
    ),
    (
        {"vhost": "v", "services": {"s": {"publishes": [5]}}},
        (
            "services.s.publishes: must be a list of exchanges, "
            "or a map from exchanges to routing keys"
        ),
    ),
    (with_queue(message_ttl=-1), "queues.q.message_ttl: must be at least 0"),
    (
        with_queue(message_ttl=315_360_000_001),
        "queues.q.message_ttl: must be at most 315360000000",
    ),
    (with_queue(expires=0), "queues.q.expires: must be at least 1"),
    (
        with_queue(type="stream", max_age="7x"),
        "queues.q.max_age: is not of the right form; for example 7D or 12h",
    ),
    (
        with_queue(overflow="drop"),
        (
            "queues.q.overflow: must be drop-head, reject-publish or reject-publish-dlx; "
            "did you mean drop-head?"
        ),
    ),
    (with_queue(arguments=[]), "queues.q.arguments: must be a map, not a list"),
    (
        with_binding(routing_key=5),
        "bindings[0].routing_key: must be text, not a number; put it in quotes",
    ),
    (
        with_binding(destination_type="topic"),
        "bindings[0].destination_type: must be queue or exchange",
    ),
    (
        with_binding(routing_key="x" * 256),
        "bindings[0].routing_key: is longer than 255 bytes",
    ),
]

NAMES = [
    ({"vhost": "v", "exchanges": {"": {}}}, 'exchanges[""]: the name is empty; give it a name'),
    (
        {"vhost": "v", "queues": {"a\x7f": {}}},
        "holds a control character; it could be neither read nor typed",
    ),
    (
        {"vhost": "v", "queues": {"é" * 128: {}}},
        "the name is 256 bytes long; RabbitMQ allows 255",
    ),
    (
        {"vhost": "v", "exchanges": {"amq.mine": {}}},
        (
            'exchanges["amq.mine"]: names that begin with amq. are RabbitMQ\'s own; '
            "choose another name"
        ),
    ),
    (
        {"vhost": "v", "exchanges": {"a@b": {}}},
        "exchanges.a@b: the provider cannot handle names with @; choose another name",
    ),
    (
        {"vhost": "v@w"},
        "vhost: the provider cannot handle a vhost with @ in its name; use another",
    ),
    (
        {
            "vhost": "v",
            "exchanges": {"a/b": {}},
            "queues": {"q": {}},
            "bindings": [{"source": "a/b", "destination": "q"}],
        },
        "bindings[0].source: the provider cannot bind names with /; choose another name",
    ),
]

REFERENCES = [
    (
        with_binding(source="f"),
        "bindings[0].source: no exchange of this name is declared; declare it, or correct the name",
    ),
    (
        with_binding(destination="orders"),
        (
            "bindings[0].destination: no queue of this name is declared; "
            "declare it, or correct the name"
        ),
    ),
    (
        with_binding(destination="q", destination_type="exchange"),
        (
            "bindings[0].destination: no exchange of this name is declared; "
            "declare it, or correct the name"
        ),
    ),
    (
        {
            "vhost": "v",
            "exchanges": {"orders": {}},
            "queues": {"bills": {}},
            "bindings": [{"source": "order", "destination": "bills"}],
        },
        "bindings[0].source: no exchange of this name is declared; did you mean orders?",
    ),
    (
        {
            "vhost": "v",
            "exchanges": {"e": {}},
            "queues": {"q": {}},
            "bindings": [ENDS, ENDS | {"routing_key": "k"}, ENDS],
        },
        "bindings[2]: is the same binding as bindings[0]; remove one of them",
    ),
]


@pytest.mark.parametrize(
    ("raw", "text"), [*SHAPES, *VALUES, *NAMES, *REFERENCES], ids=lambda row: str(row)[:60]
)
def test_one_mistake_is_one_sentence(raw: Any, text: str) -> None:
    (found,) = errors(raw)
    assert found.endswith(text)


@pytest.mark.parametrize("raw", [None, [], {}, 5, True])
def test_what_is_no_topology_is_refused(raw: Any) -> None:
    assert len(errors(raw)) == 1


def test_every_mistake_is_told_at_once() -> None:
    raw = {
        "vhost": "v",
        "exchnges": {},
        "exchanges": {"e": {"durable": "no"}, "amq.mine": {}},
        "queues": {"q": {"type": "strem"}, "r": {}},
        "bindings": [
            5,
            {"source": "e", "destination": "q"},
            {"source": "e", "destination": "s"},
            {"source": "e", "destination": "r", "routing_key": 5},
        ],
    }
    assert {text.partition(":")[0] for text in errors(raw)} == {
        "exchnges",
        "exchanges.e.durable",
        'exchanges["amq.mine"]',
        "queues.q.type",
        "bindings[0]",
        "bindings[2].destination",
        "bindings[3].routing_key",
    }


def test_the_error_of_a_wrong_config_holds_all() -> None:
    with pytest.raises(ConfigError) as caught:
        check({"exchnges": {}}).usable()
    assert [problem.where for problem in caught.value.problems] == ["vhost", "exchnges"]
    assert str(caught.value).startswith("2 problems in the configuration:\n  - ")


@pytest.mark.parametrize("version", [Version(3, 10), Version(4, 0), Version(4, 3)])
def test_what_is_right_is_left_alone(version: Version) -> None:
    checked = check(dev(), BrokerFacts(version))
    assert checked.errors == ()
    assert checked.usable().topology.vhost.name == "my-vhost"


def test_built_in_exchanges_can_be_bound() -> None:
    raw = with_binding(source="amq.topic") | {"exchanges": {}}
    assert errors(raw) == []


def test_values_are_never_shown() -> None:
    secret = "hunter2-hunter2"
    raw = {
        "vhost": "v",
        "exchanges": {"e": {"type": "direct", "durable": secret}},
        "queues": {"q": {"type": secret, "message_ttl": secret, "overflow": secret, "x": secret}},
        "bindings": [{"source": [secret], "destination": {secret: secret}}, secret],
        "rabbitmq_version": secret,
    }
    texts = errors(raw)
    assert len(texts) >= 8
    assert not [text for text in texts if secret in text]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = st.sampled_from(sorted(Topology.model_fields))
FIELDS = st.sampled_from(
    sorted({name for noun in model.__all__ for name in getattr(model, noun).model_fields})
)
NEARLY = st.dictionaries(
    KEYS,
    JSON
    | st.dictionaries(st.sampled_from(["e", "q", "amq.x"]), st.dictionaries(FIELDS, JSON))
    | st.lists(st.dictionaries(FIELDS, JSON), max_size=3),
)


@given(NEARLY | JSON)
def test_anything_at_all_gives_an_answer(raw: Any) -> None:
    checked = check(raw)
    if checked.errors:
        assert all(str(problem) for problem in checked.problems)
    else:
        assert checked.usable().topology.vhost.name
