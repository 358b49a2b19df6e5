"""A topology with something of everything that holds messages, and ways to change it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

Config = dict[str, Any]
"""A config dict."""

Change = Callable[[Config], None]
"""What somebody does to a config dict."""

OCCUPIED = ("work", "ordered", "audit", "lent", "watched", "retried", "retried.dead-letter")
"""Queues that hold messages, or are used, when `Messages` has filled the landscape."""


def landscape(vhost: str) -> Config:
    """Queues of every type, a dead-letter pattern, policies, and exchanges bound to each other."""
    return {
        "vhost": {"name": vhost, "description": "safety"},
        "exchanges": {
            "events": {"type": "topic", "alternate_exchange": "unrouted"},
            "unrouted": {"type": "fanout"},
            "relay": {"type": "fanout"},
            "idle": {"type": "direct"},
        },
        "queues": {
            "work": {"type": "classic", "max_length": 1000},
            "ordered": {"type": "quorum", "single_active_consumer": True},
            "audit": {"type": "stream", "max_age": "7D"},
            "lent": {"type": "classic"},
            "watched": {"type": "classic"},
            "retried": {"type": "quorum", "dead_letter": True},
            "unrouted": {"type": "classic"},
            "empty": {"type": "classic"},
            "empty-too": {"type": "quorum"},
        },
        "bindings": [
            {"source": "events", "destination": name, "routing_key": f"{name}.#"}
            for name in ("work", "ordered", "audit", "lent", "watched", "retried", "empty")
        ]
        + [
            {"source": "unrouted", "destination": "unrouted"},
            {
                "source": "events",
                "destination": "relay",
                "destination_type": "exchange",
                "routing_key": "relay.#",
            },
            {"source": "relay", "destination": "work"},
        ],
        "policies": {
            "limits": {
                "pattern": "^lent$",
                "apply_to": "queues",
                "definition": {"max-length": 5000},
            }
        },
    }


def changed(config: Config, *changes: Change) -> Config:
    """A config dict after changes, the given one as it was."""
    result = copy.deepcopy(config)
    for change in changes:
        change(result)
    return result


def without_queue(name: str) -> Change:
    """Takes a queue out, with its bindings."""

    def change(config: Config) -> None:
        del config["queues"][name]
        config["bindings"] = [
            binding
            for binding in config["bindings"]
            if binding["destination"] != name or binding.get("destination_type") == "exchange"
        ]

    return change


def without_exchange(name: str) -> Change:
    """Takes an exchange out, with its bindings."""

    def change(config: Config) -> None:
        del config["exchanges"][name]
        config["bindings"] = [
            binding
            for binding in config["bindings"]
            if binding["source"] != name
            and (binding["destination"] != name or "destination_type" not in binding)
        ]

    return change


def renamed_queue(old: str, new: str) -> Change:
    """Gives a queue another name, in its bindings too."""

    def change(config: Config) -> None:
        config["queues"][new] = config["queues"].pop(old)
        for binding in config["bindings"]:
            if binding["destination"] == old:
                binding["destination"] = new

    return change


def queue_with(name: str, **settings: Any) -> Change:
    """Gives a queue other settings."""

    def change(config: Config) -> None:
        config["queues"][name] = {**config["queues"][name], **settings}

    return change


def exchange_with(name: str, **settings: Any) -> Change:
    """Gives an exchange other settings."""

    def change(config: Config) -> None:
        config["exchanges"][name] = {**config["exchanges"][name], **settings}

    return change


def stack_with(**settings: Any) -> Change:
    """Sets stack-wide words, such as `retain`."""
    return lambda config: config.update(settings)


def nothing_but_the_vhost(config: Config) -> None:
    """Takes everything out of the vhost."""
    for section in ("exchanges", "queues", "bindings", "policies"):
        config.pop(section, None)


def in_another_vhost(config: Config) -> None:
    """Gives the vhost another name."""
    config["vhost"] = {**config["vhost"], "name": f"{config['vhost']['name']}-renamed"}
