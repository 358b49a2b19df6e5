"""The RabbitMQ brokers of a test run: each started when first asked for, ended with the run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path

from tests.support.api import Api
from tests.support.container import container
from tests.support.unavailable import Unavailable
from toolchain.node import Broker, PrivateNode, installed_server

IMAGES_VARIABLE = "RABBITMQ_TEST_IMAGES"
"""Images to test with, as in `4.3=my/rabbitmq:4.3 4.0=my/rabbitmq:4.0`, the newest first."""

OFFICIAL_IMAGE = "4=rabbitmq:4-management"
LOCAL_NODE = "node"

Start = Callable[[Path], AbstractContextManager[Broker]]
"""Starts a broker that may keep things in the folder."""


def images() -> dict[str, str]:
    """Images by label, the newest RabbitMQ first."""
    entries = os.environ.get(IMAGES_VARIABLE) or OFFICIAL_IMAGE
    return {label: image for label, _, image in (e.partition("=") for e in entries.split())}


def sources() -> dict[str, Start]:
    """Where brokers can come from, by label, the newest RabbitMQ first."""
    found: dict[str, Start] = {label: partial(_container, i) for label, i in images().items()}
    found[LOCAL_NODE] = _local_node
    return found


class Brokers:
    """Brokers by the labels of `sources()`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources = sources()
        self._running: dict[str, Broker] = {}
        self._own_users: dict[str, set[str]] = {}
        self._used: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        self._ending = ExitStack()

    def get(self, label: str) -> Broker:
        """Raises `Unavailable`; a source that failed once is not tried again."""
        if label not in self._running:
            broker = self._start(label, self._folder / label, self._ending)
            with Api(broker) as api:
                self._own_users[label] = api.users()
            self._running[label] = broker
        return self._running[label]

    @contextmanager
    def own(self, label: str, folder: Path) -> Iterator[Broker]:
        """One for tests after which no other test could use it. Raises `Unavailable`."""
        with ExitStack() as ending:
            yield self._start(label, folder, ending)

    def newest(self) -> Broker:
        """Raises `Unavailable` with every reason where there is none at all."""
        for label in self._sources:
            try:
                return self.get(label)
            except Unavailable:
                continue
        raise Unavailable("; ".join(self.refusals()))

    def remove_users(self) -> None:
        """Users belong to no vhost: one that is left there meets the next of the same name."""
        for label, broker in self._running.items():
            with Api(broker) as api:
                for user in api.users() - self._own_users[label]:
                    api.delete("users", user)

    def used(self) -> Iterator[str]:
        """A line for each broker that was started."""
        yield from self._used.values()

    def refusals(self) -> Iterator[str]:
        """A line for each broker that was asked for in vain."""
        for label, reason in self._refused.items():
            yield f"{label}: not available, {reason}"

    def end(self) -> None:
        """Ends all that were started."""
        self._ending.close()

    def _start(self, label: str, folder: Path, ending: ExitStack) -> Broker:
        if label in self._refused:
            raise Unavailable(self._refused[label])
        try:
            broker = ending.enter_context(self._sources[label](folder))
        except Unavailable as reason:
            self._refused[label] = str(reason)
            raise
        self._used[label] = f"{label}: RabbitMQ {broker.version}, {broker.origin}"
        return broker


def _container(image: str, _folder: Path) -> AbstractContextManager[Broker]:
    return container(image)


@contextmanager
def _local_node(folder: Path) -> Iterator[Broker]:
    if installed_server() is None:
        raise Unavailable("no rabbitmq-server is installed")
    folder.mkdir(parents=True)
    node = PrivateNode(folder)
    try:
        yield node.start()
    finally:
        node.kill()  # Nobody needs its data, and shutting down in good order takes seconds.
