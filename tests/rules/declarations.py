"""Random declarations, right and wrong: what a config dict can hold for one object."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from topology.model.policy_definition import known_policy_keys
from topology.model.queue import queue_arguments
from topology.rules.queue_argument import LEADER_LOCATORS, RAW_ARGUMENTS

TYPES: Final = ("classic", "quorum", "stream")

NAMES: Final = st.text("abcxyz019-_.: é%+~", min_size=1, max_size=12).filter(
    lambda name: name not in (".", "..")
)
"""Names that check lets pass and RabbitMQ takes."""

_WORDS: Final = (
    *("drop-head", "reject-publish", "reject-publish-dlx", "at-most-once", "at-least-once"),
    *("default", "lazy", "client-local", "balanced", *LEADER_LOCATORS),
    *("disabled", "all", "failed", "returned", "7D", "12h", "0s", "1W", "5", "amq.fanout", ""),
)

_NUMBERS: Final = (-2, -1, 0, 1, 2, 5, 15, 16, 255, 256, 1000, 3_000_000_000, 315_360_000_001)

SCALARS: Final = st.one_of(
    st.sampled_from(_NUMBERS), st.sampled_from(_WORDS), st.booleans(), st.sampled_from((1.5, 5.0))
)
"""Values of arguments: some fit some arguments."""

_ODD: Final = st.one_of(
    st.none(), st.lists(SCALARS, max_size=2), st.dictionaries(st.text(max_size=3), SCALARS)
)

ARGUMENT_NAMES: Final = (
    *(setting.name for setting in queue_arguments().values()),
    *RAW_ARGUMENTS,
    "x-queue-type",
    "x-unknown",
    "message-ttl",
)

QUEUES: Final = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES)},
    optional={
        "durable": st.booleans(),
        "auto_delete": st.booleans(),
        "arguments": st.dictionaries(
            st.sampled_from(ARGUMENT_NAMES), SCALARS | _ODD, min_size=1, max_size=3
        ),
    },
)
"""Queues with raw arguments."""


def _settings() -> st.SearchStrategy[dict[str, Any]]:
    values = SCALARS.filter(lambda value: not isinstance(value, float))
    return st.dictionaries(st.sampled_from(sorted(queue_arguments())), values, max_size=3)


SETTLED_QUEUES: Final = st.builds(
    lambda kind, settings, fixed: {"type": kind, "settings_as_arguments": fixed, **settings},
    st.sampled_from(TYPES),
    _settings(),
    st.booleans(),
)
"""Queues with settings, which become policies or arguments."""

PATTERNS: Final = st.sampled_from(
    ("", ".*", "^q$", "^(a|b)$", "[a-", "(", "*", "q{1,2}", "^q", "(?i)Q", "a**", "\\", "x" * 1025)
)

POLICIES: Final = st.fixed_dictionaries(
    {
        "pattern": PATTERNS,
        "definition": st.dictionaries(
            st.sampled_from(sorted(known_policy_keys())), SCALARS, max_size=3
        ),
    },
    optional={
        "priority": st.integers(-5, 5),
        "apply_to": st.sampled_from(
            ("all", "queues", "exchanges", "classic_queues", "quorum_queues", "streams", "bogus")
        ),
    },
)

EXCHANGES: Final = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ("direct", "fanout", "topic", "headers", "x-consistent-hash", "x-local-random", "bogus")
        )
    },
    optional={
        "durable": st.booleans(),
        "auto_delete": st.booleans(),
        "alternate_exchange": st.sampled_from(("amq.fanout", "amq.nothing")),
        "arguments": st.dictionaries(
            st.sampled_from(("alternate-exchange", "hash-header", "hash-property", "x-unknown")),
            SCALARS,
            max_size=2,
        ),
    },
)

BINDINGS: Final = st.fixed_dictionaries(
    {"source": st.just("e"), "destination": st.just("q")},
    optional={
        "routing_key": st.sampled_from(("", "1", "0", "-1", "a.b", "*.#", "+2", " 1", "x" * 255)),
        "arguments": st.dictionaries(
            st.sampled_from(("x-match", "a", "b", "x-c")),
            SCALARS | _ODD | st.sampled_from(("all", "any", "all-with-x", "any-with-x")),
            max_size=3,
        ),
    },
)
