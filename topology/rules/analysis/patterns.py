"""Regular expressions as the versions of RabbitMQ take them, and the names they match."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

from ...expand.regular_expression import pattern_is_valid, pattern_matches
from ...version import Version

_LIMIT: Final = 1024
_LIMITED_SINCE: Final = Version(4, 3)
_LITERAL_START: Final = re.compile(r"\^((?:[\w-]|\\[.\-])+)(?![\w?*+{\\-])")


def pattern_problem(pattern: str, version: Version) -> tuple[str, str] | None:
    """What is wrong with a regular expression, and what to do; None where nothing is."""
    size = len(pattern.encode())
    if version >= _LIMITED_SINCE and size > _LIMIT:
        message = f"is {size} bytes long; RabbitMQ {version} takes {_LIMIT}"
        return message, "shorten it, or split it"
    if not pattern_is_valid(pattern):
        return "is not a valid regular expression", "RabbitMQ reads Perl's (PCRE)"
    return None


class NameIndex:
    """Names that expressions are tried on; most expressions say how the names begin."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(set(names))

    def any_match(self, pattern: str) -> bool:
        return any(pattern_matches(pattern, name) for name in self._candidates(pattern))

    def _candidates(self, pattern: str) -> list[str]:
        start = _LITERAL_START.match(pattern)
        if start is None or "|" in pattern:
            return self._names
        literal = start[1].replace("\\", "")
        first = bisect_left(self._names, literal)
        last = bisect_left(self._names, literal + chr(0x10FFFF), lo=first)
        return self._names[first:last]
