"""A connection by AMQP 1.0, as far as its opening: RabbitMQ takes it without a plugin since 4.0."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from toolchain.node import Broker

_SASL, _AMQP = b"AMQP\x03\x01\x00\x00", b"AMQP\x00\x01\x00\x00"
_SASL_INIT, _SASL_OUTCOME, _OPEN = 0x41, 0x44, 0x10
_SYMBOL, _BINARY, _STRING = 0xA3, 0xA0, 0xA1
_SECONDS = 60.0


@contextmanager
def connected(broker: Broker, vhost: str) -> Iterator[None]:
    """A client that is connected to a vhost. Raises `ConnectionError` where RabbitMQ refuses."""
    address = urlsplit(broker.amqp)
    with socket.create_connection((address.hostname, address.port), _SECONDS) as link:
        link.sendall(_SASL)
        _expect(_received(link, len(_SASL)) == _SASL)
        _frame(link)  # The mechanisms.
        login = f"\0{broker.username}\0{broker.password}".encode()
        link.sendall(_performative(1, _SASL_INIT, (_SYMBOL, b"PLAIN"), (_BINARY, login)))
        _expect(_frame(link)[2] == _SASL_OUTCOME)
        link.sendall(_AMQP)
        _expect(_received(link, len(_AMQP)) == _AMQP)
        host = f"vhost:{vhost}".encode()
        link.sendall(_performative(0, _OPEN, (_STRING, b"client"), (_STRING, host)))
        _expect(_frame(link)[2] == _OPEN)
        yield


def _performative(kind: int, code: int, *fields: tuple[int, bytes]) -> bytes:
    values = b"".join(bytes([form, len(value)]) + value for form, value in fields)
    body = bytes([0, 0x53, code, 0xC0, len(values) + 1, len(fields)]) + values
    return (len(body) + 8).to_bytes(4) + bytes([2, kind, 0, 0]) + body


def _frame(link: socket.socket) -> bytes:
    size = int.from_bytes(_received(link, 4))
    return _received(link, size - 4)[4:]


def _received(link: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = link.recv(size - len(found))
        _expect(bool(more))
        found += more
    return found


def _expect(fulfilled: bool) -> None:  # noqa: FBT001
    if not fulfilled:
        raise ConnectionError
