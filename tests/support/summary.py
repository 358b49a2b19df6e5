"""What a test run tells at its end, also where workers of pytest-xdist have run the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

Lines = Callable[[], Iterable[str]]

_KEY = pytest.StashKey["Summary"]()


class Summary:
    """Sections of lines: of this process, and of its workers."""

    def __init__(self) -> None:
        self._own: dict[str, Lines] = {}
        self._workers: list[dict[str, list[str]]] = []

    @classmethod
    def of(cls, config: pytest.Config) -> Summary:
        """The summary of a run."""
        return config.stash.setdefault(_KEY, cls())

    def add(self, title: str, lines: Lines) -> None:
        """Tells `lines` under a title; they are asked for when the run has ended."""
        self._own[title] = lines

    def add_worker(self, sections: dict[str, list[str]]) -> None:
        """Tells what a worker has sent."""
        self._workers.append(sections)

    def own(self) -> dict[str, list[str]]:
        """The sections of this process."""
        return {title: list(lines()) for title, lines in self._own.items()}

    def sections(self) -> dict[str, list[str]]:
        """All sections, each line once."""
        found: dict[str, dict[str, None]] = {}
        for sections in (*self._workers, self.own()):
            for title, lines in sections.items():
                found.setdefault(title, {}).update(dict.fromkeys(lines))
        return {title: list(lines) for title, lines in found.items()}
