"""The rights derived for a service: exactly what its work takes."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topology.expand.rights import expression, permission, topic_expression, topic_permissions
from topology.model import Service

NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)


def topic_matches(pattern: str, key: str) -> bool:
    """AMQP's definition: `*` is one word, `#` is zero or more; the empty key has no word."""
    pattern_words, words = pattern.split("."), key.split(".") if key else []

    def matches(i: int, j: int) -> bool:
        if i == len(pattern_words):
            return j == len(words)
        if pattern_words[i] == "#":
            return any(matches(i + 1, k) for k in range(j, len(words) + 1))
        return j < len(words) and pattern_words[i] in ("*", words[j]) and matches(i + 1, j + 1)

    return matches(0, 0)


def test_topic_patterns_mean_what_they_mean_in_a_binding() -> None:
    keys = [
        ".".join(words)
        for length in range(4)
        for words in itertools.product(["a", "b", ""], repeat=length)
    ]
    for length in (1, 2, 3):
        for words in itertools.product(["a", "*", "#", ""], repeat=length):
            pattern = ".".join(words)
            if not pattern:
                continue
            derived = re.compile(f"^({topic_expression(pattern)})$")
            for key in keys:
                assert bool(derived.match(key)) == topic_matches(pattern, key), (pattern, key)


@given(st.lists(NAMES, min_size=1, max_size=4, unique=True), NAMES)
def test_an_expression_matches_its_names_and_no_other(names: list[str], other: str) -> None:
    derived = re.compile(expression(names))
    assert all(derived.search(name) for name in names)
    assert bool(derived.search(other)) == (other in names)


def test_nothing_is_permitted_by_the_empty_text() -> None:
    assert expression([]) == ""


@pytest.mark.parametrize(
    ("service", "rights"),
    [
        ({"publishes": ["events"]}, ("", "^events$", "")),
        ({"consumes": ["work", "more"]}, ("", "", "^(work|more)$")),
        ({"publishes": ["a.b"], "consumes": ["c+d"]}, ("", r"^a\.b$", r"^c\+d$")),
        ({"publishes": [""]}, ("", r"^amq\.default$", "")),
        ({"consumes": ["rpc"], "replies": True}, ("", r"^amq\.default$", "^rpc$")),
        (
            {"declares": {"prefix": "tmp.", "binds": ["events"], "dead_letter_exchange": "dead"}},
            (r"^tmp\..*$", r"^(dead|tmp\..*)$", r"^(events|tmp\..*)$"),
        ),
    ],
)
def test_rights_of_a_service(service: dict[str, object], rights: tuple[str, str, str]) -> None:
    derived = permission("user", Service.model_validate(service))
    assert (derived.configure, derived.write, derived.read) == rights


def test_routing_keys_are_held_only_where_they_are_named() -> None:
    service = Service.model_validate({"publishes": {"events": ["a.*", "b.#"], "logs": []}})
    (only,) = topic_permissions("user", service)
    assert (only.exchange, only.write) == ("events", r"^(a\.[^.]*|b(\.[^.]*)*)$")
