"""`--show`: what is printed is a topology of its own, which is fine and comes to itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.cli.command import PROJECT
from tests.cli.files import checked, write
from topology.check import Checked, check
from topology.cli.show import as_dict, effective
from topology.config_files import Document
from topology.render.yaml_text import yaml_text

NAMES = st.sampled_from(
    ["orders", "on", "1", "null", "a b", "é.ü", "x.y", "2024-01-02", "1e3", "010"]
)
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "classic": [
        {"message_ttl": 5},
        {"max_length": 10, "overflow": "reject-publish"},
        {"max_priority": 3},
        {"expires": 1000},
        {"dead_letter": True},
        {"retry": {"delays": ["5s", 60_000]}},
        {"settings_as_arguments": True, "message_ttl": 5},
        {"single_active_consumer": True},
    ],
    "quorum": [
        {"delivery_limit": 5},
        {"dead_letter": {"queue": "graves"}},
        {"retry": {"delays": ["1s"]}},
        {"max_length_bytes": 10},
        {"quorum_initial_group_size": 3},
    ],
    "stream": [{"max_age": "7D"}, {"initial_cluster_size": 3}, {"max_length_bytes": 100}],
}


@st.composite
def queue(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(list(SETTINGS)))
    chosen: dict[str, Any] = {"type": kind}
    for setting in draw(st.lists(st.sampled_from(SETTINGS[kind]), max_size=3)):
        chosen |= setting
    return chosen


@st.composite
def topology(draw: st.DrawFn) -> dict[str, Any]:
    queues = draw(st.dictionaries(NAMES, queue(), max_size=4))
    exchanges = draw(
        st.dictionaries(
            NAMES,
            st.sampled_from([{}, {"type": "topic"}, {"alternate_exchange": "amq.fanout"}]),
            max_size=3,
        )
    )
    bindings = [
        {"source": source, "destination": destination, "routing_key": draw(NAMES)}
        for source in exchanges
        for destination in queues
        if draw(st.booleans())
    ]
    return {
        "vhost": draw(st.sampled_from(["v", {"name": "on", "description": "yes: no"}])),
        "defaults": draw(st.sampled_from([{}, {"queue": {"max_length": 7}}])),
        "exchanges": exchanges,
        "queues": queues,
        "bindings": bindings,
        "policies": draw(
            st.sampled_from(
                [
                    {},
                    {
                        "p": {
                            "pattern": ".*",
                            "apply_to": "all",
                            "definition": {"max-length": 3},
                        }
                    },
                ]
            )
        ),
        "users": draw(
            st.sampled_from([{}, {"u": {"password": "hunter2", "tags": ["monitoring"]}}])
        ),
        "services": {name: {"consumes": [name]} for name in queues if name in draw(st.sets(NAMES))},
    }


def again(result: Checked) -> tuple[Checked, str]:
    text = effective(result)
    return check(Document.parse(text, "shown").value), text


def assert_comes_to_itself(result: Checked) -> None:
    second, text = again(result)
    assert not second.errors, text
    assert as_dict(second.expanded.settled.topology) == as_dict(result.expanded.settled.topology)
    assert effective(second) == "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith("#")
    )


@given(topology())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_what_is_shown_is_fine_and_comes_to_itself(raw: dict[str, Any]) -> None:
    result = check(raw)
    assume(not result.errors)
    assert_comes_to_itself(result)
    assert "hunter2" not in effective(result)


@pytest.mark.parametrize(
    "path",
    [*sorted(PROJECT.glob("Pulumi.*.yaml")), *sorted(PROJECT.glob("docs/examples/*.yaml"))],
    ids=lambda path: path.name,
)
def test_the_stacks_and_examples_come_to_themselves(path: Path) -> None:
    result = checked(path).checked
    assert result
    assert_comes_to_itself(result)


def test_what_was_combined_is_told_in_a_comment(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f="""\
            vhost: v
            queues: {q: {message_ttl: 5}}
            policies: {p: {pattern: ^q$, definition: {max-length: 3}}}
            """,
    )
    result = checked(path).checked
    assert result
    text = effective(result)
    assert text.startswith("# queues.q: policy queue.q holds its own settings (message-ttl)")
    assert yaml.safe_load(text)["policies"]["queue.q"]["definition"] == {
        "max-length": 3,
        "message-ttl": 5,
    }


def test_yaml_is_laid_out_as_a_person_would() -> None:
    assert yaml_text({"vhost": "v"}) == "vhost: v\n"
    bindings = [{"source": "a", "destination": "b"}, {"source": "c", "arguments": {"x": [1]}}]
    assert yaml_text({"queues": {"q": {"type": "quorum"}}, "bindings": bindings}) == (
        "queues:\n"
        "  q: {type: quorum}\n"
        "bindings:\n"
        "  - {source: a, destination: b}\n"
        "  - source: c\n"
        "    arguments:\n"
        "      x:\n"
        "        - 1\n"
    )


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: abs(x) < 2**63)
    | NAMES
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs", "Cc"])), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, VALUES, min_size=1))
@settings(max_examples=300, deadline=None)
def test_yaml_that_is_written_reads_back(value: dict[str, Any]) -> None:
    document = Document.parse(yaml_text(value), "f")
    assert not document.problems
    assert document.value == value
    assert yaml.safe_load(yaml_text(value)) == value
