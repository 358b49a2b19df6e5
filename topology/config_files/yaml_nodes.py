"""YAML text → nodes that know their line, resolved the way the Pulumi engine resolves them.

A stack file is read by the engine (Go's yaml.v3), the files it extends by this program. PyYAML
follows YAML 1.1, where `on`, `yes` and `no` are booleans and `1:30` is ninety; the engine does not.
One text must not mean two things depending on the file it stands in, so what is a number, a boolean
or nothing is decided here by the engine's rules.
"""

from __future__ import annotations

import re
from typing import Any, Final

import yaml
from yaml.resolver import BaseResolver

try:
    from yaml import CSafeLoader as _BaseLoader
except ImportError:  # PyYAML was built without libyaml: slower, and otherwise the same.
    from yaml import SafeLoader as _BaseLoader  # type: ignore[assignment]

TAG: Final = "tag:yaml.org,2002:"
MERGE: Final = f"{TAG}merge"

MAX_DEPTH: Final = 100
"""Far more than any topology nests; libyaml itself would crash the process at some depth."""


class TooDeepError(yaml.MarkedYAMLError):
    """Nested deeper than `MAX_DEPTH`."""


class _Loader(_BaseLoader):
    """Composes nodes; `yaml_implicit_resolvers` says what a plain scalar is."""

    yaml_implicit_resolvers: dict[str | None, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012
    _depth = 0

    # Called for every node on the way in and out, also by the C parser.
    def descend_resolver(self, current_node: yaml.Node | None, _current_index: Any) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            mark = current_node.start_mark if current_node is not None else None
            raise TooDeepError(problem="is nested too deeply", problem_mark=mark)

    def ascend_resolver(self) -> None:
        self._depth -= 1


PLAIN: Final = (
    # Tag, what a plain scalar of it looks like, and how it begins. What looks like an integer is
    # one; "08", which is none in octal, is then a float.
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    (
        "int",
        r"[-+]?(?:0[bB][01_]+|0[oO][0-7_]+|0[xX][0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)",
        list("-+0123456789"),
    ),
    (
        "float",
        r"[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?",
        list("-+.0123456789"),
    ),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", list("-+.")),
    (
        "timestamp",
        r"\d{4}-\d\d?-\d\d?(?:[Tt ]\d\d?:\d\d?:\d\d?(?:\.\d+)?(?:[Zz]|[-+]\d\d:\d\d)?)?",
        list("0123456789"),
    ),
    ("merge", r"<<", ["<"]),
)
"""What is not text although it stands without quotes."""


def add_plain_scalars(reader_or_writer: type[BaseResolver]) -> None:
    """Has plain scalars resolved by the engine's rules."""
    for tag, pattern, first in PLAIN:
        regexp = re.compile(f"(?:{pattern})$")
        reader_or_writer.add_implicit_resolver(f"{TAG}{tag}", regexp, first)


add_plain_scalars(_Loader)


def compose(text: str) -> yaml.Node | None:
    """The root node; None for a text that holds nothing. Raises `yaml.YAMLError`."""
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()
