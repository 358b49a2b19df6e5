"""What Pulumi knows resources by. A name that changes here makes every stack replace its queues."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from topology.declare.logical_name import binding_name, logical_name
from topology.model import Binding

PARTS = st.lists(st.text(), min_size=1, max_size=4)
TEXTS = st.sampled_from(["", "a", "b", "~", "a/b", "%7E", "queue", "exchange"]) | st.text(
    max_size=3
)
ENDS = TEXTS.filter(lambda text: text.isprintable() and text != "")
SCALARS = st.sampled_from([0, 1, True, False, 1.0, "1", "", "true"])
BINDINGS: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    source=ENDS,
    destination=ENDS,
    destination_type=st.sampled_from(["queue", "exchange"]),
    routing_key=TEXTS.filter(str.isprintable),
    arguments=st.dictionaries(st.sampled_from(["x-match", "a", "b"]), SCALARS, max_size=2),
)


def binding(**fields: Any) -> Binding:
    """A binding from e to q, but for what is given."""
    return Binding.model_validate({"source": "e", "destination": "q"} | fields)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("my-vhost",), "my-vhost"),
        (("/",), "%2F"),
        (("my-vhost", "my-queue"), "my-vhost/my-queue"),
        (("a/b", "c"), "a%2Fb/c"),
        (("a", "b/c"), "a/b%2Fc"),
        (("größe", "50 %"), "gr%C3%B6%C3%9Fe/50%20%25"),
        (("v", "a.b-c_d~e"), "v/a.b-c_d~e"),
    ],
)
def test_names_are_frozen(parts: tuple[str, ...], name: str) -> None:
    assert logical_name(*parts) == name


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"routing_key": "k"}, "v/e/queue/q/k"),
        ({}, "v/e/queue/q/~"),
        ({"routing_key": "~"}, "v/e/queue/q/%7E"),
        ({"routing_key": "a~b"}, "v/e/queue/q/a%7Eb"),
        ({"routing_key": "#"}, "v/e/queue/q/%23"),
        ({"routing_key": "*.a/b"}, "v/e/queue/q/%2A.a%2Fb"),
        ({"destination_type": "exchange", "routing_key": "k"}, "v/e/exchange/q/k"),
        ({"arguments": {"x-match": "all", "n": 5}}, "v/e/queue/q/~/16f786c7ffbf2b91"),
        ({"arguments": {"n": 5, "x-match": "all"}}, "v/e/queue/q/~/16f786c7ffbf2b91"),
        ({"arguments": {"x-match": "all", "n": "5"}}, "v/e/queue/q/~/3ae8a1a54b0ac809"),
        ({"routing_key": "k", "arguments": {"n": True}}, "v/e/queue/q/k/61ef44a6f4a056c9"),
    ],
)
def test_names_of_bindings_are_frozen(fields: dict[str, Any], name: str) -> None:
    assert binding_name("v", binding(**fields)) == name


@given(PARTS, PARTS)
def test_two_things_never_share_a_name(one: list[str], other: list[str]) -> None:
    assert (logical_name(*one) == logical_name(*other)) == (one == other)


@given(BINDINGS, BINDINGS)
@example(
    {"source": "e", "destination": "q", "routing_key": ""},
    {"source": "e", "destination": "q", "routing_key": "~"},
)
def test_two_bindings_never_share_a_name(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = binding(**one), binding(**other)
    same = json.dumps(first.model_dump(), sort_keys=True) == json.dumps(
        second.model_dump(), sort_keys=True
    )
    assert (binding_name("v", first) == binding_name("v", second)) == same
