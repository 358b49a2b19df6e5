"""A cluster of containers in a network of its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from uuid import uuid4

from testcontainers.community.rabbitmq import RabbitMqContainer
from testcontainers.core.network import Network

from tests.features.eventually import eventually
from tests.support.api import Api
from tests.support.container import broker_of, prepared
from toolchain.node import Broker

NODES = ("one", "two", "three")
_SECONDS = 240.0


class Cluster:
    """Nodes by name, and how clients reach each of them."""

    def __init__(self, image: str, nodes: dict[str, RabbitMqContainer]) -> None:
        self._nodes = nodes
        self.brokers: dict[str, Broker] = {
            name: broker_of(node, image) for name, node in nodes.items()
        }

    def kill(self, name: str) -> None:
        self._nodes[name].get_wrapped_container().kill()

    def start(self, name: str) -> None:
        self._nodes[name].get_wrapped_container().start()

    def stop_app(self, name: str) -> None:
        """RabbitMQ on this node answers no more; other than after `kill`, its ports stay the
        same."""
        self._ctl(name, "stop_app")

    def start_app(self, name: str) -> None:
        self._ctl(name, "start_app")
        self.wait()

    def _ctl(self, name: str, command: str) -> None:
        done = self._nodes[name].get_wrapped_container().exec_run(["rabbitmqctl", command])
        assert done.exit_code == 0, done.output

    def wait(self) -> None:
        """Until all nodes are up and know each other."""
        with Api(self.brokers[NODES[0]]) as api:
            eventually(lambda: _running(api), len(NODES), _SECONDS)


def _running(api: Api) -> int:
    return sum(bool(node.get("running")) for node in api.get("nodes"))


@contextmanager
def cluster(image: str) -> Iterator[Cluster]:
    """Raises `Unavailable` where there are no containers."""
    lines = [f"cluster_formation.classic_config.nodes.{name} = rabbit@{name}" for name in NODES]
    formation = "\n".join(
        [
            "cluster_formation.peer_discovery_backend = classic_config",
            *lines,
            "",
        ]
    )
    files = {"/etc/rabbitmq/conf.d/91-cluster.conf": formation.encode()}
    cookie = uuid4().hex
    with ExitStack() as ending:
        nodes = {name: prepared(image, files) for name in NODES}
        network = ending.enter_context(Network())
        for name, node in nodes.items():
            node.with_network(network).with_network_aliases(name).with_kwargs(hostname=name)
            node.with_env("RABBITMQ_NODENAME", f"rabbit@{name}")
            node.with_env("RABBITMQ_ERLANG_COOKIE", cookie)
            ending.callback(node.stop)
        with ThreadPoolExecutor() as pool:  # They wait for each other.
            list(pool.map(RabbitMqContainer.start, nodes.values()))
        found = Cluster(image, nodes)
        found.wait()
        yield found
