"""Random config dicts: mostly right, mutated into wrong, and anything at all."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from tests.rules.declarations import ARGUMENT_NAMES, PATTERNS, SCALARS, TYPES
from topology.model import Topology
from topology.model.policy_definition import known_policy_keys

_NAMES: Final = st.sampled_from(
    ("a", "b", "c", "dead", "amq.topic", "a/b", "a@b", "..", "[key]", "e\u0301", "q" * 254)
)
_EXCHANGE_REFS: Final = _NAMES | st.just("")
_KEYS: Final = st.sampled_from(("", "a", "b", "1", "*", "#", "a.*", "a.#.b", "a~b", ".", "x" * 255))

_ANYTHING: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)

_ARGUMENTS: Final = st.dictionaries(
    st.sampled_from((*ARGUMENT_NAMES, "x-match", "alternate-exchange", "a", "hash-header")),
    SCALARS | _ANYTHING,
    max_size=2,
)

_TTL: Final = st.sampled_from((1, 5000))

_QUEUE: Final = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(TYPES),
        "durable": st.booleans(),
        "message_ttl": _TTL,
        "max_length": _TTL,
        "overflow": st.sampled_from(("drop-head", "reject-publish", "reject-publish-dlx")),
        "dead_letter_exchange": _EXCHANGE_REFS,
        "dead_letter_routing_key": _NAMES,
        "dead_letter_strategy": st.sampled_from(("at-most-once", "at-least-once")),
        "delivery_limit": st.sampled_from((-1, 0, 5)),
        "max_age": st.sampled_from(("7D", "0s", "٣D")),
        "settings_as_arguments": st.booleans(),
        "profile": _NAMES,
        "dead_letter": st.booleans() | st.builds(lambda name: {"queue": name}, _NAMES),
        "retry": st.builds(lambda delays: {"delays": delays}, st.lists(_TTL, min_size=1)),
        "arguments": _ARGUMENTS,
    },
)

_EXCHANGE: Final = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(
            ("direct", "fanout", "topic", "headers", "x-consistent-hash", "x-local-random")
        )
        | st.sampled_from(("x-delayed-message", "x-jms-topic", "x-recent-history", "bogus")),
        "durable": st.booleans(),
        "auto_delete": st.booleans(),
        "alternate_exchange": _NAMES,
        "arguments": _ARGUMENTS,
    },
)

_BINDING: Final = st.fixed_dictionaries(
    {"source": _NAMES, "destination": _NAMES},
    optional={
        "destination_type": st.sampled_from(("queue", "exchange")),
        "routing_key": _KEYS,
        "arguments": _ARGUMENTS,
    },
)

_DEFINITION: Final = st.dictionaries(
    st.sampled_from(sorted(known_policy_keys())), SCALARS | _NAMES, max_size=3
)

_POLICY: Final = st.fixed_dictionaries(
    {"pattern": PATTERNS, "definition": _DEFINITION},
    optional={
        "apply_to": st.sampled_from(("all", "queues", "exchanges", "quorum_queues", "streams")),
        "priority": st.integers(),
    },
)

_RIGHTS: Final = {"configure": PATTERNS, "write": PATTERNS, "read": PATTERNS}

_URI: Final = st.sampled_from(
    ("amqp://", "amqp://u:p@h", "http://h", "amqp://h:x", "amqp://[", "amqp://h/a/b", "", "amqp:/%")
)

_SHOVEL: Final = st.fixed_dictionaries(
    {"source_uri": _URI, "destination_uri": _URI},
    optional={
        "source_queue": _NAMES,
        "source_exchange": _NAMES,
        "source_exchange_key": _KEYS,
        "source_protocol": st.sampled_from(("amqp091", "amqp10")),
        "source_delete_after": st.sampled_from((5, "never")),
        "source_prefetch_count": st.integers(0, 2**20),
        "destination_queue": _NAMES,
        "destination_address": _NAMES,
        "ack_mode": st.sampled_from(("on-confirm", "no-ack")),
    },
)


def _named(entries: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(_NAMES, entries, max_size=4)


TOPOLOGIES: Final = st.fixed_dictionaries(
    {"vhost": _NAMES | st.builds(lambda name: {"name": name, "max_queues": 2}, _NAMES)},
    optional={
        "rabbitmq_version": st.sampled_from(("3.10", "3.13", "4.0", "4.3", "5.1")),
        "defaults": st.fixed_dictionaries({}, optional={"queue": _QUEUE, "exchange": _EXCHANGE}),
        "profiles": _named(_QUEUE),
        "exchanges": _named(_EXCHANGE),
        "queues": _named(_QUEUE),
        "bindings": st.lists(_BINDING, max_size=5),
        "policies": _named(_POLICY),
        "operator_policies": _named(_POLICY),
        "users": _named(
            st.fixed_dictionaries(
                {}, optional={"tags": st.lists(_NAMES, max_size=2), "existing": st.booleans()}
            )
        ),
        "permissions": st.lists(
            st.fixed_dictionaries({"user": _NAMES}, optional=_RIGHTS), max_size=3
        ),
        "topic_permissions": st.lists(
            st.fixed_dictionaries(
                {"user": _NAMES, "exchange": _NAMES}, optional={"write": PATTERNS}
            ),
            max_size=3,
        ),
        "federation_upstreams": _named(st.builds(lambda uri: {"uri": uri}, _URI)),
        "shovels": _named(_SHOVEL),
        "services": _named(
            st.fixed_dictionaries(
                {},
                optional={
                    "publishes": st.lists(_EXCHANGE_REFS, max_size=2),
                    "consumes": st.lists(_NAMES, max_size=2),
                },
            )
        ),
    },
)
"""Right in form; wrong in most other ways."""


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A topology with one or two values replaced, anywhere in it."""
    config: Any = draw(TOPOLOGIES)
    for _ in range(draw(st.integers(1, 2))):
        place = config
        while isinstance(place, dict | list) and place:
            step = draw(st.sampled_from(list(place) if isinstance(place, dict) else [0, -1]))
            inner = place[step]
            if not (isinstance(inner, dict | list) and inner) or draw(st.booleans()):
                place[step] = draw(_ANYTHING)
                break
            place = inner
    return config


ANYTHING: Final = _ANYTHING | st.dictionaries(
    st.sampled_from(sorted(Topology.model_fields)) | st.text(max_size=5), _ANYTHING, max_size=5
)
