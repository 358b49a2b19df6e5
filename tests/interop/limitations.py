"""What a client itself gets wrong about legal names, found by trying.

The URLs follow RabbitMQ's URI specification and the other clients read them right, so their form
stays. Each entry is a strict expectation: a release that mends it turns the test red, and the entry
goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from _pytest.mark import ParameterSet
from aio_pika.exceptions import AMQPError

from tests.interop.delivery import ClientError


@dataclass(frozen=True)
class Limitation:
    """Why a client fails, and with what."""

    reason: str
    error: type[Exception]


_AIO_PIKA_VHOST = Limitation(
    "aiormq 7.2.4 decodes %2F once more after yarl has decoded the path, so a vhost whose name "
    "holds the three characters %2F is taken for another one with a slash",
    AMQPError,
)
_AIO_PIKA_NAME = Limitation(
    "pamqp 4.0.1 refuses names of exchanges and queues with anything but ASCII letters, digits, "
    "space and -_.:@#,/+ where AMQP allows any UTF-8",
    ValueError,
)
_AMQPLIB_ACCOUNT = Limitation(
    "amqplib 2.3.1 decodes username and password with unescape(), which reads Latin-1 where the "
    "URL holds UTF-8, so letters outside ASCII do not arrive",
    ClientError,
)

_JAVA_VHOST = Limitation(
    "amqp-client 5.22 (ConnectionFactory.setUri) decodes the vhost once more after java.net.URI; "
    "`check` warns: java-client-url",
    ClientError,
)
_JAVA_ACCOUNT = Limitation(
    "amqp-client 5.22 (ConnectionFactory.setUri) decodes username and password as US-ASCII where "
    "the URL holds UTF-8; `check` warns: java-client-url",
    ClientError,
)

_LIMITATIONS = {
    ("aio-pika", "vhost", "escape"): _AIO_PIKA_VHOST,
    ("aio-pika", "name", "non-ascii"): _AIO_PIKA_NAME,
    ("aio-pika", "name", "percent"): _AIO_PIKA_NAME,
    ("aio-pika", "name", "escape"): _AIO_PIKA_NAME,
    ("aio-pika", "name", "reserved"): _AIO_PIKA_NAME,
    ("amqplib", "account", "non-ascii"): _AMQPLIB_ACCOUNT,
    ("amqp-client", "vhost", "percent"): _JAVA_VHOST,
    ("amqp-client", "vhost", "escape"): _JAVA_VHOST,
    ("amqp-client", "account", "non-ascii"): _JAVA_ACCOUNT,
}


def case(client: str, output: str, kind: str, label: str) -> ParameterSet:
    """A test's parameters (client, output, label), expected to fail where it is known to."""
    marks: list[pytest.MarkDecorator] = []
    if client == "pika" and kind != "name" and output == "queue_url":
        marks.append(pytest.mark.smoke)
    if known := _LIMITATIONS.get((client, kind, label)):
        marks.append(pytest.mark.xfail(strict=True, reason=known.reason, raises=known.error))
    return pytest.param(client, output, label, marks=marks, id=f"{client}-{output}-{label}")
