"""The rules' own idea of where messages go."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from topology.expand.regular_expression import pattern_matches
from topology.expand.rights import topic_expression
from topology.rules.analysis.cycles import cycles
from topology.rules.analysis.patterns import NameIndex
from topology.rules.analysis.topic_match import is_literal, topic_matches

WORDS = st.lists(st.sampled_from(("a", "b", "")), max_size=5).map(".".join)
PATTERNS = st.lists(st.sampled_from(("a", "b", "*", "#", "")), max_size=5).map(".".join)

NODES = st.integers(0, 6)
GRAPHS = st.dictionaries(NODES, st.lists(NODES, max_size=4), max_size=7)


@given(PATTERNS, WORDS.filter(bool))
def test_topics_match_as_the_expression_for_rights_does(pattern: str, key: str) -> None:
    assert topic_matches(pattern, key) == bool(re.fullmatch(topic_expression(pattern), key))


def test_topics_without_words() -> None:
    assert topic_matches("#", "")
    assert topic_matches("", "")
    assert topic_matches("#.#", "")
    assert not topic_matches("*", "")
    assert not topic_matches("a", "")


def test_only_whole_words_are_wildcards() -> None:
    assert is_literal("a*.b#")
    assert not is_literal("a.*")


@given(GRAPHS)
def test_cycles_are_what_can_reach_itself(edges: dict[int, list[int]]) -> None:
    reaches: dict[int, set[int]] = {}
    for start, direct in edges.items():
        seen: set[int] = set()
        waiting = list(direct)
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting.extend(edges.get(node, ()))
        reaches[start] = seen
    expected = {
        frozenset(other for other in reaches if other in reaches[node] and node in reaches[other])
        for node in reaches
        if node in reaches[node]
    }
    assert set(cycles(edges)) == expected


def test_a_long_chain_is_no_deep_recursion() -> None:
    edges = {a: [b] for a, b in pairwise(range(50_000))}
    assert list(cycles(edges)) == []
    assert list(cycles({**edges, 49_999: [0]})) == [frozenset(range(50_000))]


NAMES = st.text("ab.-_^$é", min_size=1, max_size=5)


@given(
    st.lists(NAMES, max_size=8),
    st.sampled_from(("^{}", "^{}$", "{}", "^({}|b)$", "^{}?", "^{}.*", "^{}+a", "^{}\\d")),
    NAMES,
)
def test_looking_only_at_likely_names_misses_none(
    names: list[str], form: str, literal: str
) -> None:
    pattern = form.format(re.escape(literal))
    every = [name for name in names if pattern_matches(pattern, name)]
    assert NameIndex(names).any_match(pattern) == bool(every)
