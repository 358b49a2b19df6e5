"""Brokers that are reached over TLS alone, by everything that talks to a broker."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import aio_pika
import pika
import pytest

from tests.conftest import on_ci
from tests.features.eventually import eventually
from tests.live.conftest import MakeStack
from tests.live.test_mistakes import assert_one_error
from tests.support.api import Api
from tests.support.brokers import LOCAL_NODE, images
from tests.support.stack import Stack
from tests.support.tls import TlsBroker, forget_certificates, tls_container, tls_node
from tests.support.unavailable import Unavailable
from toolchain.node import PrivateNode
from toolchain.node_folder import LOOPBACK
from topology.broker import BrokerError
from topology.broker.connection import Connection
from topology.broker.probe import probe
from topology.broker.queue_depth import QueueDepths
from topology.broker.tls import Tls
from topology.guard import GuardedBroker
from topology.guard.occupancy import Occupancy

SERVICES: dict[str, Any] = {
    "exchanges": {"events": {"type": "topic"}},
    "queues": {"work": {}},
    "bindings": [{"source": "events", "destination": "work", "routing_key": "#"}],
    "services": {"worker": {"publishes": ["events"], "consumes": ["work"]}},
}


@pytest.fixture(scope="module", params=[LOCAL_NODE, *list(images())[:1]])
def strict(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TlsBroker]:
    """A broker that lets nobody in without a certificate of its CA."""
    folder = tmp_path_factory.mktemp("strict")
    try:
        if request.param == LOCAL_NODE:
            with tls_node(folder, client=True) as (broker, _):
                yield broker
        else:
            with tls_container(images()[request.param], folder, client=True) as broker:
                yield broker
    except Unavailable as reason:
        if on_ci():
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def node(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[TlsBroker, PrivateNode]]:
    """A broker that shows a certificate and asks for none."""
    try:
        with tls_node(tmp_path_factory.mktemp("tls"), client=False) as made:
            yield made
    except Unavailable as reason:
        if on_ci():
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))


@pytest.fixture
def broker(node: tuple[TlsBroker, PrivateNode]) -> TlsBroker:
    return node[0]


def configure(stack: Stack, broker: TlsBroker, topology: dict[str, Any], **settings: str) -> None:
    """With the addresses of TLS alone, and the CA's file as the project's folder has it."""
    certificates = stack.folder / "certificates"
    if not certificates.exists():
        certificates.symlink_to(broker.authority.folder)
    stack.configure(
        {"vhost": stack.vhost, **topology},
        **{
            "endpoint": broker.management,
            "amqpEndpoint": broker.amqp,
            "cacertFile": "certificates/ca.pem",
            **settings,
        },
    )


CLIENT = {
    "clientcertFile": "certificates/client.pem",
    "clientkeyFile": "certificates/client-key.pem",
}


def test_everything_goes_over_tls(make_stack: MakeStack, strict: TlsBroker) -> None:
    stack = make_stack(strict.plain)
    configure(stack, strict, SERVICES, **CLIENT)
    stack.up()
    stack.expect_no_changes()
    context = strict.authority.context(client=True)
    with_pika(stack.outputs()["services"].value["worker"]["url"], context)
    asyncio.run(with_aio_pika(stack.outputs()["services"].value["worker"]["url"], context))

    for verb in (("drift",), ("verify",)):
        said = stack.command(*verb, "--stack", stack.name)
        assert said.code == 0, said.text

    with Api(strict.plain) as api:
        assert api.publish(stack.vhost, "events", "any")
    shown = "1 message, 0 consumers"  # once the broker has counted
    eventually(lambda: shown in stack.command("graph", stack.name, "--live").text, wanted=True)
    configure(stack, strict, {**SERVICES, "queues": {}, "bindings": [], "services": {}}, **CLIENT)
    (stack.folder / "plan.json").write_text(stack.run("preview", "--json").text)
    said = stack.command("gate", "plan.json", "--stack", stack.name)
    assert said.code == 3
    assert "queue work is not deleted: it holds 1 message" in said.text


def test_the_guards_ask_over_tls(broker: TlsBroker) -> None:
    """Whether a queue may go is asked by both ways; then it does."""
    guarded = GuardedBroker(connection(broker))
    with Api(broker.plain) as api, guarded.management:
        api.put("queues", "/", "idle", body={"durable": True})
        api.publish("/", "", "idle")
        assert guarded.ready_now("/", "idle") == Occupancy(ready=1)
        assert guarded.delete_free_queue("/", "idle") is not None
        api.take("/", "idle")
        assert guarded.delete_free_queue("/", "idle") is None
        assert guarded.ready_now("/", "idle") is None


def test_a_map_asks_over_tls(make_stack: MakeStack, broker: TlsBroker) -> None:
    stack = make_stack(broker.plain)
    configure(stack, broker, SERVICES)
    said = stack.command("graph", stack.name, "--live")
    assert said.code == 0, said.text
    assert "not on the broker" in said.text


def with_pika(url: str, context: ssl.SSLContext) -> None:
    parameters = pika.URLParameters(url)
    parameters.ssl_options = pika.SSLOptions(context, parameters.host)
    with pika.BlockingConnection(parameters) as connection, connection.channel() as channel:
        channel.confirm_delivery()
        channel.basic_publish("events", "any", b"by pika", mandatory=True)
        method, _, body = channel.basic_get("work", auto_ack=True)
        assert method is not None and body == b"by pika"


async def with_aio_pika(url: str, context: ssl.SSLContext) -> None:
    async with await aio_pika.connect(url, ssl_context=context) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("events", ensure=False)
        await exchange.publish(aio_pika.Message(b"by aio-pika"), "any")
        queue = await channel.get_queue("work", ensure=False)
        message = await queue.get(timeout=120)
        await message.ack()
        assert message.body == b"by aio-pika"


Change = Callable[[TlsBroker], dict[str, Any]]
"""What is other than it should be: `management`, `amqp`, or fields of `Tls`."""

TROUBLES: dict[str, tuple[Change, str]] = {
    "no CA": (
        lambda _: {"cacert_file": None},
        (
            "the broker's certificate is not trusted (self-signed certificate in certificate "
            "chain); give the certificate of the CA that signed it: rabbitmq:cacertFile"
        ),
    ),
    "another CA": (
        lambda broker: {"cacert_file": str(broker.authority.other().ca_file)},
        (
            "the broker's certificate is not trusted (self-signed certificate in certificate "
            "chain); give the certificate of the CA that signed it: rabbitmq:cacertFile"
        ),
    ),
    "another name": (
        lambda broker: {
            "management": broker.management.replace("localhost", LOOPBACK),
            "amqp": broker.amqp.replace("localhost", LOOPBACK),
        },
        (
            "the broker's certificate is not trusted (IP address mismatch, certificate is not "
            "valid for '127.0.0.1'); use a name that it was made for, or have it made for "
            "127.0.0.1 too"
        ),
    ),
    "TLS where there is none": (
        lambda broker: {
            "management": broker.plain.management.replace("http:", "https:"),
            "amqp": broker.plain.amqp.replace("amqp:", "amqps:"),
        },
        (
            "the port does not speak TLS; "
            "give the port of its TLS listener, or write the scheme without s"
        ),
    ),
    "no TLS where there is": (
        lambda broker: {
            "management": broker.management.replace("https:", "http:"),
            "amqp": broker.amqp.replace("amqps:", "amqp:"),
        },
        "the port speaks TLS; write https:// or amqps://, or give the port that does without",
    ),
    "no CA file": (
        lambda _: {"cacert_file": "nowhere.pem"},
        (
            "rabbitmq:cacertFile: cannot be read as PEM certificates: it is not there; "
            "give the path of a PEM file, relative to the folder of Pulumi.yaml"
        ),
    ),
    "no CA in its file": (
        lambda broker: {"cacert_file": str(broker.authority.key_file)},
        (
            "rabbitmq:cacertFile: cannot be read as PEM certificates; "
            "give the path of a PEM file, relative to the folder of Pulumi.yaml"
        ),
    ),
}


@pytest.mark.parametrize(("change", "text"), TROUBLES.values(), ids=TROUBLES)
def test_what_is_wrong_is_told_by_both_ways(broker: TlsBroker, change: Change, text: str) -> None:
    _both_fail(connection(broker, **change(broker)), text)


def test_an_expired_certificate_is_told_by_both_ways(
    node: tuple[TlsBroker, PrivateNode],
) -> None:
    broker, server = node
    asks(connection(broker))
    broker.authority.expire()
    forget_certificates(server)
    try:
        _both_fail(
            connection(broker),
            "the broker's certificate is not trusted (certificate has expired); "
            "renew it; is this machine's clock right?",
        )
    finally:
        broker.authority.renew()
        forget_certificates(server)
    asks(connection(broker))


@pytest.mark.live
def test_a_client_without_the_right_certificate_is_told_by_both_ways(strict: TlsBroker) -> None:
    hint = "it asks for a client's certificate: rabbitmq:clientcertFile, rabbitmq:clientkeyFile"
    _both_fail(
        connection(strict), f"the broker refuses this side over TLS (certificate required); {hint}"
    )
    other = strict.authority.other()
    files = {
        "clientcert_file": str(other.client_file),
        "clientkey_file": str(other.client_key_file),
    }
    _both_fail(
        connection(strict, **files), f"the broker refuses this side over TLS (unknown ca); {hint}"
    )
    own = strict.authority
    files = {"clientcert_file": str(own.client_file), "clientkey_file": str(own.client_key_file)}
    asks(connection(strict, **files))


def test_pulumi_tells_it_once(make_stack: MakeStack, broker: TlsBroker) -> None:
    stack = make_stack(broker.plain)
    other = broker.authority.other()
    configure(stack, broker, SERVICES, cacertFile=str(other.ca_file))
    assert_one_error(stack.run("preview"), "the broker's certificate is not trusted")
    configure(stack, broker, SERVICES, clientcertFile="certificates/client.pem")
    missing = "rabbitmq:clientkeyFile: is missing, and clientcertFile is there"
    assert_one_error(stack.command("drift", "--stack", stack.name), missing)


def connection(broker: TlsBroker, **other: Any) -> Connection:
    management = other.pop("management", broker.management)
    amqp = other.pop("amqp", broker.amqp)
    tls = Tls(**{"cacert_file": str(broker.authority.ca_file), **other})
    return Connection(management, amqp, broker.plain.username, broker.plain.password, tls)


def asks(connection: Connection) -> None:
    """Raises `BrokerError`."""
    with connection.management() as management:
        probe(management)
    with closing(QueueDepths(connection)) as counts:
        assert counts.of("/", "nothing") is None


def _both_fail(connection: Connection, text: str) -> None:
    with pytest.raises(BrokerError) as by_http, connection.management() as management:
        probe(management)
    with pytest.raises(BrokerError) as by_amqp:
        QueueDepths(connection).of("/", "nothing")
    for error in (by_http, by_amqp):
        (problem,) = error.value.problems
        assert text in str(problem)
        assert connection.password not in str(problem).split()
