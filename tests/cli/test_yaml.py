"""What YAML lets one write and nobody means, and that a text means the same as to the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.files import checked, lines, write
from topology.config_files import Document
from topology.problems import ConfigError


def read(text: str) -> Any:
    document = Document.parse(text, "f.yaml")
    assert not document.problems
    return document.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # Booleans of YAML 1.1 are text to the engine.
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("y", "y"),
        ("true", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        # So are its numbers to the base of 60.
        ("12:30", "12:30"),
        ("1:30:00", "1:30:00"),
        ("~", None),
        ("null", None),
        ("nULL", "nULL"),
        ("", None),
        ("0", 0),
        ("-0", 0),
        ("+7", 7),
        ("1_000", 1000),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b101", 5),
        ("-0x10", -16),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1.2.3", "1.2.3"),
        ("4.3", 4.3),
        ("3.13.7", "3.13.7"),
        (".", "."),
        ("+", "+"),
        ("1_", 1),
        ("_1", "_1"),
        ("0x", "0x"),
        ("2024-13-45x", "2024-13-45x"),
        ("'5'", "5"),
        ("'true'", "true"),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("!!float 5", 5.0),
        ("!!bool 'true'", True),
        ("[<<]", ["<<"]),
    ],
)
def test_plain_text_means_what_it_means_to_the_engine(text: str, value: Any) -> None:
    found = read(f"k: {text}")["k"]
    assert found == value
    assert type(found) is type(value)


def test_anchors_and_merge_keys_are_written_out() -> None:
    text = """
        work: &work {type: quorum, max_length: 1}
        more: &more {expires: 5, max_length: 3}
        a: *work
        b: {<<: *work, max_length: 2}
        c: {<<: [*work, *more]}
        d:
          max_length: 9
          <<: *work
        """
    value = read(text)
    assert value["a"] == {"type": "quorum", "max_length": 1}
    assert value["b"] == {"type": "quorum", "max_length": 2}
    assert value["c"] == {"type": "quorum", "max_length": 1, "expires": 5}
    assert value["d"] == {"type": "quorum", "max_length": 9}


def test_the_place_of_a_merged_value_is_where_it_comes_from() -> None:
    document = Document.parse("a: &a\n  x: 1\nb: &b\n  x: 2\n  y: 3\nc:\n  <<: [*a, *b]\n", "f")
    assert document.locate(("c", "x")) == "f:2"
    assert document.locate(("c", "y")) == "f:5"
    assert document.locate(("c", "z")) == "f:6"


def test_what_is_written_twice_brings_no_further_errors(tmp_path: Path) -> None:
    text = """\
        vhost: v
        exchanges: {e: {}}
        queues: {q: {}}
        queues: {r: {}}
        bindings: [{source: e, destination: q}, {source: e, destination: r}]
        """
    finding = checked(write(tmp_path, f=text))
    assert [problem.where for problem in finding.problems] == ["queues"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "vhost: v\nqueues:\n  q: {}\n  r: {}\n  q: {type: quorum}\n",
            [
                (
                    "f.yaml:5 queues.q is written twice; it stands in line 3 already; keep one of "
                    "the two"
                )
            ],
        ),
        (
            "vhost: v\nqueues: {q: {}}\nqueues: {r: {}}\n",
            ["f.yaml:3 queues is written twice; it stands in line 2 already; keep one of the two"],
        ),
        (
            "vhost: v\nqueues:\n  q:\n    max_length: 1\n    max_length: 2\n",
            [
                (
                    "f.yaml:5 queues.q.max_length is written twice; it stands in line 4 already; "
                    "keep one of the two"
                )
            ],
        ),
        (
            "vhost: v\nqueues:\n  123: {}\n",
            ["f.yaml:3 queues.123 a name must be text, not a number; put it in quotes: '123'"],
        ),
        (
            "vhost: v\nqueues: {true: {}, ~: {}, 1.0: {}}\n",
            [
                (
                    "f.yaml:2 queues.true a name must be text, not true or false; put it in "
                    "quotes: 'true'"
                ),
                "f.yaml:2 queues.~ a name must be text, not nothing; put it in quotes: '~'",
                (
                    'f.yaml:2 queues["1.0"] a name must be text, not a number; put it in quotes: '
                    "'1.0'"
                ),
            ],
        ),
        (
            "vhost: v\nqueues:\n  2024-01-02: {}\n",
            [
                (
                    "f.yaml:3 queues.2024-01-02 a name must be text, not a date; put it in quotes: "
                    "'2024-01-02'"
                )
            ],
        ),
        (
            "vhost: {name: v, description: 2024-01-02}\n",
            ["f.yaml:1 vhost.description is read as a date; put it in quotes: '2024-01-02'"],
        ),
        (
            "vhost: v\nqueues: {? [a, b] : {}}\n",
            ["f.yaml:2 queues has a key that is a map or a list; write a name"],
        ),
        (
            "vhost: v\nqueues: &q {a: *q}\n",
            [
                "f.yaml:2 queues.a refers to itself; write out what is meant",
                "f.yaml:2 queues.a must be a map, not nothing; write {} to take every default",
            ],
        ),
        (
            "vhost: v\nqueues: {<<: text}\n",
            ["f.yaml:2 queues.<< must be a map or a list of maps"],
        ),
        (
            "vhost: v\nqueues: {q: {arguments: {x: .inf}}}\n",
            [
                (
                    "f.yaml:2 queues.q.arguments.x is not a number that RabbitMQ can hold; as "
                    "text, put it in quotes: '.inf'"
                )
            ],
        ),
        (
            "vhost: !name v\n",
            ["f.yaml:1 vhost has the tag !name, which means nothing here; leave it out"],
        ),
        (
            "vhost: v\nqueues: !!set {a, b}\n",
            [
                "f.yaml:2 queues has the tag !!set, which means nothing here; leave it out",
                "f.yaml:2 queues.a must be a map, not nothing; write {} to take every default",
                "f.yaml:2 queues.b must be a map, not nothing; write {} to take every default",
            ],
        ),
        (
            "vhost: v\nqueues: {q: {max_length: !!int five}}\n",
            [
                "f.yaml:2 queues.q.max_length is not a number, as its tag says; leave the tag out",
                "f.yaml:2 queues.q.max_length must be a whole number, not text",
            ],
        ),
        *(
            (
                f"vhost: v\nqueues: {{q: {{max_length: {number}}}}}\n",
                [
                    (
                        "f.yaml:2 queues.q.max_length begins with a zero, which some readers take "
                        "for base 8; leave the zero out, or put it in quotes"
                    )
                ],
            )
            for number in ("010", "08", "0644")
        ),
        # Booleans that are none: the schema says so, as it would to the engine's reading.
        (
            "vhost: v\nqueues: {q: {durable: yes}}\n",
            [
                (
                    "f.yaml:2 queues.q.durable must be true or false, not text; write true or "
                    "false without quotes"
                )
            ],
        ),
    ],
)
def test_traps_are_told(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert lines(write(tmp_path, f=text)) == expected


def test_names_that_are_booleans_in_old_yaml_are_names(tmp_path: Path) -> None:
    text = """\
        vhost: on
        queues: {yes: {}, no: {}, off: {}}
        exchanges: {y: {}}
        bindings: [{source: y, destination: no}, {source: y, destination: yes}]
        """
    path = write(tmp_path, f=text)
    found = lines(path)
    assert not [line for line in found if "name" in line or "must be" in line]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1, 2\nb: 3", "f.yaml:1: a list is not closed, or lacks a comma; close it with ]"),
        ("a: {b: 1\nc: 2", "f.yaml:1: a map is not closed, or lacks a comma; close it with }"),
        ("\n\na: 'x\nb: 1\n", "f.yaml:3: a quote is not closed; close it"),
        ("a:\n\tb: 1", "f.yaml:2: a tab indents this line; indent with spaces"),
        ("a: |\n\tx", "f.yaml:2: a tab indents this line; indent with spaces"),
        ("a: @x", "f.yaml:1: a value cannot begin with this character; put it in quotes"),
        ("a: `x`", "f.yaml:1: a value cannot begin with this character; put it in quotes"),
        ("a: %x", "f.yaml:1: a value cannot begin with this character; put it in quotes"),
        (
            "a: b: c",
            (
                "f.yaml:1: a colon stands where no key can be; put a value with a colon in quotes, "
                "or correct the indentation"
            ),
        ),
        (
            "a: *.orders",
            (
                "f.yaml:1: a value that begins with * or & names an anchor, and this one is not "
                "defined; put it in quotes"
            ),
        ),
        (
            "a: *orders",
            (
                "f.yaml:1: a value that begins with * or & names an anchor, and this one is not "
                "defined; put it in quotes"
            ),
        ),
        (
            "- a\nb: 1",
            "f.yaml:2: this stands among the entries of a list and is none; begin it with -",
        ),
        (
            "a:\n  b: 1\n c: 2",
            (
                "f.yaml:3: this does not fit the map around it; is it indented differently, or is "
                "there a quote or bracket too many?"
            ),
        ),
        (
            "a: [",
            (
                "f.yaml:1: a list or map in brackets is not complete; close it, or leave out the "
                "comma too many"
            ),
        ),
        (
            "a: [,]",
            (
                "f.yaml:1: a list or map in brackets is not complete; close it, or leave out the "
                "comma too many"
            ),
        ),
        ("a: , b", "f.yaml:1: a value cannot begin with this character; put it in quotes"),
        ("a: 1\nb\nc: 2", "f.yaml:2: a key lacks its colon; write KEY: VALUE"),
        (
            "a: 1\n---\nb: 2",
            "f.yaml:2: there is more than one document; leave the line with --- out",
        ),
        ("a: - b", "f.yaml:1: a list begins on the line of its key; begin it on the next line"),
        ('a: "\\d+"', "f.yaml:1: a backslash in double quotes begins an escape; use ' instead"),
        ("[" * 200, "f.yaml:1: is nested too deeply; is a bracket left open?"),
        ("a: [" + "[\n" * 150000, "f.yaml:98: is nested too deeply; is a bracket left open?"),
        ("a: >5x", "f.yaml:1: this is not YAML: did not find expected comment or line break"),
        (
            "a: \x01",
            "f.yaml holds a control character, which YAML does not allow; is it a YAML file?",
        ),
        ("", "f.yaml is empty; declare at least one section in it"),
        ("# only words\n", "f.yaml is empty; declare at least one section in it"),
    ],
)
def test_what_is_no_yaml_is_told_in_one_line(text: str, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Document.parse(text, "f.yaml")
    (problem,) = caught.value.problems
    said = f"{problem.source}: {problem.at('')}" if problem.source else str(problem)
    assert said == line


def test_syntax_errors_never_show_a_value() -> None:
    with pytest.raises(ConfigError) as caught:
        Document.parse("users: {a: {password: *hunter2}}", "f.yaml")
    assert "hunter2" not in str(caught.value)


def test_aliases_of_aliases_do_not_fill_the_memory() -> None:
    levels = ["l0: &l0 [a, a, a, a, a, a, a, a, a, a]"]
    levels += [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10)}]" for i in range(1, 9)]
    with pytest.raises(ConfigError, match="more than 2,000,000 values"):
        Document.parse("\n".join(levels), "f.yaml")


def test_aliases_do_not_nest_without_end() -> None:
    levels = ["l0: &l0 []"] + [f"l{i}: &l{i} [*l{i - 1}]" for i in range(1, 150)]
    document = Document.parse("\n".join(levels), "f.yaml")
    assert "is nested too deeply" in {problem.message for problem in document.problems}


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "9223372036854775808", "-99999999999999999999", ".nan", "-.inf"]
)
def test_numbers_that_do_not_fit_are_told(tmp_path: Path, number: str) -> None:
    text = f"vhost: v\nqueues: {{q: {{arguments: {{x: {number}}}}}}}\n"
    assert lines(write(tmp_path, f=text)) == [
        (
            "f.yaml:2 queues.q.arguments.x is not a number that RabbitMQ can hold; as text, put "
            f"it in quotes: '{number}'"
        )
    ]


@pytest.mark.parametrize("text", ["\ufeffvhost: v\n", "vhost: v\r\nqueues: {}\r\n"])
def test_what_windows_writes_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(text.encode())
    assert not lines(path)
