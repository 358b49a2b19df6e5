"""The private node: a real RabbitMQ that starts, crashes, comes back, and touches nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pika
import psutil
import pytest

from toolchain import node as node_module
from toolchain.folders import PROJECT
from toolchain.node import Broker, NodeError, PrivateNode, installed_server
from toolchain.node_folder import NodeFolder, Run

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(installed_server() is None, reason="no rabbitmq-server is installed"),
]

# What breaks when a password is quoted by hand somewhere on its way.
PASSWORD = "a#b'c\"d e\\f=ü"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateNode]:
    made = PrivateNode(tmp_path_factory.mktemp("node"), username="someone", password=PASSWORD)
    yield made
    made.kill()


@pytest.fixture
def running(node: PrivateNode) -> PrivateNode:
    node.start()
    return node


def channel(broker: Broker) -> pika.BlockingConnection:
    parameters = pika.URLParameters(broker.amqp)
    parameters.credentials = pika.PlainCredentials(broker.username, broker.password)
    return pika.BlockingConnection(parameters)


def put(broker: Broker, queue: str) -> None:
    with channel(broker) as connection:
        opened = connection.channel()
        opened.queue_declare(queue, durable=True)
        opened.confirm_delivery()
        opened.basic_publish("", queue, b"kept", pika.BasicProperties(delivery_mode=2))


def count(broker: Broker, queue: str) -> int:
    with channel(broker) as connection:
        answer = connection.channel().queue_declare(queue, durable=True, passive=True)
        return int(answer.method.message_count)


def test_starts_with_its_plugins_for_its_user(running: PrivateNode) -> None:
    broker = running.broker
    assert broker.origin == "private node"
    user = (broker.username, broker.password)
    for what in ("shovels", "federation-links"):
        assert httpx.get(f"{broker.management}/api/{what}", auth=user).is_success
    overview = httpx.get(f"{broker.management}/api/overview", auth=user).json()
    assert "x-consistent-hash" in {kind["name"] for kind in overview["exchange_types"]}
    assert httpx.get(running.metrics).is_success
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        channel(Broker(**{**vars(broker), "username": "guest", "password": "guest"}))


def test_listens_on_the_loopback_address_alone(running: PrivateNode) -> None:
    run = running.folder.load()
    assert run is not None
    for process in (run.server, run.epmd):
        assert process is not None
        heard = [
            connection.laddr.ip
            for connection in psutil.Process(process.pid).net_connections()
            if connection.status == psutil.CONN_LISTEN
        ]
        assert heard
        assert set(heard) <= {"127.0.0.1", "::1"}


def test_keeps_its_secrets_to_its_user(running: PrivateNode) -> None:
    for name in ("advanced.config", "home/.erlang.cookie"):
        assert (running.folder.path / name).stat().st_mode & 0o077 == 0


def test_keeps_data_and_ports(running: PrivateNode) -> None:
    before = running.broker
    put(before, "kept")
    running.stop()
    assert not running.running
    with pytest.raises(NodeError, match="is not running"):
        _ = running.broker
    assert running.start() == before
    assert count(before, "kept") == 1

    # The queue itself is safe by now: this RabbitMQ writes a new one down with a delay.
    put(before, "kept")
    running.kill()
    assert not running.running
    assert running.start() == before
    assert count(before, "kept") == 2


def test_another_process_stops_it_and_stopping_again_is_fine(running: PrivateNode) -> None:
    script = f"""
from pathlib import Path
from toolchain.node import PrivateNode
node = PrivateNode(Path({str(running.folder.path)!r}))
assert node.running
node.stop()
"""
    subprocess.run([sys.executable, "-c", script], cwd=PROJECT, check=True)
    running.stop()
    running.kill()
    assert not running.running
    assert not leftovers(running.folder.path)


def leftovers(folder: Path) -> list[int]:
    """Processes that work in the node's folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder):
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


def test_another_password_for_old_data_is_explained(running: PrivateNode) -> None:
    other = PrivateNode(running.folder.path, username="someone", password="another")
    with pytest.raises(NodeError, match="was made with another user or password"):
        other.start()


def test_a_taken_port_is_explained_and_leaves_nothing(running: PrivateNode, tmp_path: Path) -> None:
    run = running.folder.load()
    assert run is not None
    other = PrivateNode(tmp_path / "other", amqp_port=run.amqp_port)
    with pytest.raises(NodeError, match=f"Port {run.amqp_port}.* is used by another program"):
        other.start()
    assert not leftovers(tmp_path)


def test_a_server_that_ends_at_once_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "sbin" / "rabbitmq-server"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\necho no disk left >&2; exit 1\n")
    script.chmod(0o755)
    monkeypatch.setenv("RABBITMQ_HOME", str(tmp_path))
    with pytest.raises(NodeError, match="ended while starting") as failure:
        PrivateNode(tmp_path / "node").start()
    assert "no disk left" in str(failure.value)
    assert not leftovers(tmp_path)


def test_without_rabbitmq_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_module, "DEBIAN_HOMES", tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NodeError, match="apt-get install rabbitmq-server"):
        PrivateNode(tmp_path).start()


def test_nothing_of_the_callers_rabbitmq_reaches_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RABBITMQ_NODENAME", "rabbit@elsewhere")
    monkeypatch.setenv("ERL_LIBS", "/elsewhere")
    folder = NodeFolder(tmp_path)
    run = Run.new(None, None)
    environment = folder.environment(run)
    assert environment["RABBITMQ_NODENAME"] == "topology@localhost"
    assert "ERL_LIBS" not in environment
    assert environment["PATH"] == os.environ["PATH"]


def test_the_newest_of_several_installations_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("3.9.13", "3.10.8", "3.10.2"):
        script = tmp_path / f"rabbitmq_server-{version}" / "sbin" / "rabbitmq-server"
        script.parent.mkdir(parents=True)
        script.touch()
    monkeypatch.setattr(node_module, "DEBIAN_HOMES", tmp_path)
    monkeypatch.delenv("RABBITMQ_HOME", raising=False)
    assert "3.10.8" in str(installed_server())
    monkeypatch.setenv("RABBITMQ_HOME", str(tmp_path / "rabbitmq_server-3.9.13"))
    assert "3.9.13" in str(installed_server())
