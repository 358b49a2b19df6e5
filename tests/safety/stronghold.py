"""An applied stack whose queues hold messages, and what must be true of it at any time."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self

from tests.safety.landscape import OCCUPIED, Change, Config, changed
from tests.safety.messages import Messages
from tests.support.api import Api
from tests.support.stack import Said, Stack
from topology.broker.statistics import SAMPLE_SECONDS

UP = ("up", "--yes", "--skip-preview")
ALL_AT_ONCE = (*UP, "--continue-on-error")
"""Goes on after a refusal, to see them all."""

DESTROY = ("destroy", "--yes", "--skip-preview", "--run-program")


def apply(stack: Stack, config: Config, *options: str) -> str:
    """Applies a config, which must succeed; returns what was said."""
    stack.configure(config)
    said = stack.run(*UP, *options)
    assert said.code == 0, said.text
    return said.text


class Stronghold:
    """Attacked with changes to its config, it keeps its messages and its bindings."""

    def __init__(self, stack: Stack, config: Config, *, used: bool = True) -> None:
        """`used` also has consumers, and messages that are not acknowledged."""
        self.stack, self.config = stack, config
        self.vhost = stack.vhost
        self.api = Api(stack.broker)
        apply(stack, config)
        self.messages = Messages(stack.broker, self.vhost, streams=("audit",))
        for queue in ("work", "ordered", "audit", "lent", "retried", "retried.dead-letter"):
            self.messages.put(queue)
        if used:
            self.hold()
        self._bindings = [entry for entry in self.api.bindings(self.vhost) if _in_use(entry)]
        self._before = self._objects()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.messages.__exit__(kind, error, trace)
        self.api.__exit__(kind, error, trace)

    def hold(self) -> None:
        """Has messages and a queue in use, and waits until statistics tell it."""
        self.messages.hold("lent", 3)
        self.messages.consume("watched")
        time.sleep(SAMPLE_SECONDS)

    def attack(self, *changes: Change, command: tuple[str, ...] = UP) -> Said:
        """Runs a command with a changed config."""
        self.stack.configure(changed(self.config, *changes))
        urn = next(
            (entry["urn"] for entry in self.stack.state() if _is_queue(entry, "work")), "no-urn"
        )
        return self.stack.run(*(word.format(work=urn) for word in command))

    def recover(self, *changes: Change) -> None:
        """The next run with the right config, where the last one has changed anything."""
        if self._objects() == self._before:
            return
        self.stack.configure(changed(self.config, *changes))
        said = self.stack.run(*UP)
        assert said.code == 0, said.text
        assert self._objects() == self._before

    def in_queues(self) -> dict[str, int]:
        """Messages by queue, ready and unacknowledged: none of the queues in use is empty."""
        queues = self.api.queues(self.vhost)
        return {name: queues.get(name, {}).get("messages", -1) for name in OCCUPIED}

    def _objects(self) -> dict[str, set[str]]:
        names = {
            section: {entry["name"] for entry in self.api.get(section, self.vhost)}
            for section in ("queues", "exchanges", "policies")
        }
        routes = {repr(_route(entry)) for entry in self.api.bindings(self.vhost)}
        vhosts = {name for name in self.api.vhosts() if self.stack.token in name}
        return {**names, "bindings": routes, "vhosts": vhosts}

    def lost_bindings(self) -> list[tuple[str, str, str]]:
        """Bindings that lead to queues in use, and are not there."""
        here = self.api.bindings(self.vhost)
        return [_route(binding) for binding in self._bindings if binding not in here]


def _route(binding: dict[str, Any]) -> tuple[str, str, str]:
    return binding["source"], binding["destination"], binding["routing_key"]


def _in_use(binding: dict[str, Any]) -> bool:
    return binding["destination"] in OCCUPIED or binding["destination_type"] == "exchange"


def _is_queue(resource: dict[str, Any], name: str) -> bool:
    inputs: dict[str, Any] = resource.get("inputs", {})
    return resource["type"] == "rabbitmq:index/queue:Queue" and inputs.get("name") == name
