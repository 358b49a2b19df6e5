"""A stack that is crashed again and again, and what must be so once it has converged."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import Any, Self, TypeAlias

from tests.safety.landscape import Config
from tests.safety.messages import Messages
from tests.support.api import Api
from tests.support.stack import Said, Stack
from topology.broker.state import LiveQueue

UP = ("up", "--yes", "--skip-preview")
RECOVERY: tuple[tuple[str, ...], ...] = (("cancel", "--yes"), (*UP, "--refresh"))
"""What is documented: the first takes away the lock of a run that was killed, if there is one."""

KEPT = ("kept", "kept-quorum")
"""Queues with messages, declared at all times."""

MESSAGES = 20

Contents: TypeAlias = dict[str, set[str]]
"""What there is, by kind, each as a line that tells all that matters of it."""


def shape(vhost: str, *, second: bool) -> Config:
    """One of two config dicts. Going over to the other creates, changes, replaces and deletes."""
    exchanges: dict[str, Any] = {"events": {"type": "topic"}, "dlx": {"type": "fanout"}}
    queues: dict[str, Any] = {
        "kept": {"type": "classic"},
        # To read the messages and put them back is a delivery: RabbitMQ 4 ends at 20 of them.
        "kept-quorum": {"type": "quorum", "dead_letter_exchange": "dlx", "delivery_limit": 10**6},
        "retyped": {"type": "quorum" if second else "classic"},
        "limited": {"type": "classic", "max_length": 20 if second else 10},
    }
    extra = "second" if second else "first"
    exchanges[extra] = {"type": "direct"}
    queues[extra] = {"type": "quorum", "message_ttl": 1000}
    bindings = [
        {"source": "events", "destination": name, "routing_key": f"{name}.#"} for name in queues
    ]
    return {
        "vhost": vhost,
        "exchanges": exchanges,
        "queues": queues,
        "bindings": [
            *bindings,
            {"source": extra, "destination": extra, "routing_key": extra},
            {"source": "dlx", "destination": "limited"},
        ],
        "services": {f"{vhost}-{extra}": {"publishes": ["events"], "consumes": ["limited"]}},
    }


class World:
    """A stack, its broker and its messages. It goes to and fro between two shapes."""

    def __init__(self, stack: Stack, *, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        """`settings` take the place of the stack's own, such as the addresses of proxies."""
        self.stack = stack
        self.second = False
        self._api = Api(stack.broker)
        self._settings = {"passwordSeed": stack.token * 4, **settings}
        self._expected: dict[bool, Contents] = {}
        self._messages: Messages | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._messages:
            self._messages.__exit__(kind, error, trace)
        self._api.__exit__(kind, error, trace)

    def settle(self) -> None:
        """Applies both shapes undisturbed, to know them, and puts messages into what stays."""
        for second in (True, False):
            self.choose(second=second)
            said = self.stack.run(*UP)
            assert said.code == 0, said.text
            self._expected[second] = self._contents()
        self._messages = Messages(self.stack.broker, self.stack.vhost)
        for queue in KEPT:
            self._messages.put(queue, MESSAGES)

    def choose(self, *, second: bool) -> None:
        """Has the config of a shape."""
        self.second = second
        self.stack.configure(self._shape(), **self._settings)

    def _shape(self) -> Config:
        return shape(self.stack.vhost, second=self.second)

    def recover(self) -> Said:
        """Does what is documented; tells how the last command ended."""
        said = Said(0, "")
        for command in RECOVERY:
            said = self.stack.run(*command)
        if said.code and (broken := self._leaderless()):
            consented = {**self._shape(), "allow_deletion": {"queues": broken}}
            self.stack.configure(consented, **self._settings)
            said = self.stack.run(*UP, "--refresh")
            self.choose(second=self.second)
        return said

    def _leaderless(self) -> list[str]:
        """Quorum queues that RabbitMQ itself could not start again: a kill in the middle of their
        making or deletion may leave RabbitMQ 3.10 with what it knows nothing of. None has messages
        here, for those with messages are never deleted."""
        found = {queue["name"]: queue for queue in _all(self._api, self.stack.vhost)}
        return [
            name
            for name, queue in found.items()
            if queue["type"] == "quorum" and name not in KEPT
            # RabbitMQ may name a leader that does not answer.
            if LiveQueue.from_api(queue).leaderless or "messages" not in queue
        ]

    def differences(self) -> list[str]:
        """What is missing on the broker or in the state, or left undeclared. Best empty."""
        expected, found = self._expected[self.second], self._contents()
        return [
            f"{section}: {'missing' if entry in expected[section] else 'left'} {entry}"
            for section in expected
            for entry in sorted(expected[section] ^ found[section])
        ]

    def lost(self) -> list[str]:
        """The messages that are not as they were put."""
        assert self._messages
        gone = self._messages.gone()
        return [f"{queue}: {body}" for queue, bodies in gone.items() for body in bodies]

    def _contents(self) -> Contents:
        api, vhost = self._api, self.stack.vhost
        resources = self.stack.state()
        return {
            "vhosts": {name for name in api.vhosts() if self.stack.token in name},
            "users": {name for name in api.users() if self.stack.token in name},
            "queues": {f"{q['name']} {q['type']} {q['arguments']}" for q in _all(api, vhost)},
            "exchanges": {f"{name} {e['type']}" for name, e in api.exchanges(vhost).items()},
            "bindings": {
                f"{b['source']} to {b['destination']} by {b['routing_key']}"
                for b in api.bindings(vhost)
            },
            "policies": {
                f"{p['name']} {sorted(p['definition'].items())}" for p in api.get("policies", vhost)
            },
            "permissions": {
                f"{p['user']} {p['configure']} {p['write']} {p['read']}"
                for p in api.get("vhosts", vhost, "permissions")
            },
            "state": {resource["urn"] for resource in resources},
            "deletions pending": {r["urn"] for r in resources if r.get("delete")},
        }


def _all(api: Api, vhost: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("queues", vhost)
    return found
