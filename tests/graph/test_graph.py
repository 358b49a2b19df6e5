"""The picture: what is in it, and that every form can be read by what it is for."""

from __future__ import annotations

import json
import re
import shutil
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topology.check import check
from topology.graph import EdgeKind, Graph, NodeKind, build_graph, to_mermaid, to_page, to_svg
from topology.graph.health import Health, diagnosis

needs_graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")

SHOP: dict[str, Any] = {
    "vhost": "shop",
    "exchanges": {"orders": {"type": "topic", "alternate_exchange": "lost"}, "lost": {}},
    "queues": {
        "packing": {"type": "quorum", "retry": {"delays": ["5s", "1m"]}, "max_length": 1000},
        "billing": {"dead_letter": {"queue": "failed"}},
        "failed": {},
        "audit": {"type": "stream"},
    },
    "bindings": [
        {"source": "orders", "destination": "packing", "routing_key": "a"},
        {"source": "orders", "destination": "packing", "routing_key": "b"},
        {"source": "amq.topic", "destination": "audit", "routing_key": "#"},
    ],
    "services": {
        "shop": {"publishes": {"orders": ["a", "b"]}},
        "packer": {"consumes": ["packing"]},
    },
}


def drawn(topology: dict[str, Any], health: dict[str, Health] | None = None) -> Graph:
    return build_graph(check(topology).expanded, health)


def edges(found: Graph) -> set[tuple[str, str, str, str]]:
    return {(edge.source, edge.target, edge.kind.value, edge.label) for edge in found.edges}


def test_everything_is_in_the_picture() -> None:
    found = drawn(SHOP)
    assert {(node.name, node.kind, node.detail) for node in found.nodes} == {
        ("orders", NodeKind.EXCHANGE, "topic"),
        ("lost", NodeKind.EXCHANGE, "direct"),
        ("amq.topic", NodeKind.EXCHANGE, "built in"),
        ("packing", NodeKind.QUEUE, "quorum · ↻ 5s 1m · max 1,000"),
        ("packing.dead-letter", NodeKind.DEAD_LETTERS, "quorum"),
        ("billing", NodeKind.QUEUE, "classic"),
        ("failed", NodeKind.DEAD_LETTERS, "classic"),
        ("audit", NodeKind.STREAM, "stream"),
        ("shop", NodeKind.SERVICE, ""),
        ("packer", NodeKind.SERVICE, ""),
    }
    assert edges(found) == {
        ("exchange:orders", "exchange:lost", "alternate", "unroutable"),
        ("queue:packing", "queue:packing.dead-letter", "dead-letter", "after 2 retries"),
        ("queue:billing", "queue:failed", "dead-letter", "rejected"),
        ("exchange:orders", "queue:packing", "binding", "a, b"),
        ("exchange:amq.topic", "queue:audit", "binding", "#"),
        ("service:shop", "exchange:orders", "publishes", "a, b"),
        ("queue:packing", "service:packer", "consumes", ""),
    }


def test_what_a_policy_or_an_argument_sets_is_in_the_picture() -> None:
    found = drawn(
        {
            **SHOP,
            "exchanges": {"orders": {"type": "topic"}, "lost": {"type": "fanout"}},
            "queues": {"packing": {}, "old": {"arguments": {"x-max-priority": 5}}, "audit": {}},
            "policies": {
                "lost": {
                    "pattern": "^orders$",
                    "apply_to": "exchanges",
                    "definition": {"alternate-exchange": "lost"},
                },
                "packing": {
                    "pattern": "^packing$",
                    "apply_to": "queues",
                    "definition": {"dead-letter-exchange": "lost", "max-length": 10},
                },
            },
        }
    )
    assert ("exchange:orders", "exchange:lost", "alternate", "unroutable") in edges(found)
    assert ("queue:packing", "exchange:lost", "dead-letter", "dead letters") in edges(found)
    details = {node.name: node.detail for node in found.nodes if node.kind is NodeKind.QUEUE}
    assert details == {
        "packing": "classic · max 10",
        "old": "classic · priority 5",
        "audit": "classic",
    }


def test_many_keys_between_two_are_one_line() -> None:
    bindings = [
        {"source": "orders", "destination": "audit", "routing_key": f"key.{number}"}
        for number in range(10)
    ]
    found = drawn({**SHOP, "bindings": bindings})
    assert ("exchange:orders", "queue:audit", "binding", "key.0, key.1, key.2 +7 more") in edges(
        found
    )


@pytest.mark.parametrize(
    ("messages", "consumers", "about", "reason"),
    [
        (5, 0, {}, ""),
        (5, 0, {"consumed": True}, "no consumers"),
        (5, 1, {"consumed": True}, ""),
        (1, 0, {"keeps_dead_letters": True}, "dead letters wait"),
        (0, 0, {"keeps_dead_letters": True}, ""),
        (80, 1, {"limit": 100}, "nearly full"),
        (79, 1, {"limit": 100}, ""),
        (0, 1, {"leaderless": True}, "has no leader and takes no messages"),
    ],
)
def test_what_is_wrong_with_a_queue(
    messages: int, consumers: int, about: dict[str, Any], reason: str
) -> None:
    usual = {"keeps_dead_letters": False, "consumed": False, "limit": None, "leaderless": False}
    known = {**usual, **about}
    assert diagnosis(messages, consumers, **known).reason == reason


def test_a_queue_that_the_broker_does_not_have_is_marked() -> None:
    found = drawn(SHOP, {"packing": Health(3, 1)})
    shown = {node.name: str(node.health) for node in found.nodes if node.health}
    assert shown["packing"] == "3 messages, 1 consumer"
    assert shown["billing"] == "not on the broker"
    assert ":::unwell" in to_mermaid(found)


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)


def named(name: str) -> Graph:
    return drawn({"vhost": name, "queues": {name: {}}, "exchanges": {name: {"type": "topic"}}})


@given(NAMES)
def test_no_name_breaks_a_mermaid_label(name: str) -> None:
    lines = to_mermaid(named(name)).splitlines()
    nodes = [line for line in lines if ":::" in line]
    assert len(nodes) == len(named(name).nodes)
    assert all(line.count('"') == 2 for line in nodes)


@needs_graphviz
@pytest.mark.parametrize(
    "name", ["a<b>", 'say "hi"', "a&b", "{x}|y", "\\N", "ä ö", "</script>", "}"]
)
def test_no_name_breaks_a_drawing(name: str) -> None:
    svg = ET.fromstring(to_svg(named(name)))  # noqa: S314 - our own text
    texts = [text for element in svg.iter() for text in (element.text or "").split("\n")]
    assert any(name in text.replace("\xa0", " ") for text in texts)
    page = to_page(named(name))
    data = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["nodes"][0]["name"] == name


@needs_graphviz
def test_a_page_needs_nothing_else() -> None:
    page = to_page(drawn(SHOP), "as of now")
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', page) == []
    assert "{{" not in page
    assert "as of now" in page


def lines(svg: str, kind: EdgeKind) -> int:
    """How many are drawn; Graphviz writes some characters of their class as entities."""
    elements = ET.fromstring(svg).iter()  # noqa: S314 - our own text
    return sum(element.get("class") == f"edge {kind.value}" for element in elements)


def left_edge(svg: str, name: str) -> float:
    """Where the text with a node's name stands."""
    texts = (e for e in ET.fromstring(svg).iter() if e.text == name and e.get("x"))  # noqa: S314
    return float(next(texts).get("x", ""))


@needs_graphviz
def test_a_large_map_has_no_lines_across_it() -> None:
    queues = {f"q{number}": {"dead_letter": {"queue": "failed"}} for number in range(70)}
    found = drawn({"vhost": "big", "queues": {**queues, "failed": {}}})
    svg = to_svg(found)
    assert svg.count("rejected → failed") == 70
    assert lines(svg, EdgeKind.DEAD_LETTER) == 0
    assert "queues that dead&#45;letter here: 70" in svg


@needs_graphviz
def test_a_large_map_has_dead_letters_behind_their_queue() -> None:
    queues = {f"q{number}": {"dead_letter": {"queue": "failed"}} for number in range(70)}
    svg = to_svg(drawn({"vhost": "big", "queues": {**queues, "failed": {}}}))
    assert left_edge(svg, "failed") > left_edge(svg, "q69")


@needs_graphviz
def test_a_large_map_leaves_nothing_without_a_line() -> None:
    names = [f"q{number}" for number in range(40)]
    found = drawn(
        {
            "vhost": "big",
            "exchanges": {"all": {"type": "fanout"}},
            "queues": {name: {"dead_letter": True} for name in names},
            "bindings": [{"source": "all", "destination": name} for name in names],
            "services": {"sender": {"publishes": ["all"]}, "reader": {"consumes": names}},
        }
    )
    svg = to_svg(found)
    for kind in (EdgeKind.PUBLISHES, EdgeKind.BINDING, EdgeKind.CONSUMES, EdgeKind.DEAD_LETTER):
        expected = sum(edge.kind is kind for edge in found.edges)
        assert lines(svg, kind) == expected


@needs_graphviz
def test_a_page_lists_what_is_unwell() -> None:
    page = to_page(drawn(SHOP, {"packing": Health(3, 0, reason="no consumers")}))
    data = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    packing = next(n for n in json.loads(data[1])["nodes"] if n["name"] == "packing")
    assert packing == {
        "name": "packing",
        "kind": "queue",
        "health": "3 messages, 0 consumers — no consumers",
        "unwell": True,
    }
