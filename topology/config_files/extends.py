"""`extends`: the files under a config dict, and the files under those."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final

from ..problems import ConfigError, Path, Problem
from .document import Document
from .layer import Layer, Locate

EXTENDS: Final = "extends"
"""The key; it names files and is no part of the merged config dict."""


@dataclass(slots=True)
class Stacking:
    """Collects layers, the lowest first. A file that several others extend counts once, where it
    comes first: its lists would be appended again, and its values hide what lies over it."""

    layers: list[Layer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True
    """Whether every file could be read."""
    _seen: set[FilePath] = field(default_factory=set)

    def add(
        self, value: dict[str, Any], locate: Locate, folder: FilePath, chain: tuple[FilePath, ...]
    ) -> None:
        """Adds what `value` extends, with names relative to `folder`, and then `value` itself.
        `chain` leads here from the top."""
        for path, name in self._names(value, locate):
            try:
                self._add_file(folder / name, chain)
            except ConfigError as error:
                self.whole = False
                self.problems += (
                    problem if problem.source else _about(problem, path, locate)
                    for problem in error.problems
                )
        own = {key: entry for key, entry in value.items() if key != EXTENDS}
        self.layers.append(Layer(own, locate))

    def _names(self, value: dict[str, Any], locate: Locate) -> Iterator[tuple[Path, str]]:
        extends = value.get(EXTENDS, [])
        entries: list[tuple[Path, Any]] = [((EXTENDS,), extends)]
        if isinstance(extends, list):
            entries = [((EXTENDS, index), name) for index, name in enumerate(extends)]
        for path, name in entries:
            if isinstance(name, str) and name:
                yield path, name
            else:
                self.whole = False
                hint = "write extends: topologies/base.yaml, or a list of files"
                problem = Problem(path, "must be a file or a list of files", hint)
                self.problems.append(problem.at(locate(path)))

    def _add_file(self, file: FilePath, chain: tuple[FilePath, ...]) -> None:
        shown = _shown(file)
        try:
            identity = file.resolve()
        except (OSError, RuntimeError, ValueError):  # a loop of links, or no file name at all
            message = "names no file that can be read"
            raise ConfigError([Problem((), message, "name a YAML file")]) from None
        if identity in chain:
            way = " → ".join(_shown(step) for step in (*chain[chain.index(identity) :], file))
            raise ConfigError([Problem((), f"extends itself: {way}", "leave one of them out")])
        if identity in self._seen:
            return
        self._seen.add(identity)
        document = Document.read(file, shown)
        self.problems += document.problems
        if not isinstance(document.value, dict):
            message = f"{shown} must be a map of the same shape as the topology"
            raise ConfigError([Problem((), message, "write vhost, exchanges, queues … in it")])
        self.add(document.value, document.locate, file.parent, (*chain, identity))


def _about(problem: Problem, path: Path, locate: Locate) -> Problem:
    """A problem with a file as one of the place that names it."""
    return Problem(path, problem.message, problem.hint, source=locate(path))


def _shown(file: FilePath) -> str:
    """Relative to the working folder where it is inside, as the user would write it."""
    try:
        return str(file.resolve().relative_to(FilePath.cwd()))
    except (OSError, RuntimeError, ValueError):
        return str(file)
