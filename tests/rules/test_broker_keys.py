"""The tables of policy keys and queue arguments are those of the brokers themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rules.broker_keys import TYPES, Keys, of_container, of_node, recorded
from tests.rules.broker_keys.compare import known
from tests.support.brokers import LOCAL_NODE, images
from tests.support.container import started
from tests.support.unavailable import Unavailable
from toolchain.node import PrivateNode, installed_server

UNLISTED = {"x-consumer-timeout", "x-quorum-target-group-size", "x-stream-filter-size-bytes"}
"""Arguments that RabbitMQ checks and uses, and that some series leave out of the lists of their
queue types."""

DENIED = {("4.3", "x-queue-master-locator")}
"""Listed, and refused all the same: RabbitMQ calls it a deprecated feature, denied by default."""


@pytest.mark.parametrize("series", recorded())
@pytest.mark.parametrize("what", ["policy_keys", "operator_policy_keys"])
def test_policy_keys_are_those_of_the_broker(series: str, what: str) -> None:
    assert known(series)[what] == recorded()[series][what]


@pytest.mark.parametrize("series", recorded())
@pytest.mark.parametrize("kind", TYPES)
def test_arguments_are_those_of_the_broker(series: str, kind: str) -> None:
    listed = set(recorded()[series][f"{kind}_arguments"])
    denied = {argument for denying, argument in DENIED if denying == series}
    ours = set(known(series)[f"{kind}_arguments"])
    assert ours - UNLISTED == listed - denied - UNLISTED
    assert not ours & denied


@pytest.mark.parametrize("series", recorded())
@pytest.mark.parametrize("kind", TYPES)
def test_what_keeps_a_policy_from_applying_is_what_the_broker_lists(series: str, kind: str) -> None:
    keys = recorded()[series]
    # Some keys are in these lists that no policy can have, such as `max-priority`.
    possible = set(keys[f"{kind}_blocked"]) & set(keys["policy_keys"])
    assert set(known(series)[f"{kind}_blocked"]) == possible


def _of_node(folder: Path) -> tuple[str, Keys]:
    if installed_server() is None:
        pytest.skip("no rabbitmq-server is installed")
    folder.mkdir()
    node = PrivateNode(folder)
    try:
        return node.start().version, of_node(node)
    finally:
        node.kill()


def _of_image(image: str) -> Callable[[Path], tuple[str, Keys]]:
    def read(_: Path) -> tuple[str, Keys]:
        try:
            with started(image) as rabbitmq:
                code, output = rabbitmq.get_wrapped_container().exec_run(["rabbitmqctl", "version"])
                assert code == 0
                return output.decode().strip(), of_container(rabbitmq)
        except Unavailable as reason:
            pytest.skip(str(reason))

    return read


SOURCES = {label: _of_image(image) for label, image in images().items()} | {LOCAL_NODE: _of_node}


@pytest.mark.live
@pytest.mark.parametrize("label", SOURCES)
def test_the_file_is_what_the_broker_has(label: str, tmp_path: Path) -> None:
    version, keys = SOURCES[label](tmp_path / "node")
    assert recorded().get(".".join(version.split(".")[:2])) == keys
