"""Exchanges: their types, and arguments on the way through the provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ..model import Exchange
from ..model.policy_definition import SHARDING, known_policy_keys
from ..problems import Path, did_you_mean, did_you_mean_key, one_of
from .analysis.exchange_kinds import EXCHANGE_KINDS, HASH_PROPERTIES
from .analysis.view import View
from .rule import Finding, error

_ALTERNATE: Final = "alternate-exchange"
_NEVER_TEXT: Final[Mapping[str, tuple[str, str]]] = {
    "x-super-stream": (
        "must be true or false, and the provider can send text only",
        (
            "create the super stream with rabbitmq-streams add_super_stream, and leave its "
            "exchange out here"
        ),
    ),
}
"""Arguments that RabbitMQ reads on exchanges of every type, with message and hint."""


@error("unknown-exchange-type", ignorable=True)
def unknown_exchange_type(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses an exchange whose type neither it nor an enabled plugin knows (400). Ignore
    this for a plugin that is not known here."""
    for name, exchange in view.own_exchanges():
        if exchange.type not in EXCHANGE_KINDS and view.broker.exchange_types is None:
            path = view.written.exchange_setting(name, "type")
            hint = did_you_mean(exchange.type, EXCHANGE_KINDS)
            yield path, "is not an exchange type of RabbitMQ or its plugins", hint


@error("missing-exchange-type")
def missing_exchange_type(view: View) -> Iterator[Finding]:
    """Some types came with a version of RabbitMQ, others with a plugin; RabbitMQ refuses a type
    that it does not have (400)."""
    offered = view.broker.exchange_types
    for name, exchange in view.own_exchanges():
        path = view.written.exchange_setting(name, "type")
        kind = EXCHANGE_KINDS.get(exchange.type)
        if kind is not None and not kind.known(view.version):
            yield path, f"came with RabbitMQ {kind.since}", "use another type, or a newer broker"
        elif offered is not None and exchange.type not in offered:
            plugin = kind.plugin_for(view.version) if kind else None
            message = "the broker has no exchange type of this name"
            if plugin is None:
                yield path, message, did_you_mean(exchange.type, offered)
            else:
                yield path, message, f"enable its plugin: rabbitmq-plugins enable {plugin}"


@error("exchange-argument")
def exchange_argument(view: View) -> Iterator[Finding]:
    """The provider sends every argument of an exchange as text. RabbitMQ then stores the text
    where a number was meant, or refuses it (400)."""
    for place, exchange in view.written.exchanges():
        written_kind = EXCHANGE_KINDS.get(exchange.type)
        for argument, value in exchange.arguments.items():
            path = (*place, "arguments", argument)
            if argument in _NEVER_TEXT:
                yield path, *_NEVER_TEXT[argument]
            elif written_kind and argument == written_kind.needs_number:
                continue  # told below
            elif not isinstance(value, str):
                message = "the provider can send text only as an argument of an exchange"
                yield path, message, _as_text(exchange, argument)
    for name, exchange in view.own_exchanges():
        kind = EXCHANGE_KINDS.get(exchange.type)
        if kind and kind.needs_number in exchange.arguments:
            path = view.written.exchange_argument(name, kind.needs_number or "")
            message = "must be a number, and the provider can send text only"
            yield path, message, "declare this exchange by other means"
        yield from _hashing(view, name, exchange)
        yield from _delaying(view, name, exchange)


@error("unknown-exchange-argument", ignorable=True)
def unknown_exchange_argument(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts arguments of exchanges that nothing reads, misspelt ones included."""
    for name, exchange in view.own_exchanges():
        kind = EXCHANGE_KINDS.get(exchange.type)
        if kind is None:
            continue
        known = (_ALTERNATE, *kind.arguments, *filter(None, [kind.needs_number]))
        for argument, value in exchange.arguments.items():
            # What is no text is another rule's, whose hint must not lead to this one.
            refused = argument in _NEVER_TEXT or not isinstance(value, str)
            if argument not in known and not refused:
                path = view.written.exchange_argument(name, argument)
                message = f"{exchange.type} exchanges read no argument of this name"
                yield path, message, _meant(argument, known)


@error("duplicate-alternate-exchange")
def duplicate_alternate_exchange(view: View) -> Iterator[Finding]:
    """`alternate_exchange` is applied by a policy and a raw argument is fixed when the exchange is
    declared; RabbitMQ follows the argument."""
    for name, exchange in view.own_exchanges():
        if exchange.alternate_exchange is not None and _ALTERNATE in exchange.arguments:
            path = view.written.exchange_argument(name, _ALTERNATE)
            yield path, "is said by alternate_exchange too", "keep one of the two"


def _hashing(view: View, name: str, exchange: Exchange) -> Iterator[Finding]:
    if exchange.type != "x-consistent-hash" or "hash-property" not in exchange.arguments:
        return
    path: Path = view.written.exchange_argument(name, "hash-property")
    value = exchange.arguments["hash-property"]
    if "hash-header" in exchange.arguments:
        yield path, "excludes hash-header", "keep one of the two"
    if isinstance(value, str) and value not in HASH_PROPERTIES:
        hint = did_you_mean(value, HASH_PROPERTIES)
        yield path, f"must be {one_of(HASH_PROPERTIES)}", hint


def _delaying(view: View, name: str, exchange: Exchange) -> Iterator[Finding]:
    if exchange.type != "x-delayed-message":
        return
    wrapped = exchange.arguments.get("x-delayed-type")
    if wrapped is None:
        path: Path = ("exchanges", name, "arguments")
        message = "x-delayed-message needs the argument x-delayed-type"
        yield path, message, "set it to the type that it routes like, such as direct"
    elif isinstance(wrapped, str) and wrapped not in EXCHANGE_KINDS:
        path = view.written.exchange_argument(name, "x-delayed-type")
        hint = did_you_mean(wrapped, EXCHANGE_KINDS)
        yield path, "is not an exchange type of RabbitMQ or its plugins", hint


def _as_text(exchange: Exchange, argument: str) -> str:
    kind = EXCHANGE_KINDS.get(exchange.type)
    if kind is None or argument in (_ALTERNATE, *kind.arguments):
        return "put it in quotes, or leave it out"
    return f"leave it out: {exchange.type} exchanges read no argument of this name"


def _meant(argument: str, known: tuple[str, ...]) -> str:
    if argument in ("alternate_exchange", f"x-{_ALTERNATE}"):
        return "write the setting alternate_exchange"
    return (
        did_you_mean_key(argument, known)
        or "remove it, or list the rule in ignore_rules where a plugin reads it"
    )


_SECTIONS: Final = {"shovels": "rabbitmq_shovel", "federation_upstreams": "rabbitmq_federation"}
_WITHOUT_SHARDS: Final = "routing-key"


@error("missing-plugin", ignorable=True)
def missing_plugin(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses shovels, upstreams and some keys of policies unless their plugin is enabled
    (400). Ignore the rule where another plugin brings the one that is needed."""
    for section, plugin in _SECTIONS.items():
        if getattr(view.declared, section):
            yield from _needed(view, (section,), plugin)
    for name, policy in view.declared.policies.items():
        for key in policy.definition.values():
            needed = known_policy_keys()[key].plugin
            if needed is not None:
                yield from _needed(view, ("policies", name, "definition", key), needed)


@error("sharding-key-without-shards")
def sharding_key_without_shards(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses a policy with the sharding plugin's `routing-key` and without
    `shards-per-node` (400)."""
    for name, policy in view.declared.policies.items():
        definition = policy.definition.values()
        if _WITHOUT_SHARDS in definition and "shards-per-node" not in definition:
            path = ("policies", name, "definition", _WITHOUT_SHARDS)
            message = f"is the key by which {SHARDING} binds its queues, and none are asked for"
            yield path, message, "set shards-per-node too, or leave it out"


def _needed(view: View, path: Path, plugin: str) -> Iterator[Finding]:
    # rabbitmq_shovel_management brings rabbitmq_shovel along, and so on.
    family = plugin.removeprefix("rabbitmq_")
    if view.broker.plugins is not None and not any(family in name for name in view.broker.plugins):
        message = f"needs the plugin {plugin}, and the broker has not enabled it"
        yield path, message, f"rabbitmq-plugins enable {plugin}"
