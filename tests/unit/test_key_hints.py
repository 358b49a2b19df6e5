"""No hint leads from a key that means something else to one that drops messages."""

from __future__ import annotations

import pytest

from tests.rules.broker_keys import recorded
from topology.model import Queue, User
from topology.model.policy_definition import known_policy_keys
from topology.model.queue import dropping
from topology.problems import did_you_mean_key

QUEUE_KEYS = list(Queue.model_fields)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("max_lenght", "max_length"),
        ("max-length", "max_length"),
        ("MaxLength", "max_length"),
        ("deadletter_exchange", "dead_letter_exchange"),
        ("dead_leter_exchang", "dead_letter_exchange"),
        ("mesage_ttl", "message_ttl"),
    ],
)
def test_slips_of_the_pen_get_a_hint(typed: str, meant: str) -> None:
    assert did_you_mean_key(typed, QUEUE_KEYS) == f"did you mean {meant}?"


@pytest.mark.parametrize(
    "key",
    [
        "max_in_memory_length",
        "max_in_memory_bytes",
        "max_length_in_memory",
        "queue_max_length",
        "max_unacked_length",
        "expires_never",
        "consumer_expires",
        "dead_letter",
        "message_ttl_jitter",
    ],
)
def test_a_key_with_other_words_gets_none(key: str) -> None:
    known = [name for name in QUEUE_KEYS if name != key]
    assert did_you_mean_key(key, known) in ("", *(f"did you mean {n}?" for n in _harmless()))


def _harmless() -> set[str]:
    return set(QUEUE_KEYS) - set(dropping())


def test_a_hash_is_no_password() -> None:
    assert did_you_mean_key("password_hash", User.model_fields) == ""


@pytest.mark.parametrize("series", recorded())
def test_no_key_of_a_broker_is_taken_for_one_that_drops(series: str) -> None:
    """As if each key of the broker's were one that the program does not know yet."""
    keys = known_policy_keys()
    for key in recorded()[series]["policy_keys"]:
        hint = did_you_mean_key(key, [other for other in keys if other != key])
        meant = hint.removeprefix("did you mean ").removesuffix("?")
        assert not (meant and keys[meant].drop and not keys[key].drop), (key, hint)
