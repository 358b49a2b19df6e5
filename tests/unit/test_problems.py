"""How findings are said: where, what is wrong, and what would be right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topology.problems import (
    ConfigError,
    Path,
    Problem,
    Severity,
    did_you_mean,
    one_of,
    render_path,
    report,
)

STEPS = st.one_of(st.text(), st.sampled_from(["a", "a.b", "[0]", '"', "\\", ""]), st.integers(0, 9))
PATHS = st.lists(STEPS, max_size=4).map(tuple)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("queues", "orders", "arguments", "x-max-length"), "queues.orders.arguments.x-max-length"),
        (("bindings", 3, "source"), "bindings[3].source"),
        (("queues", "a.b"), 'queues["a.b"]'),
        (("queues", "a b", "type"), 'queues["a b"].type'),
        (("queues", ""), 'queues[""]'),
        (("queues", 'say "hi"\\'), r'queues["say \"hi\"\\"]'),
        (("queues", "größe"), "queues.größe"),
        (("vhost",), "vhost"),
        ((), ""),
    ],
)
def test_a_path_reads_like_the_config(path: Path, text: str) -> None:
    assert render_path(path) == text


@given(PATHS, PATHS)
def test_no_two_paths_read_the_same(one: Path, other: Path) -> None:
    assert (render_path(one) == render_path(other)) == (one == other)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(("vhost",), "is missing"), "vhost: is missing"),
        (Problem(("vhost",), "is missing", "add it"), "vhost: is missing; add it"),
        (Problem((), "must be a map"), "must be a map"),
        (
            Problem(("a", 0), "is wrong", "do it right", Severity.ERROR, "some-rule", "x.yaml:3"),
            "a[0]: is wrong; do it right (x.yaml:3) [some-rule]",
        ),
    ],
)
def test_a_problem_is_one_sentence(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_a_problem_can_be_placed_in_a_file() -> None:
    assert str(Problem(("vhost",), "is missing").at("a.yaml:7")) == "vhost: is missing (a.yaml:7)"


def test_a_report_counts_what_it_lists() -> None:
    one, other = Problem(("a",), "is wrong"), Problem(("b",), "is wrong too")
    assert report([one]) == "1 problem in the configuration:\n  - a: is wrong"
    assert str(ConfigError([one, other])) == (
        "2 problems in the configuration:\n  - a: is wrong\n  - b: is wrong too"
    )


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("clasic", "did you mean classic?"),
        ("strem", "did you mean stream?"),
        ("Quorum", "did you mean quorum?"),
        ("zebra", ""),
        ("", ""),
    ],
)
def test_the_nearest_right_word_is_named(word: str, hint: str) -> None:
    assert did_you_mean(word, ["classic", "quorum", "stream"]) == hint


def test_words_are_listed_as_in_a_sentence() -> None:
    assert one_of(["a"]) == "a"
    assert one_of(["a", "b"]) == "a or b"
    assert one_of(["a", "b", "c"]) == "a, b or c"
