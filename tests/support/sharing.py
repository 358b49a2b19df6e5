"""One set of brokers for all workers of pytest-xdist: the process that started the workers starts
the brokers, and ends them when all workers have ended."""

from __future__ import annotations

import secrets
from multiprocessing.managers import BaseManager
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

from tests.support.brokers import Brokers
from toolchain.node import Broker

Place = tuple[str, int, str]
"""Host, port and key of the server: plain values, which a worker can be sent."""


class Source(Protocol):
    """What tests get brokers from."""

    def get(self, label: str) -> Broker: ...
    def newest(self) -> Broker: ...


class _Manager(BaseManager):
    """Calls methods of one `Brokers` from other processes."""


class Server:
    """The brokers, for workers to ask for."""

    def __init__(self, folder: Path) -> None:
        self.brokers = Brokers(folder)
        key = secrets.token_hex(16)

        class Serving(BaseManager):
            pass

        Serving.register("brokers", lambda: self.brokers, exposed=("get", "newest"))
        server = Serving(("127.0.0.1", 0), key.encode()).get_server()
        address: Any = server.address  # A pair, for an internet address.
        self.place: Place = (str(address[0]), int(address[1]), key)
        # It ends with the process; an answer that is under way then has no worker left to read it.
        Thread(target=server.serve_forever, daemon=True, name="brokers").start()

    def end(self) -> None:
        """Ends the brokers."""
        self.brokers.end()


_Manager.register("brokers")


def shared(place: Place) -> Source:
    """The brokers at a server, for a worker."""
    host, port, key = place
    manager: Any = _Manager((host, port), key.encode())
    manager.connect()
    found: Source = manager.brokers()
    return found
