"""Topology files for tests, and what `check` says of them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from topology.cli.findings import Finding, check_file
from topology.config_files import Document, Layers, from_document


def write(folder: Path, **texts: str) -> Path:
    """Writes `name.yaml` for each text; returns the path of the first."""
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder / f"{next(iter(texts)).replace('__', '/')}.yaml"


def layers_of(path: Path) -> Layers:
    return from_document(Document.read(path, path.name), path)


def checked(path: Path) -> Finding:
    return check_file(path, path.name, None)


def lines(path: Path) -> list[str]:
    """What `check` finds wrong with the files and in the schema, as `file:line path message;
    hint`. What the rules say of the same texts is tested with the rules."""
    return [
        f"{Path(problem.source).name} {problem.where} {problem.message}"
        + (f"; {problem.hint}" if problem.hint else "")
        for problem in checked(path).problems
        if not problem.rule
    ]
