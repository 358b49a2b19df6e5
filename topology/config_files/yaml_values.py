"""Nodes → plain values, finding what YAML accepts and no author means.

A key that stands twice silently loses its first value in most readers, an unquoted name may be a
number or a boolean, an unquoted date is no text. All of it is reported, with the line, and read as
it was most likely meant, so that one mistake does not bring others after it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from ..problems import Path, Problem
from .merge import merge
from .yaml_nodes import MAX_DEPTH, MERGE, TAG

MAX_VALUES: Final = 2_000_000
"""How many values a document may have once its aliases are written out; a few lines of aliases of
aliases would otherwise fill the memory."""

_TOO_LARGE = 2**63
"""AMQP's integers have 64 bits; what is larger would arrive as another number."""

_LEADING_ZERO = re.compile(r"[-+]?0\d+")
_BOOLEANS = {"true": True, "false": False}
_BASES = {"0b": 2, "0o": 8, "0x": 16}
_KINDS = {"int": "a number", "float": "a number", "bool": "true or false", "timestamp": "a date"}


@dataclass(frozen=True, slots=True)
class _Collection:
    """A map or list that was read, for its aliases."""

    value: Any
    size: int
    depth: int


class Reading:
    """One pass over the nodes of a document."""

    def __init__(self, name: str) -> None:
        self.problems: list[Problem] = []
        self._name = name
        self._known: dict[int, _Collection] = {}
        self._inside: set[int] = set()
        self._values = 0

    def value(self, node: yaml.Node, path: Path = ()) -> Any:
        """The plain value of `node`, which stands at `path`."""
        if isinstance(node, yaml.ScalarNode):
            self._values += 1
            return self._scalar(node, path)
        key = id(node)
        if key in self._known:
            return self._again(node, path, self._known[key])
        if key in self._inside:
            self._tell(node, path, "refers to itself", "write out what is meant")
            return None
        self._inside.add(key)
        before = self._values
        value: Any
        if isinstance(node, yaml.MappingNode):
            value = self._map(node, path)
            inner = [child for pair in node.value for child in pair]
        else:
            value = [self.value(entry, (*path, i)) for i, entry in enumerate(node.value)]
            inner = node.value
        self._inside.discard(key)
        self._values += 1
        depth = 1 + max((self._depth(child) for child in inner), default=0)
        self._known[key] = _Collection(value, self._values - before, depth)
        self._check_tag(node, path)
        return value

    def _again(self, node: yaml.Node, path: Path, known: _Collection) -> Any:
        """What an alias stands for: the same value, which counts as if it were written out."""
        self._values += known.size
        if len(path) + known.depth > MAX_DEPTH:
            self._tell(node, path, "is nested too deeply", "write out what is meant")
            return None
        return known.value

    def _depth(self, node: yaml.Node) -> int:
        known = self._known.get(id(node))
        return known.depth if known else 0

    @property
    def too_large(self) -> bool:
        return self._values > MAX_VALUES

    def _map(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        lines: dict[str, int] = {}
        merged: list[dict[str, Any]] = []
        for key_node, value_node in node.value:
            if key_node.tag == MERGE:
                merged.extend(self._merged(value_node, path))
                continue
            key = self._key(key_node, path)
            if key is None:
                continue
            value = self.value(value_node, (*path, key))
            if key in lines:
                message = f"is written twice; it stands in line {lines[key]} already"
                self._tell(key_node, (*path, key), message, "keep one of the two")
                found[key] = merge(found[key], value)
            else:
                found[key] = value
            lines.setdefault(key, key_node.start_mark.line + 1)
        for base in merged:
            found = {**base, **found}
        return found

    def _key(self, node: yaml.Node, path: Path) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._tell(node, path, "has a key that is a map or a list", "write a name")
            return None
        kind = _kind(node)
        if kind != "str":
            what = _KINDS.get(kind, "nothing")
            quoted = f"put it in quotes: '{node.value}'"
            self._tell(node, (*path, node.value), f"a name must be text, not {what}", quoted)
        return str(node.value)

    def _merged(self, node: yaml.Node, path: Path) -> Iterator[dict[str, Any]]:
        """What `<<` brings in; of several maps the earlier wins."""
        several = isinstance(node, yaml.SequenceNode)
        for entry in node.value if several else [node]:
            value = self.value(entry, path)
            if isinstance(value, dict):
                yield value
            else:
                self._tell(node, (*path, "<<"), "must be a map or a list of maps", "")

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        kind, text = _kind(node), node.value
        try:
            match kind:
                case "str" | "merge":
                    return text
                case "null":
                    return None
                case "bool":
                    return _BOOLEANS[text.lower()]
                case "int" | "float":
                    return self._number(node, kind, path)
        except (ValueError, KeyError):
            wanted = _KINDS[kind]
            self._tell(node, path, f"is not {wanted}, as its tag says", "leave the tag out")
            return text
        if kind == "timestamp":
            self._tell(node, path, "is read as a date", f"put it in quotes: '{text}'")
        else:
            self._check_tag(node, path)
        return text

    def _number(self, node: yaml.ScalarNode, kind: str, path: Path) -> int | float | str:
        if _LEADING_ZERO.fullmatch(node.value):
            message = "begins with a zero, which some readers take for base 8"
            self._tell(node, path, message, "leave the zero out, or put it in quotes")
            return int(node.value)
        text = node.value.replace("_", "").lower()
        if text.endswith(("inf", "nan")):
            text = text.replace(".", "")
        number = _integer(text) if kind == "int" else float(text)
        if math.isfinite(number) and abs(number) < _TOO_LARGE:
            return number
        message = "is not a number that RabbitMQ can hold"
        self._tell(node, path, message, f"as text, put it in quotes: '{node.value}'")
        return str(node.value)

    def _check_tag(self, node: yaml.Node, path: Path) -> None:
        kind = "map" if isinstance(node, yaml.MappingNode) else "seq"
        expected = kind if not isinstance(node, yaml.ScalarNode) else "str"
        if node.tag != TAG + expected:
            tag = node.tag.replace(TAG, "!!")
            self._tell(node, path, f"has the tag {tag}, which means nothing here", "leave it out")

    def _tell(self, node: yaml.Node, path: Path, message: str, hint: str) -> None:
        source = f"{self._name}:{node.start_mark.line + 1}"
        self.problems.append(Problem(path, message, hint, source=source))


def _kind(node: yaml.ScalarNode) -> str:
    return str(node.tag).removeprefix(TAG)


def _integer(text: str) -> int:
    digits = text.lstrip("+-")
    base = _BASES.get(digits[:2].lower())
    if base is None:
        base = 8 if digits.startswith("0") else 10
    else:
        digits = digits[2:]
    return -int(digits, base) if text.startswith("-") else int(digits, base)
