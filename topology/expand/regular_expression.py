"""RabbitMQ's regular expressions: those of Erlang's `re`, which is PCRE, on the bytes of names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

import pcre2

_ESCAPE: Final = re.compile(
    r"\\Q.*?(?:\\E|\Z)"  # quoted: whatever it holds stands for itself
    r"|\\x\{0*(?P<code>[0-9A-Fa-f]+)\}"
    r"|\\(?P<unknown>[uUlL]|N\{U\+)"
    r"|\\.",
    re.DOTALL,
)
_BYTE_DIGITS: Final = 2
_PLAIN: Final = re.compile(
    r"(?P<start>\^?)(?P<text>(?:[A-Za-z0-9_/:,@ -]|\\[.-])*)(?P<end>\$?)", re.ASCII
)
"""Expressions that are a text with or without its ends: most of those that are written."""


class _UnknownToErlang(Exception):
    pass


def pattern_matches(pattern: str, name: str) -> bool:
    """Whether RabbitMQ finds the expression in `name`. It is not anchored, and one that is no
    expression, or takes too long, is found nowhere."""
    plain = _plain(pattern)
    if plain is not None:
        return plain.is_in(name)
    compiled = _compiled(pattern)
    if compiled is None:
        return False
    try:
        return compiled.search(_as_bytes(name)) is not None
    except pcre2.LibraryError:  # A limit of the search, which RabbitMQ takes for "no match".
        return False


def pattern_is_valid(pattern: str) -> bool:
    """Whether RabbitMQ takes it for an expression at all."""
    return _compiled(pattern) is not None


class _Plain(NamedTuple):
    """An expression that needs no search by PCRE, which takes ten times as long."""

    text: str
    at_start: bool
    at_end: bool

    def is_in(self, name: str) -> bool:
        # `$` is also the place before a line feed at the end.
        line = name[:-1] if self.at_end and name.endswith("\n") else name
        if self.at_start and self.at_end:
            return self.text in (name, line)
        if self.at_start:
            return name.startswith(self.text)
        if self.at_end:
            return name.endswith(self.text) or line.endswith(self.text)
        return self.text in name


@lru_cache(maxsize=4096)
def _plain(pattern: str) -> _Plain | None:
    found = _PLAIN.fullmatch(pattern)
    if found is None:
        return None
    text = found["text"].replace("\\", "")
    return _Plain(text, at_start=bool(found["start"]), at_end=bool(found["end"]))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> pcre2.Pattern | None:
    try:
        return pcre2.compile(_ESCAPE.sub(_escape, _as_bytes(pattern)), jit=False)
    except (pcre2.LibraryError, _UnknownToErlang):
        return None


def _as_bytes(text: str) -> str:
    """A character for each byte, of the class it has in Latin-1: to Erlang, `é` is two letters or
    signs."""
    return text if text.isascii() else text.encode().decode("latin-1")


def _escape(found: re.Match[str]) -> str:
    """Python's PCRE reads some escapes as JavaScript does, and Erlang's as Perl."""
    if found["unknown"]:
        raise _UnknownToErlang
    if found["code"] is None:
        return found[0]
    if len(found["code"]) > _BYTE_DIGITS:
        raise _UnknownToErlang
    return f"\\x{found['code']:0>2}"
