"""The brokers that the other tests rely on."""

from __future__ import annotations

import os

import httpx
import pika
import pytest

from tests.conftest import on_ci
from tests.support.brokers import NEWEST_VARIABLE, sources
from tests.support.sharing import Source
from tests.support.unavailable import Unavailable
from toolchain.node import Broker
from topology.version import Version

SUPPORTED = {Version(3, 10), Version(4, 0), Version(4, 3)}
"""The oldest and the newest series, and the first of the major version between them."""


def test_a_broker_answers_to_clients_and_to_the_provider(each_broker: Broker) -> None:
    credentials = (each_broker.username, each_broker.password)
    with httpx.Client(base_url=f"{each_broker.management}/api", auth=credentials) as api:
        for plugin in ("federation-links", "shovels"):
            assert api.get(plugin).is_success
        types = {entry["name"] for entry in api.get("overview").json()["exchange_types"]}
    assert "x-consistent-hash" in types
    with pika.BlockingConnection(pika.URLParameters(f"{each_broker.amqp}/%2F")) as connection:
        assert connection.is_open


@pytest.mark.skipif(
    not on_ci() or bool(os.environ.get(NEWEST_VARIABLE)),
    reason="one series is chosen, or this is a developer's machine, which need not have all",
)
def test_every_supported_series_is_tested(brokers: Source) -> None:
    tested: set[Version] = set()
    for label in sources():
        try:
            tested.add(Version.parse(brokers.get(label).version))
        except Unavailable:
            continue
    assert tested >= SUPPORTED
