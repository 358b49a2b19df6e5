"""What is wrong with a configuration, said so that it can be put right.

A `Problem` is one finding: where it is, what is wrong and what would be right. Everything that
looks at a configuration collects problems and goes on, so that a user sees all of them at once.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Where something stands in the config dict: map keys and list positions, from the root."""

_PLAIN_KEY = re.compile(r"[^\s.\[\]\"]+")
_NEAR: Final = 0.6
_NEARLY_SAME: Final = 0.85
_SEPARATORS: Final = re.compile(r"[-_. ]")
_MANY_NAMES: Final = 200
"""From so many on, difflib takes milliseconds for each word, and a wrong prefix makes thousands."""


class Severity(StrEnum):
    """`ERROR` stops before a broker is touched, `WARNING` is told and lets the run go on."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `message` and `hint` never hold the value of a secret."""

    path: Path
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    rule: str = ""
    """Name of the rule that found it, by which `ignore_rules` can name it; empty for the schema."""
    source: str = ""
    """`file:line` where the value is written, if it was read from a file."""

    @property
    def where(self) -> str:
        return render_path(self.path)

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.path else self.message
        if self.hint:
            text += f"; {self.hint}"
        if self.source:
            text += f" ({self.source})"
        if self.rule:
            text += f" [{self.rule}]"
        return text

    def at(self, source: str) -> Problem:
        return replace(self, source=source)


class ConfigError(Exception):
    """The configuration cannot be used. Holds every problem that was found, not just the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(report(self.problems))


def report(problems: Iterable[Problem]) -> str:
    """The text that a user reads: a line for each problem under a line that counts them."""
    found = list(problems)
    count = f"{len(found)} problem{'' if len(found) == 1 else 's'}"
    return "\n".join([f"{count} in the configuration:", *(f"  - {problem}" for problem in found)])


def render_path(path: Path) -> str:
    """`("queues", "orders", "arguments", "x-max-length")` → `queues.orders.arguments.x-max-length`.

    Keys with dots, spaces or brackets are quoted, so that a path always reads back to one place.
    """
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
    return text


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A hint that names the nearest right word, or nothing when none is near."""
    names = list(candidates)
    if len(names) < _MANY_NAMES:
        near = difflib.get_close_matches(word, names, n=1, cutoff=_NEAR)
    else:
        near = _nearest_of_many(word, names)
    return f"did you mean {near[0]}?" if near else ""


def did_you_mean_key(key: str, known: Iterable[str]) -> str:
    """The same for keys, whose meaning is fixed: only what is a slip of the pen gets a hint.

    `max-in-memory-length` is near `max-length`, which drops messages, and `password_hash` is near
    `password`: a key with other words is another key, and a hint would change what is meant.
    """
    return did_you_mean(key, [name for name in known if _is_misspelling(key, name)])


def _is_misspelling(word: str, name: str) -> bool:
    """Whether both have the same words, or differ in little but how these are put together."""
    given, right = _SEPARATORS.split(word.lower()), _SEPARATORS.split(name.lower())
    if len(given) == len(right):
        return all(_ratio(*pair) >= _NEAR for pair in zip(given, right, strict=True))
    return _ratio("".join(given), "".join(right)) >= _NEARLY_SAME


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _nearest_of_many(word: str, names: list[str]) -> list[str]:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - few runs have so many names

    near = process.extract(word, names, scorer=fuzz.ratio, score_cutoff=100 * _NEAR, limit=None)
    # Of equally near ones always the same, in whatever order a set has given them.
    return [max(near, key=lambda found: (found[1], found[0]))[0]] if near else []


def one_of(words: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"
