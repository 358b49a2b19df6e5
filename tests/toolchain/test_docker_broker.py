"""The dev broker as a container, where a Docker engine and an image of RabbitMQ are to be had."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.support.api import Api
from tests.support.brokers import OFFICIAL_IMAGE
from tests.toolchain.clone import Clone
from toolchain.docker_broker import reachable
from toolchain.node import Broker, installed_server
from toolchain.series import IMAGES_VARIABLE

IMAGE = (os.environ.get(IMAGES_VARIABLE) or OFFICIAL_IMAGE).split()[0].partition("=")[2]

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(reachable() is not None, reason="no Docker engine can be reached"),
]


def docker(*arguments: str) -> str:
    return subprocess.run(
        ["docker", *arguments],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@pytest.fixture
def image() -> str:
    if not docker("images", "--quiet", IMAGE):
        pytest.skip(f"the image {IMAGE} is not here")
    return IMAGE


def the_broker(clone: Clone) -> Broker:
    amqp = f"amqp://localhost:{clone.amqp_port}"
    return Broker(clone.endpoint, amqp, "guest", "guest", "", "container")


@pytest.fixture
def neighbour(image: str) -> Iterator[str]:
    """Somebody else's container."""
    made = docker("create", image)
    yield made
    docker("rm", "--volumes", made)


def test_lives_in_a_container_of_its_own(clone: Clone, image: str, neighbour: str) -> None:
    up = clone.tool("broker", "up", RABBITMQ_IMAGE=image)
    assert up.returncode == 0, up.stderr
    assert f"({image}), RabbitMQ" in up.stderr
    with Api(the_broker(clone)) as api:
        api.put("vhosts", "kept")
        assert api.get("shovels") == []

    used = clone.tool("broker", "up", RABBITMQ_IMAGE=image)
    assert "Docker container rabbitmq-topology-dev-" in used.stderr
    assert clone.tool("broker", "down").returncode == 0
    assert clone.tool("broker", "status").returncode == 1
    assert clone.tool("broker", "up", RABBITMQ_IMAGE=image).returncode == 0
    with Api(the_broker(clone)) as api:
        assert "kept" in api.vhosts()
    assert clone.tool("broker", "status").returncode == 0

    assert clone.tool("clean").returncode == 0
    mine = docker("ps", "--all", "--quiet", f"--filter=publish={clone.management_port}")
    assert not mine
    assert docker("ps", "--all", "--quiet", f"--filter=id={neighbour}")


@pytest.mark.skipif(installed_server() is None, reason="no rabbitmq-server is installed")
def test_an_image_that_cannot_be_had_is_no_end(clone: Clone) -> None:
    up = clone.tool("broker", "up", RABBITMQ_IMAGE="localhost:9/no/such-image:1")
    assert up.returncode == 0, up.stderr
    assert "Docker: " in up.stderr
    assert "Broker: private node" in up.stderr
