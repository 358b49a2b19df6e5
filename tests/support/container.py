"""RabbitMQ in a container, by testcontainers."""

from __future__ import annotations

import gc
import logging
import os
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from socket import AddressFamily
from typing import Any, cast

import docker
import httpx
from docker.errors import APIError, DockerException, ImageNotFound
from psutil import net_if_addrs
from testcontainers.community.rabbitmq import RabbitMqContainer
from testcontainers.core.config import ConnectionMode, testcontainers_config
from testcontainers.core.docker_client import DockerClient

from tests.support.unavailable import Unavailable
from toolchain.node import Broker
from toolchain.node_folder import LOOPBACK
from toolchain.plugins import PLUGINS

AMQP_PORT = 5672
MANAGEMENT_PORT = 15672
METRICS_PORT = 15692
METRICS_PLUGINS = ("rabbitmq_shovel_prometheus", "rabbitmq_federation_prometheus")
"""Which RabbitMQ has from 4.0 on; an older one does without what it does not know."""
USER = "guest"
_STARTING_SECONDS = 240.0
_BRIDGE_NAME = "com.docker.network.bridge.name"

_FILES = {
    "/etc/rabbitmq/enabled_plugins": f"[{','.join((*PLUGINS, *METRICS_PLUGINS))}].\n".encode(),
    # Connections come from outside the container.
    "/etc/rabbitmq/conf.d/90-tests.conf": b"loopback_users.guest = false\n",
}


@contextmanager
def container(image: str) -> Iterator[Broker]:
    """Raises `Unavailable` where no Docker engine answers, or the image is not to be had."""
    with started(image) as rabbitmq:
        yield broker_of(rabbitmq, image)


@contextmanager
def started(
    image: str, files: Mapping[str, bytes] | None = None, ports: Iterable[int] = ()
) -> Iterator[RabbitMqContainer]:
    """A container with these files and ports beside the usual ones. Raises `Unavailable`."""
    rabbitmq = prepared(image, files, ports)
    with ExitStack() as ending:
        with _patiently():
            ending.enter_context(rabbitmq)
        yield rabbitmq


def prepared(
    image: str, files: Mapping[str, bytes] | None = None, ports: Iterable[int] = ()
) -> RabbitMqContainer:
    """The same, not yet started."""
    _fetch(image)
    rabbitmq = RabbitMqContainer(image, port=AMQP_PORT, username=USER, password=USER)
    rabbitmq.with_exposed_ports(MANAGEMENT_PORT, METRICS_PORT, *ports)
    for path, content in (_FILES | dict(files or {})).items():
        rabbitmq.with_copy_into_container(content, path)
    _hide_ports(rabbitmq)
    return rabbitmq


def broker_of(rabbitmq: RabbitMqContainer, image: str) -> Broker:
    """The broker that runs in a container."""
    host = rabbitmq.get_container_host_ip()
    management = f"http://{host}:{rabbitmq.get_exposed_port(MANAGEMENT_PORT)}"
    return Broker(
        management=management,
        amqp=f"amqp://{host}:{rabbitmq.get_exposed_port(AMQP_PORT)}",
        username=USER,
        password=USER,
        version=_version(management),
        origin=f"container of {image}",
        metrics=f"http://{host}:{rabbitmq.get_exposed_port(METRICS_PORT)}/metrics",
    )


def running_broker(host: str) -> Broker:
    """One that was started by others, with its standard ports on this host."""
    management = f"http://{host}:{MANAGEMENT_PORT}"
    return Broker(
        management=management,
        amqp=f"amqp://{host}:{AMQP_PORT}",
        username=USER,
        password=USER,
        version=_version(management),
        origin=f"running at {host}",
        metrics=f"http://{host}:{METRICS_PORT}/metrics",
    )


def _version(management: str) -> str:
    """Waits while RabbitMQ speaks AMQP already, and its management API still fails."""
    deadline = time.monotonic() + _STARTING_SECONDS
    while True:
        answer = httpx.get(f"{management}/api/overview", auth=(USER, USER), timeout=120)
        if not answer.is_server_error or time.monotonic() > deadline:
            return str(answer.raise_for_status().json()["rabbitmq_version"])
        time.sleep(0.2)


def gateway() -> str:
    """The address by which containers reach this machine. Raises `Unavailable`."""
    with closing(_engine()) as client:
        bridge = client.networks.get("bridge").attrs
    # The engine names the gateway only where its network was configured by hand.
    here = net_if_addrs().get(bridge["Options"].get(_BRIDGE_NAME), ())
    address = next((found.address for found in here if found.family is AddressFamily.AF_INET), None)
    if address is None:
        raise Unavailable("the Docker engine is on another machine")
    return address


def _fetch(image: str) -> None:
    with closing(_engine()) as client:
        if _has(client, image):
            _do_without_reaper_if_missing(client)
            return
        try:
            client.images.pull(image)
        except APIError as error:
            reason = error.explanation or "refused"
            message = f"the image {image} is not here and cannot be pulled ({reason})"
            raise Unavailable(message) from None


def _engine() -> docker.DockerClient:
    with warnings.catch_warnings():
        # Where nothing answers, docker's client leaves things open for the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            return DockerClient().client
        except DockerException:
            pass
        gc.collect()
    raise Unavailable("no Docker engine can be reached")


def _do_without_reaper_if_missing(client: docker.DockerClient) -> None:
    """testcontainers watches over its containers from one more, whose image it would pull.

    Where the broker's image was made here there may be nothing to pull from, and the fixtures end
    their containers themselves.
    """
    if "TESTCONTAINERS_RYUK_DISABLED" not in os.environ:
        testcontainers_config.ryuk_disabled = not _has(client, testcontainers_config.ryuk_image)


def _has(client: docker.DockerClient, image: str) -> bool:
    try:
        client.images.get(image)
    except ImageNotFound:
        return False
    return True


def _hide_ports(rabbitmq: RabbitMqContainer) -> None:
    """Publishes ports on the loopback address alone, if the Docker engine is on this machine."""
    client = rabbitmq.get_docker_client()
    bridge = client.client.networks.get("bridge").attrs["Options"].get(_BRIDGE_NAME)
    if client.get_connection_mode() is ConnectionMode.gateway_ip and bridge in net_if_addrs():
        # A container with an engine of its own inside is taken for one beside its brokers.
        testcontainers_config.connection_mode_override = ConnectionMode.docker_host
    if client.get_connection_mode() is ConnectionMode.docker_host and client.host() == "localhost":
        # Docker's form for any free port of one address; testcontainers hands it on as it is.
        rabbitmq.ports.update(cast("dict[str, Any]", dict.fromkeys(rabbitmq.ports, (LOOPBACK,))))


@contextmanager
def _patiently() -> Iterator[None]:
    """testcontainers tries to connect until it can, and pika logs each failure as an error."""
    logger = logging.getLogger("pika")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
