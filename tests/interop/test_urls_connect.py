"""Every URL that a stack exports connects, whatever its vhost, names, user and password hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from _pytest.mark import ParameterSet

from tests.interop.awkward import ACCOUNTS, NAMES, VHOSTS
from tests.interop.delivery import Client, Delivery, Receipt
from tests.interop.landscape import Landscape, Place
from tests.interop.limitations import case
from toolchain.node import Broker

CLIENTS = ("pika", "aio-pika", "kombu", "amqplib", "amqp091-go", "amqp-client")
OUTPUTS = ("amqp_url", "exchange_url", "queue_url")

ClientNamed = Callable[[str], Client]


def _cases(kind: str, labels: Iterable[str]) -> list[ParameterSet]:
    """Outputs differ in their fragment alone: one of them with each label, and all of them with the
    label that has most to encode."""
    every, one = list(labels), OUTPUTS[-1]
    return [
        case(client, output, kind, label)
        for client in CLIENTS
        for label in every
        for output in (OUTPUTS if label == every[-1] else (one,))
    ]


@pytest.mark.parametrize(
    ("client", "output", "vhost"),
    _cases("vhost", VHOSTS),
)
def test_connects_as_it_stands(
    client: str,
    output: str,
    vhost: str,
    client_named: ClientNamed,
    landscape: Landscape,
    broker: Broker,
) -> None:
    if (broker.username, broker.password) != ("guest", "guest"):
        pytest.skip("a URL without credentials means guest, and this broker has another user")
    place = landscape.in_vhost(vhost)
    _arrives(client_named(client), place, place.delivery(output))


@pytest.mark.parametrize(
    ("client", "output", "account"),
    _cases("account", ACCOUNTS),
)
def test_connects_with_credentials(
    client: str, output: str, account: str, client_named: ClientNamed, landscape: Landscape
) -> None:
    place = landscape.in_vhost("slash")
    _arrives(client_named(client), place, place.delivery(output, landscape.account(account)))


@pytest.mark.parametrize(
    ("client", "output", "name"),
    [case(c, "queue_url", "name", n) for c in CLIENTS for n in NAMES],
)
def test_finds_exchange_and_queue_by_the_names_in_the_urls(
    client: str, output: str, name: str, client_named: ClientNamed, landscape: Landscape
) -> None:
    place = landscape.named(name)
    _arrives(client_named(client), place, place.delivery(output, landscape.account("at")))


@pytest.mark.parametrize("client", CLIENTS)
def test_a_wrong_password_is_refused(
    client: str, client_named: ClientNamed, landscape: Landscape
) -> None:
    """Else the tests above would prove nothing about passwords."""
    user, _ = landscape.account("at")
    delivery = landscape.in_vhost("slash").delivery("amqp_url", (user, "wrong"))
    with pytest.raises(Exception, match=r"(?i)refused|403"):
        client_named(client)(delivery)


@pytest.mark.parametrize("client", CLIENTS)
def test_another_vhost_does_not_have_the_queue(
    client: str, client_named: ClientNamed, landscape: Landscape
) -> None:
    """Else the tests above would prove nothing about vhosts."""
    account = landscape.account("at")
    delivery = landscape.in_vhost("slash").delivery("amqp_url", account)
    elsewhere = landscape.in_vhost("plain").delivery("amqp_url", account)
    with pytest.raises(Exception, match=r"(?i)404|not.found"):
        client_named(client)(replace(delivery, url=elsewhere.url))


def _arrives(deliver: Client, place: Place, delivery: Delivery) -> None:
    assert deliver(delivery) == Receipt(place.exchange, place.queue, delivery.body)
