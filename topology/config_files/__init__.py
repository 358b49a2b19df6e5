"""The config dict of a stack and the files it extends: merged, and still knowing who wrote what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from ..problems import Path, Problem
from .document import Document
from .extends import Stacking
from .layer import Layer, Locate, comparable, locate, merged


@dataclass(frozen=True, slots=True)
class Layers:
    """A config dict with everything that it extends merged under it."""

    value: Any
    problems: tuple[Problem, ...] = ()
    """What is wrong with the files as such; nothing about the topology."""
    whole: bool = True
    """Whether every file could be read. If not, nothing is known to be missing."""
    parts: tuple[Layer, ...] = ()

    def source(self, path: Path) -> str:
        """`file:line` where the value at `path` is written; nothing where that is not known."""
        return locate(self.parts, path)


def extended(
    value: Any, folder: FilePath, where: Locate, problems: tuple[Problem, ...] = ()
) -> Layers:
    """Reads what a config dict extends. Names of files are relative to `folder`, and to the file
    that names them in those. `where` tells the places in the dict itself."""
    return _layers(value, folder, where, problems, ())


def from_document(document: Document, file: FilePath) -> Layers:
    """The same for a plain topology file."""
    chain = (file.resolve(),)
    return _layers(document.value, file.parent, document.locate, document.problems, chain)


def _layers(
    value: Any,
    folder: FilePath,
    where: Locate,
    problems: tuple[Problem, ...],
    chain: tuple[FilePath, ...],
) -> Layers:
    if not isinstance(value, dict):
        # Nothing to merge; the schema says what it should be.
        return Layers(value, problems, parts=(Layer({}, where),))
    stacking = Stacking(problems=list(problems))
    stacking.add(value, where, folder, chain)
    parts = tuple(comparable(stacking.layers))
    return Layers(merged(parts), tuple(stacking.problems), stacking.whole, parts)


def nowhere(_: Path) -> str:
    """For a config dict that was written in no file that is known."""
    return ""


__all__ = ["Document", "Layers", "Locate", "extended", "from_document", "nowhere"]
