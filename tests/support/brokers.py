"""The RabbitMQ brokers of a test run: each started when first asked for, ended with the run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Lock

from tests.support.container import container, running_broker
from tests.support.unavailable import Unavailable
from toolchain.node import Broker, PrivateNode, installed_server
from toolchain.series import IMAGES_VARIABLE

RUNNING_VARIABLE = "RABBITMQ_TEST_BROKERS"
"""Brokers that run already, as in `4.3=localhost`: by the label of an image, the host on which its
standard ports are published. They are used in place of containers that all tests share."""

NEWEST_VARIABLE = "RABBITMQ_TEST_NEWEST"
"""Set, only the first of the brokers is used: `make test` runs on one."""

OFFICIAL_IMAGE = "4=rabbitmq:4-management"
LOCAL_NODE = "node"

Start = Callable[[Path], AbstractContextManager[Broker]]
"""Starts a broker that may keep things in the folder."""


def images() -> dict[str, str]:
    """Images by label, the newest RabbitMQ first."""
    entries = os.environ.get(IMAGES_VARIABLE, OFFICIAL_IMAGE)
    return {label: image for label, _, image in (e.partition("=") for e in entries.split())}


def sources() -> dict[str, Start]:
    """Where brokers can come from, by label, the newest RabbitMQ first."""
    entries = os.environ.get(RUNNING_VARIABLE, "").split()
    running = {label: host for label, _, host in (entry.partition("=") for entry in entries)}
    found = _fresh()
    found |= {label: partial(_running, running[label]) for label in found if label in running}
    if os.environ.get(NEWEST_VARIABLE):
        return dict(list(found.items())[:1])
    return found


class Brokers:
    """Brokers by the labels of `sources()`. May be used by several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources = sources()
        self._starting = Lock()
        self._running: dict[str, Broker] = {}
        self._refused: dict[str, str] = {}
        self._ending = ExitStack()

    def get(self, label: str) -> Broker:
        """Raises `Unavailable`; a source that failed once is not tried again."""
        # One at a time: side by side they would take longer, and start no sooner.
        with self._starting:
            if label in self._refused:
                raise Unavailable(self._refused[label])
            if label not in self._running:
                try:
                    self._running[label] = self._ending.enter_context(
                        self._sources[label](self._folder / label)
                    )
                except Unavailable as reason:
                    self._refused[label] = str(reason)
                    raise
            return self._running[label]

    def newest(self) -> Broker:
        """Raises `Unavailable` with every reason where there is none at all."""
        for label in self._sources:
            try:
                return self.get(label)
            except Unavailable:
                continue
        raise Unavailable("; ".join(f"{label}: {why}" for label, why in self._refused.items()))

    def account(self) -> list[str]:
        """A line for each broker that was started, or asked for in vain."""
        return [
            *(f"{x}: RabbitMQ {b.version}, {b.origin}" for x, b in self._running.items()),
            *(f"{label}: not available, {reason}" for label, reason in self._refused.items()),
        ]

    def end(self) -> None:
        """Ends all that were started."""
        self._ending.close()


@contextmanager
def own(label: str, folder: Path) -> Iterator[Broker]:
    """A broker for tests after which no other test could use it. Raises `Unavailable`."""
    with _fresh()[label](folder) as broker:
        yield broker


def _fresh() -> dict[str, Start]:
    """What can be started, by label."""
    found: dict[str, Start] = {label: partial(_container, i) for label, i in images().items()}
    return {**found, LOCAL_NODE: _local_node}


def _container(image: str, _folder: Path) -> AbstractContextManager[Broker]:
    return container(image)


@contextmanager
def _running(host: str, _folder: Path) -> Iterator[Broker]:
    yield running_broker(host)


@contextmanager
def _local_node(folder: Path) -> Iterator[Broker]:
    if installed_server() is None:
        raise Unavailable("no rabbitmq-server is installed")
    folder.mkdir(parents=True)
    node = PrivateNode(folder)
    try:
        yield node.start()
    finally:
        node.kill()  # Its data is not needed, and shutting down in good order takes seconds.
