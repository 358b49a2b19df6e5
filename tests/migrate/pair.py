"""Two brokers: one that queues are brought over from, and one that they are brought over to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from tests.migrate.scene import Scene, scene
from tests.safety.crash.proxy import Proxy
from tests.support.container import gateway
from toolchain.node import Broker
from toolchain.node_folder import LOOPBACK
from topology.migrate.source import Source

STACK = "old"


@dataclass
class Pair:
    """A vhost on each, and the way by which the new broker reaches the old one."""

    old: Scene
    new: Scene
    way: Proxy

    def elsewhere(self, uri: str) -> None:
        """Has the new broker look for the old one at another address."""
        assert self.new.source
        self.new.source = replace(self.new.source, uri=uri)

    def users(self) -> set[str]:
        """Those that migrations have made on the old broker."""
        return {user for user in self.old.api.users() if user.startswith("migrate.")}


@contextmanager
def pair(old: Broker, new: Broker) -> Iterator[Pair]:
    """Raises `Unavailable` where the new broker cannot reach the old one."""
    with ExitStack() as ending:
        before, after = ending.enter_context(scene(old)), ending.enter_context(scene(new))
        way = ending.enter_context(way_to(old, new))
        after.source = Source(STACK, before.connection, before.vhost, way.url)
        yield Pair(before, after, way)


def way_to(old: Broker, new: Broker) -> Proxy:
    """How one broker reaches another: from a container, this machine has another address."""
    return Proxy(old.amqp, gateway() if new.origin.startswith("container") else LOOPBACK)
