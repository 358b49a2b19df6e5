"""Expressions mean here what they mean to RabbitMQ, whose regular expressions are Erlang's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import httpx
import pytest

from tests.support.api import Api
from toolchain.node import Broker
from topology.expand.regular_expression import pattern_is_valid, pattern_matches

VHOST: Final = "expressions"

NAMES: Final = ("a", "a.b", "a+b", "orders", "orders.eu", "ORDERS", "two words", "größe", "41", "A")

EXPRESSIONS: Final = (
    *("", "a", "^a$", "^a.b$", r"^a\.b$", "^(a|orders)$", "^orders", "^ORDERS$", "(?i)^orders$"),
    # Quoted, and horizontal space: what Perl knows and Python does not.
    *(r"^\Qa+b\E$", r"^\Qa.b", r"^\Q\E$", r"\Qa\E.\Qb\E", r"\h", r"^\H+$", r"\R", r"^\N+$", r"\v"),
    *(r"^\w+$", r"^[[:alpha:]]+$", r"gr\w\w\wße", r"gr..ße", r"^.{5}$", r"^gr(ö)ße$", "gr[ö]ße"),
    *(r"^\x{41}$", r"^\x{041}$", r"^\x41$", r"\x{c3}", r"^\\x{41}$", r"\Q\x{41}\E", r"\x{100}"),
    *(r"\p{Lu}", r"^\p{L}+$", "^(?!orders)", "(?<=orders)\\.", "^(?>a+)$", "a++", "^(?<n>a)$"),
    *(r"^(a)\1?$", "(?#note)a", "(?x) a # b", "a{1,2}", "a{", "]", "^[^a]+$", r"\Aa\z", r"\ba\b"),
    # No expressions.
    *("(", ")", "[a-", "*", "a**", "\\", r"\u0041", r"\U", r"\L", r"\1", "(?<n", "a{2,1}", "(?z)"),
    *("[z-a]", r"\N{U+41}", "(?P<1>a)", "[[:no:]]", r"\p{Nothing}"),
)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        (r"^\Qa+b\E$", "a+b"),
        (r"^two\hwords$", "two words"),
        (r"^\H+$", "orders"),
        (r"^\x{41}$", "A"),
    ],
)
def test_what_only_perl_knows_is_found(pattern: str, name: str) -> None:
    assert pattern_is_valid(pattern)
    assert pattern_matches(pattern, name)
    assert not pattern_matches(pattern, "b c")


@pytest.mark.parametrize(
    "pattern",
    ["", "^", "$", "^$", "a", "^a", "a$", "^a$", r"a\.b", r"^a\.b$", "two words", r"^a\-b"],
)
@pytest.mark.parametrize("name", [*NAMES, "", "\n", "a\n", "a\n\n", "ba", "axb", "a-b", "aé", "éa"])
def test_plain_text_is_found_where_pcre_finds_it(pattern: str, name: str) -> None:
    """Which is what searches for the same in a group."""
    assert pattern_matches(pattern, name) == pattern_matches(f"(?:{pattern})", name)


def test_an_expression_that_would_take_for_ever_ends_and_finds_nothing() -> None:
    assert not pattern_matches("^(a+)+$", "a" * 254 + "b")


@pytest.fixture
def api(each_broker: Broker) -> Iterator[Api]:
    with Api(each_broker) as opened:
        opened.delete("vhosts", VHOST)
        opened.put("vhosts", VHOST)
        for name in NAMES:
            opened.put("exchanges", VHOST, name, body={"type": "fanout", "durable": True})
        yield opened
        opened.delete("vhosts", VHOST)


def _found(api: Api, pattern: str) -> set[str] | None:
    """The exchanges that a policy with this pattern is applied to; None where it is refused."""
    body = {
        "pattern": pattern,
        "apply-to": "exchanges",
        "definition": {"alternate-exchange": "amq.fanout"},
    }
    try:
        api.put("policies", VHOST, "p", body=body)
    except httpx.HTTPStatusError as error:
        if error.response.status_code != httpx.codes.BAD_REQUEST:
            raise
        return None
    found = {name for name, exchange in api.exchanges(VHOST).items() if exchange.get("policy")}
    api.delete("policies", VHOST, "p")
    return found


def test_rabbitmq_finds_the_same(api: Api) -> None:
    expected = {
        pattern: {name for name in NAMES if pattern_matches(pattern, name)}
        if pattern_is_valid(pattern)
        else None
        for pattern in EXPRESSIONS
    }
    assert {pattern: _found(api, pattern) for pattern in EXPRESSIONS} == expected
