"""How topic exchanges compare binding keys with routing keys."""

from __future__ import annotations


def topic_matches(pattern: str, key: str) -> bool:
    """`*` is one word, `#` any number of words, none included."""
    words = key.split(".") if key else []
    parts = pattern.split(".") if pattern else []
    # Positions in the pattern that the words so far can have led to.
    reached = _without_words(parts, {0})
    for word in words:
        following = {
            index if parts[index] == "#" else index + 1
            for index in reached
            if index < len(parts) and parts[index] in ("#", "*", word)
        }
        reached = _without_words(parts, following)
    return len(parts) in reached


def is_literal(pattern: str) -> bool:
    """Whether it matches one key only."""
    return {"*", "#"}.isdisjoint(pattern.split("."))


def _without_words(parts: list[str], reached: set[int]) -> set[int]:
    """Where one may be without a further word: `#` can stand for nothing."""
    found = set(reached)
    for index in sorted(reached):
        position = index
        while position < len(parts) and parts[position] == "#":
            position += 1
            found.add(position)
    return found
