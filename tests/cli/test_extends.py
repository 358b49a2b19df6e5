"""`extends`: what lies under a config dict, and what is said when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.files import checked, layers_of, lines, write


def test_maps_are_merged_deep_lists_appended_and_scalars_replaced(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        top="""
            extends: base.yaml
            queues:
              a: {max_length: 2, arguments: {x: 1}}
              c: {}
            bindings: [{source: e, destination: c}]
            """,
        base="""
            vhost: v
            exchanges: {e: {}}
            queues:
              a: {max_length: 1, type: quorum, arguments: {y: 2}}
              b: {}
            bindings: [{source: e, destination: a}]
            """,
    )
    assert layers_of(top).value == {
        "vhost": "v",
        "exchanges": {"e": {}},
        "queues": {
            "a": {"max_length": 2, "type": "quorum", "arguments": {"y": 2, "x": 1}},
            "b": {},
            "c": {},
        },
        "bindings": [{"source": "e", "destination": "a"}, {"source": "e", "destination": "c"}],
    }


def test_of_several_files_the_later_lies_over_the_earlier(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        top="extends: [one.yaml, two.yaml]",
        one="vhost: one\nqueues: {q: {max_length: 1, expires: 1}}",
        two="vhost: two\nqueues: {q: {max_length: 2}}",
    )
    assert layers_of(top).value == {
        "vhost": "two",
        "queues": {"q": {"max_length": 2, "expires": 1}},
    }


def test_names_are_relative_to_the_file_that_names_them(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        top="extends: shared/middle.yaml",
        shared__middle="extends: deeper/base.yaml\nqueues: {m: {}}",
        shared__deeper__base="extends: ../../beside.yaml\nqueues: {b: {}}",
        beside="vhost: v",
    )
    assert layers_of(top).value == {"vhost": "v", "queues": {"b": {}, "m": {}}}


def test_a_file_that_several_extend_counts_once(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        top="extends: [left.yaml, right.yaml]",
        left="extends: base.yaml\nqueues: {q: {max_length: 2}}",
        right="extends: base.yaml",
        base="vhost: v\nqueues: {q: {max_length: 1}}\nbindings: [{source: e, destination: q}]",
    )
    merged = layers_of(top).value
    assert merged["queues"] == {"q": {"max_length": 2}}
    assert len(merged["bindings"]) == 1


@pytest.mark.parametrize(
    ("below", "above", "merged"),
    [
        ("v", "{description: d}", {"name": "v", "description": "d"}),
        ("{description: d}", "v", {"name": "v", "description": "d"}),
        ("{name: w, description: d}", "v", {"name": "v", "description": "d"}),
        ("w", "v", "v"),
    ],
)
def test_a_vhost_is_a_name_or_a_map_in_every_layer(
    tmp_path: Path, below: str, above: str, merged: object
) -> None:
    top = write(tmp_path, top=f"extends: base.yaml\nvhost: {above}", base=f"vhost: {below}")
    assert layers_of(top).value == {"vhost": merged}
    assert not checked(top).problems


def test_a_vhost_is_merged_across_a_layer_without_one(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        top="extends: middle.yaml\nvhost: {tracing: true}",
        middle="extends: base.yaml\nqueues: {}",
        base="vhost: v",
    )
    assert layers_of(top).value["vhost"] == {"name": "v", "tracing": True}


@pytest.mark.parametrize(
    ("below", "above", "merged"),
    [
        ("[a]", "{b: [k]}", {"a": [], "b": ["k"]}),
        ("{b: [k]}", "[a, b]", {"b": ["k"], "a": []}),
        ("[a]", "[b]", ["a", "b"]),
        ("{a: [k]}", "{a: [l]}", {"a": ["k", "l"]}),
        ("[a]", "7", 7),
    ],
)
def test_what_a_service_publishes_to_is_merged_in_either_form(
    tmp_path: Path, below: str, above: str, merged: object
) -> None:
    top = write(
        tmp_path,
        top=f"extends: base.yaml\nvhost: v\nservices: {{s: {{publishes: {above}}}, t: {{}}}}",
        base=f"services: {{s: {{publishes: {below}}}, u: 5}}",
    )
    services = layers_of(top).value["services"]
    assert services == {"s": {"publishes": merged}, "t": {}, "u": 5}


def test_null_in_a_layer_takes_a_setting_away(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        top="extends: base.yaml\nqueues: {q: {max_length: null}}",
        base="vhost: v\nqueues: {q: {max_length: 1}}",
    )
    finding = checked(top)
    assert finding.checked
    assert finding.checked.expanded.complete.queues["q"].max_length is None


@pytest.mark.parametrize(
    ("extends", "other", "line"),
    [
        (
            "bass.yaml",
            "vhost: v",
            "top.yaml:1 extends bass.yaml does not exist; did you mean base.yaml?",
        ),
        (
            "[base.yaml, gone.yml]",
            "vhost: v",
            "top.yaml:1 extends[1] gone.yml does not exist",
        ),
        (".", "vhost: v", "top.yaml:1 extends . is a folder; name a file in it"),
        (
            "7",
            "vhost: v",
            (
                "top.yaml:1 extends must be a file or a list of files; write extends: "
                "topologies/base.yaml, or a list of files"
            ),
        ),
        (
            "[{a: b}]",
            "vhost: v",
            (
                "top.yaml:1 extends[0] must be a file or a list of files; write extends: "
                "topologies/base.yaml, or a list of files"
            ),
        ),
        (
            '"a\\0b"',
            "vhost: v",
            "top.yaml:1 extends names no file that can be read; name a YAML file",
        ),
        (
            "base.yaml",
            "- a list",
            (
                "top.yaml:1 extends base.yaml must be a map of the same shape as the topology; "
                "write vhost, exchanges, queues … in it"
            ),
        ),
        (
            "base.yaml",
            "# nothing",
            "top.yaml:1 extends base.yaml is empty; declare at least one section in it",
        ),
        (
            "base.yaml",
            "vhost: [v",
            "base.yaml:1  a list is not closed, or lacks a comma; close it with ]",
        ),
        (
            "base.yaml",
            "vhost: v\n\tqueues: {}",
            "base.yaml:2  a tab indents this line; indent with spaces",
        ),
        (
            "base.yaml",
            "extends: base.yaml",
            "base.yaml:1 extends extends itself: base.yaml → base.yaml; leave one of them out",
        ),
        (
            "base.yaml",
            "extends: top.yaml",
            (
                "base.yaml:1 extends extends itself: top.yaml → base.yaml → top.yaml; leave one of "
                "them out"
            ),
        ),
    ],
)
def test_files_that_cannot_be_extended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extends: str, other: str, line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    top = write(tmp_path, top=f"extends: {extends}\nvhost: v\n", base=other)
    assert lines(top) == [line]


def test_a_missing_file_does_not_bring_errors_that_it_would_answer(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        top="""\
            extends: gone.yaml
            queues: {q: {tipe: quorum}}
            policies: {p: {priority: 1}}
            bindings: [{source: in-the-other-file, destination: q}]
            """,
    )
    assert lines(top) == [
        f"top.yaml:1 extends {tmp_path}/gone.yaml does not exist",
        "top.yaml:2 queues.q.tipe is not a known key; did you mean type?",
    ]
    assert not any(problem.rule for problem in checked(top).problems)


def test_a_link_in_a_circle_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    top = write(tmp_path, top="extends: loop.yaml\nvhost: v")
    (line,) = lines(top)
    assert line.startswith("top.yaml:1 extends ")


def test_every_place_is_told_in_the_file_that_wrote_it(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        top="""\
            extends: [one.yaml, two.yaml]
            vhost: v
            queues:
              q:
                max_length: -1
            bindings:
              - {source: e, destination: q}
              - {source: nope, destination: q}
            """,
        one="""\
            exchanges: {e: {}}
            queues: {q: {delivery_limit: x}}
            bindings:
              - {source: e, destination: q, routing_key: 5}
            """,
        two="""\
            # a comment
            bindings:
              - source: e
                destination: gone
            """,
    )
    found = {(problem.where, Path(problem.source).name) for problem in checked(top).problems}
    assert found >= {
        ("queues.q.max_length", "top.yaml:5"),
        ("queues.q.delivery_limit", "one.yaml:2"),
        ("bindings[0].routing_key", "one.yaml:4"),
        ("bindings[1].destination", "two.yaml:4"),
        ("bindings[3].source", "top.yaml:8"),
    }


def test_what_is_missing_is_told_where_it_would_stand(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        top="extends: base.yaml\nvhost: v\n",
        base="queues: {}\npolicies:\n  p:\n    pattern: a\n",
    )
    assert lines(top) == ["base.yaml:3 policies.p.definition is missing; What it sets"]


def test_a_scalar_that_replaces_a_map_is_told_at_its_own_place(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        top="extends: base.yaml\nqueues:\n  q: text\n",
        base="vhost: v\nqueues:\n  q: {max_length: 1}\n",
    )
    (line,) = lines(top)
    assert line.startswith("top.yaml:3 queues.q must be a map")


def test_of_a_map_in_several_files_the_last_is_told(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        top="extends: base.yaml\nvhost: v\npolicies:\n  p: {priority: 2}\n",
        base="policies:\n  p: {pattern: a}\n",
    )
    assert lines(top) == ["top.yaml:4 policies.p.definition is missing; What it sets"]


def test_a_list_that_was_replaced_is_not_counted(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        top="extends: middle.yaml\nvhost: v\nbindings:\n  - {source: e}\n",
        middle="extends: base.yaml\nbindings: null\n",
        base="bindings:\n  - {source: a, destination: b}\n",
    )
    assert lines(top) == [
        "top.yaml:4 bindings[0].destination is missing; Queue or exchange that messages go to"
    ]


def test_findings_come_as_one_reads_the_file_itself_first(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        top="""\
            extends: base.yaml
            bindings: [{source: nope, destination: q}]
            queues: {q: {tipe: quorum}}
            vhost: 7
            """,
        base="exchanges: {e: {tipe: topic}}",
    )
    places = [Path(problem.source).name for problem in checked(top).problems]
    assert places == sorted(places, key=lambda place: (not place.startswith("top"), place))
    assert {"top.yaml:2", "top.yaml:3", "top.yaml:4", "base.yaml:1"} <= set(places)
