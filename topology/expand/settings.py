"""Where each setting of a queue or exchange goes: to a policy if RabbitMQ lets one set it.

An argument is fixed when a queue is declared; changing it means a new queue. A policy can be
changed at any time. But only one policy applies to a queue, so a queue's settings and the policy
of the stack that would apply to it without them are combined into one for just this queue. What is
on the broker is not read here: see docs/decisions/0007-live-policies.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..model import Exchange, Policy, Queue, Topology
from ..model.policy import ApplyTo
from ..model.policy_definition import EXCHANGE_KEYS, FEDERATION_KEYS, Definition, PolicyDefinition
from ..model.queue import queue_arguments
from ..version import NEWEST, Version
from .effective_policy import Kind, matching
from .naming import exactly

GENERATED_PRIORITY: Final = 1_000_000
"""Of every policy made here, above what people give theirs, and never another: while an update
changes one policy after the other, a queue's own must not be outranked for a moment. In that moment
RabbitMQ would drop what is beyond another's limits."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A topology whose queues hold nothing but what is fixed when they are declared."""

    topology: Topology
    applied: Mapping[tuple[str, str], str]
    """(`queues` or `exchanges`, name) → the policy that applies to it, if any."""
    generated: frozenset[str]
    """Names of the policies that were made here."""
    notes: tuple[str, ...]
    """What was combined, for the user to see."""


def settle(topology: Topology, version: Version = NEWEST) -> Settled:
    """Moves settings from queues and exchanges to policies and arguments."""
    policies = dict(topology.policies)
    applied: dict[tuple[str, str], str] = {}
    notes: list[str] = []
    made: set[str] = set()

    def apply(section: str, name: str, kind: Kind, own: dict[str, Any]) -> None:
        winner = next(matching(topology.policies, name, kind, version), None)
        if not own:
            if winner is not None:
                applied[section, name] = winner
            return
        base = _of_kind(section, topology.policies[winner].definition) if winner is not None else {}
        generated = generated_policy_name(section, name)
        policies[generated] = Policy(
            pattern=exactly(name),
            apply_to="exchanges" if section == "exchanges" else _applies_to(),
            priority=GENERATED_PRIORITY,
            definition=PolicyDefinition.model_validate({**base, **own}),
        )
        applied[section, name] = generated
        made.add(generated)
        if base:
            notes.append(_note(section, name, winner or "", base, own, generated))

    exchanges = {}
    for name, exchange in topology.exchanges.items():
        exchanges[name], own = _exchange_settings(exchange)
        apply("exchanges", name, "exchange", own)
    queues = {}
    for name, queue in topology.queues.items():
        queues[name], own = _queue_settings(queue)
        apply("queues", name, queue.type or "classic", own)
    plain = topology.model_copy(
        update={"exchanges": exchanges, "queues": queues, "policies": policies}
    )
    return Settled(plain, applied, frozenset(made), tuple(notes))


def generated_policy_name(section: str, name: str) -> str:
    """`queue.orders`, `exchange.events`."""
    return f"{section.removesuffix('s')}.{name}"


def _applies_to() -> ApplyTo:
    # Not the queue's own type: brokers before 3.12 do not know those.
    return "queues"


def _of_kind(section: str, definition: Definition) -> dict[str, Any]:
    """What a policy sets for this kind of object: one for all kinds has keys that others read."""
    only_exchanges = section == "exchanges"
    return {
        key: value
        for key, value in definition.values().items()
        if key in FEDERATION_KEYS or (key in EXCHANGE_KEYS) is only_exchanges
    }


def _exchange_settings(exchange: Exchange) -> tuple[Exchange, dict[str, Any]]:
    if exchange.alternate_exchange is None:
        return exchange, {}
    plain = exchange.model_copy(update={"alternate_exchange": None})
    return plain, {"alternate-exchange": exchange.alternate_exchange}


def _queue_settings(queue: Queue) -> tuple[Queue, dict[str, Any]]:
    arguments = dict(queue.arguments)
    policy: dict[str, Any] = {}
    settings = queue_arguments()
    for name, setting in settings.items():
        value = getattr(queue, name)
        if value is None:
            continue
        if setting.policy is None or queue.settings_as_arguments:
            arguments[setting.name] = value
        else:
            policy[setting.policy.name] = value
    cleared = dict.fromkeys(settings)
    plain = {**cleared, "arguments": arguments, "settings_as_arguments": False}
    return queue.model_copy(update=plain), policy


def _note(
    section: str, name: str, winner: str, base: dict[str, Any], own: dict[str, Any], generated: str
) -> str:
    text = (
        f"{section}.{name}: policy {generated} holds its own settings ({', '.join(sorted(own))}) "
        f"and those of policy {winner}"
    )
    overridden = sorted(key for key in own if key in base and own[key] != base[key])
    return f"{text}, except {', '.join(overridden)}" if overridden else text
