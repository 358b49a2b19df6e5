"""A YAML file: its value, what is wrong with it, and the line where each value is written."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import Any, Final, Self, TypeAlias

import yaml

from ..problems import ConfigError, Path, Problem
from .yaml_nodes import MERGE, compose
from .yaml_syntax import explain
from .yaml_values import MAX_VALUES, Reading

MAX_BYTES: Final = 64 * 1024 * 1024
"""Larger than any topology; it keeps a wrong file name from filling the memory."""

_IS_IT_YAML = "is it a YAML file?"

_Entry: TypeAlias = tuple[int, yaml.Node]


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file that could be read as such; `problems` says what is wrong inside it."""

    name: str
    """What messages call it: the path as the user gave it."""
    value: Any
    problems: tuple[Problem, ...]
    _root: yaml.Node
    _entries: dict[int, dict[str | int, _Entry]] = field(default_factory=dict)
    """Entries of the nodes that were looked into; thousands of problems may be in one map."""

    @classmethod
    def read(cls, path: FilePath, name: str | None = None) -> Self:
        """Raises `ConfigError` if there is no value to be had from it."""
        return cls.parse(_text(path, name or str(path)), name or str(path))

    @classmethod
    def parse(cls, text: str, name: str) -> Self:
        """Raises `ConfigError` if there is no value to be had from it."""
        with _uncollected():
            return cls._parse(text, name)

    @classmethod
    def _parse(cls, text: str, name: str) -> Self:
        try:
            root = compose(text)
        except yaml.MarkedYAMLError as error:
            line, message, hint = explain(error, text)
            source = f"{name}:{line}" if line else name
            raise _refusal(message, hint, source) from None
        except yaml.YAMLError:
            # Told by its offset only, not by its line.
            message = f"{name} holds a control character, which YAML does not allow"
            raise _refusal(message, _IS_IT_YAML) from None
        if root is None:
            raise _refusal(f"{name} is empty", "declare at least one section in it")
        reading = Reading(name)
        value = reading.value(root)
        if reading.too_large:
            message = f"{name} holds more than {MAX_VALUES:,} values with its aliases written out"
            raise _refusal(message, "repeat less")
        return cls(name, value, tuple(reading.problems), root)

    def locate(self, path: Path) -> str:
        """`file:line` where the value at `path` is written, or as much of the path as is there."""
        node, line = self._root, self._root.start_mark.line
        for step in path:
            if id(node) not in self._entries:
                self._entries[id(node)] = dict(_entries(node))
            entry = self._entries[id(node)].get(step)
            if entry is None:
                break
            line, node = entry
        return f"{self.name}:{line + 1}"


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nodes are many and all of them stay: the garbage collector would walk over them again and
    again, and take most of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _entries(node: yaml.Node) -> Iterator[tuple[str | int, _Entry]]:
    """Line and value of each entry of a map or list, what wins coming last."""
    if isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield index, (value.start_mark.line, value)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.tag == MERGE:
                bases = value.value if isinstance(value, yaml.SequenceNode) else [value]
                for base in reversed(bases):
                    yield from _entries(base)
        for key, value in node.value:
            if key.tag != MERGE and isinstance(key, yaml.ScalarNode):
                yield key.value, (key.start_mark.line, value)


def _text(path: FilePath, name: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _refusal(f"{name} does not exist", nearest_file(path)) from None
    except IsADirectoryError:
        raise _refusal(f"{name} is a folder", "name a file in it") from None
    except PermissionError:
        raise _refusal(f"{name} may not be read", "check its permissions") from None
    except (OSError, ValueError):
        raise _refusal(f"{name} cannot be read", _IS_IT_YAML) from None
    if len(content) > MAX_BYTES:
        limit = f"{MAX_BYTES // 1024 // 1024} MiB"
        raise _refusal(f"{name} is larger than {limit}", _IS_IT_YAML)
    try:
        return content.decode()  # a byte order mark is left to YAML
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refusal(f"{name} is not text in UTF-8", _IS_IT_YAML, f"{name}:{line}") from None


def nearest_file(path: FilePath) -> str:
    """A hint that names the YAML file beside `path` that may be meant."""
    try:
        beside = {entry.stem: entry.name for entry in path.parent.iterdir() if is_yaml(entry)}
    except OSError:
        return ""
    # Endings are alike anyway, so only what stands before them is compared.
    near = get_close_matches(path.stem, beside, n=1)
    return f"did you mean {beside[near[0]]}?" if near else ""


def is_yaml(path: FilePath) -> bool:
    return path.suffix in (".yaml", ".yml")


def _refusal(message: str, hint: str, source: str = "") -> ConfigError:
    return ConfigError([Problem((), message, hint, source=source)])
