"""The RabbitMQ of the dev stack: used when it is there, started when not, ended when ours.

What was started is recorded inside the project. Stopping and cleaning look at that record
alone, so a broker that somebody else started is never touched.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from . import debian, docker_broker
from .console import say
from .debian import InstallError
from .dev_stack import DevStack
from .docker_broker import DockerError
from .folders import project_folder
from .node import Broker, NodeError, PrivateNode, installed_server
from .probe import probe

DOCKER = "Docker"
NODE = "private node"
ANOTHER = "a RabbitMQ that was running already"


class BrokerError(Exception):
    """No broker could be had; the message names every way and what stood against it."""


def up() -> Broker:
    """The broker that the dev stack's config points at, started if nothing answers there."""
    stack = DevStack.read()
    broker = probe(stack, _origin())
    if broker is None:
        broker = _start(stack)
    say(f"Broker: {broker.origin}, RabbitMQ {broker.version} at {broker.management}")
    return broker


def down() -> None:
    """Stop what `up` started, keeping its data."""
    way = _started()
    if way == DOCKER:
        docker_broker.stop()
    elif way == NODE:
        PrivateNode(_node_folder()).stop()
    say("The dev broker is stopped; its data is kept." if way else "No broker of ours to stop.")


def ours() -> bool:
    """Whether the dev broker is one that `up` started."""
    return _started() is not None


def clean() -> None:
    """Remove what `up` started, with its data."""
    way = _started()
    if way == DOCKER:
        docker_broker.remove()
    elif way == NODE:
        PrivateNode(_node_folder()).kill()
    shutil.rmtree(_node_folder(), ignore_errors=True)
    _record_file().unlink(missing_ok=True)


def status() -> bool:
    """Say what answers at the dev stack's endpoint; whether anything does."""
    stack = DevStack.read()
    broker = probe(stack, _origin())
    if broker is None:
        say(f"Nothing answers at {stack.endpoint}; `make up` starts a broker there.")
        return False
    say(f"RabbitMQ {broker.version} at {broker.management} and {broker.amqp}: {broker.origin}")
    return True


def _start(stack: DevStack) -> Broker:
    if not stack.startable:
        raise BrokerError(
            f"Nothing answers at {stack.endpoint}, and a broker can be started for the dev stack "
            "only at http://localhost:PORT with amqp://localhost:PORT."
        )
    ways: dict[str, Callable[[DevStack], Broker]] = {DOCKER: _with_docker, NODE: _with_node}
    # The one that holds the data of an earlier `up` comes first.
    before = _started()
    closed: list[str] = []
    for name, way in sorted(ways.items(), key=lambda item: item[0] != before):
        try:
            return way(stack)
        except (DockerError, InstallError, NodeError) as reason:
            closed.append(f"  {name}: {reason}")
            say(closed[-1])
    raise BrokerError(
        f"No RabbitMQ answers at {stack.endpoint}, and none could be started:\n"
        + "\n".join(closed)
        + "\nInstall Docker (https://docs.docker.com/engine/install/) or RabbitMQ (Debian and "
        "Ubuntu: apt-get install rabbitmq-server; macOS: brew install rabbitmq) and run it again."
    )


def _with_docker(stack: DevStack) -> Broker:
    if reason := docker_broker.reachable():
        raise DockerError(reason)
    _record(DOCKER)
    return docker_broker.start(stack)


def _with_node(stack: DevStack) -> Broker:
    if installed_server() is None:
        debian.install_rabbitmq()
    say("  Starting a private RabbitMQ node")
    _record(NODE)
    PrivateNode(
        _node_folder(),
        management_port=stack.management[1],
        amqp_port=stack.amqp[1],
        username=stack.username,
        password=stack.password,
    ).start()
    broker = probe(stack, "private node")
    if broker is None:
        raise NodeError(f"The private node runs, but not at {stack.endpoint}.")
    return broker


def _origin() -> str:
    """How a broker that answers came to be, as far as the record knows."""
    way = _started()
    if way == DOCKER and docker_broker.reachable() is None and docker_broker.running():
        return f"Docker container {docker_broker.container_name()}"
    if way == NODE and PrivateNode(_node_folder()).running:
        return "private node"
    return ANOTHER


def _node_folder() -> Path:
    return project_folder() / "broker"


def _record_file() -> Path:
    return project_folder() / "broker.json"


def _record(way: str) -> None:
    project_folder().mkdir(parents=True, exist_ok=True)
    _record_file().write_text(json.dumps({"started": way}) + "\n", encoding="utf-8")


def _started() -> str | None:
    try:
        started = json.loads(_record_file().read_text(encoding="utf-8"))["started"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return started if started in {DOCKER, NODE} else None
