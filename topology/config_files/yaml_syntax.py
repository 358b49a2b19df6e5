"""A YAML syntax error in words that say what to do, instead of what the parser was about to do."""

from __future__ import annotations

from typing import Final, NamedTuple

import yaml

_QUOTE = "put it in quotes"


class _Mistake(NamedTuple):
    """A piece of the parser's message, and what it means for who wrote the file."""

    sign: str
    message: str
    hint: str
    where_it_began: bool = False
    """The line to look at is where the open thing began, not where the parser gave up."""


_TAB = _Mistake("", "a tab indents this line", "indent with spaces")
_BEGINNING = _Mistake("", "a value cannot begin with this character", _QUOTE)
_ALIAS = "a value that begins with * or & names an anchor, and this one is not defined"

_MISTAKES: Final = (
    _Mistake("',' or ']'", "a list is not closed, or lacks a comma", "close it with ]", True),
    _Mistake("',' or '}'", "a map is not closed, or lacks a comma", "close it with }", True),
    _Mistake(
        "parsing a flow node",
        "a list or map in brackets is not complete",
        "close it, or leave out the comma too many",
    ),
    _Mistake("expected node content", *_BEGINNING[1:]),
    _Mistake("unexpected end of stream", "a quote is not closed", "close it", True),
    _Mistake("tab character", *_TAB[1:]),
    _Mistake(
        "mapping values are not allowed",
        "a colon stands where no key can be",
        "put a value with a colon in quotes, or correct the indentation",
    ),
    _Mistake("undefined alias", _ALIAS, _QUOTE),
    _Mistake("alphabetic or numeric", _ALIAS, _QUOTE),
    _Mistake(
        "'-' indicator", "this stands among the entries of a list and is none", "begin it with -"
    ),
    _Mistake(
        "did not find expected key",
        "this does not fit the map around it",
        "is it indented differently, or is there a quote or bracket too many?",
    ),
    _Mistake("expected ':'", "a key lacks its colon", "write KEY: VALUE", True),
    _Mistake("a single document", "there is more than one document", "leave the line with --- out"),
    _Mistake(
        "sequence entries are not allowed",
        "a list begins on the line of its key",
        "begin it on the next line",
    ),
    _Mistake("unknown escape", "a backslash in double quotes begins an escape", "use ' instead"),
    _Mistake("nested too deeply", "is nested too deeply", "is a bracket left open?"),
)


def explain(error: yaml.MarkedYAMLError, text: str) -> tuple[int | None, str, str]:
    """Line (from 1), message and hint. Never holds a piece of the text, which may be a secret."""
    said = f"{error.problem or ''} {error.context or ''}"
    mistake = _mistake(said, error.problem_mark, text)
    marks = [error.context_mark, error.problem_mark]
    if mistake is None or not mistake.where_it_began:
        marks.reverse()
    last = max(len(text.splitlines()), 1)  # the parser may give up on the line after it
    line = next((min(mark.line + 1, last) for mark in marks if mark), None)
    if mistake is None:
        return line, f"this is not YAML: {error.problem}", ""
    return line, mistake.message, mistake.hint


def _mistake(said: str, mark: yaml.Mark | None, text: str) -> _Mistake | None:
    if "cannot start any token" in said:
        tab = mark is not None and text[mark.index : mark.index + 1] == "\t"
        return _TAB if tab else _BEGINNING
    return next((mistake for mistake in _MISTAKES if mistake.sign in said), None)
