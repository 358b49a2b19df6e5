"""What answers at the dev stack's endpoint: its RabbitMQ, nothing, or somebody else's service."""

from __future__ import annotations

import socket
from typing import Any

import httpx

from .dev_stack import OTHER_PORTS, DevStack
from .node import Broker

SECONDS = 5.0
AMQP_GREETING = b"AMQP\x00\x00\x09\x01"


class ForeignServiceError(Exception):
    """Something else holds the port; the message says what, and how to choose another."""


def probe(stack: DevStack, origin: str) -> Broker | None:
    """The stack's RabbitMQ when it answers with the stack's user, None when nothing listens."""
    overview = _overview(stack)
    listening = _speaks_amqp(stack)
    if overview is None and listening is None:
        return None
    if overview is None:
        what = "RabbitMQ" if listening else "Another service"
        hint = " (is its management plugin on?)" if listening else ""
        raise ForeignServiceError(
            f"{what} holds {stack.amqp_endpoint}, but no management API answers at "
            f"{stack.endpoint}{hint}. {OTHER_PORTS}"
        )
    if not listening:
        raise ForeignServiceError(
            f"RabbitMQ's management API answers at {stack.endpoint}, but no AMQP listener at "
            f"{stack.amqp_endpoint}. {OTHER_PORTS}"
        )
    return Broker(
        management=stack.endpoint,
        amqp=stack.amqp_endpoint,
        username=stack.username,
        password=stack.password,
        version=overview["rabbitmq_version"],
        origin=origin,
    )


def _overview(stack: DevStack) -> dict[str, Any] | None:
    foreign = ForeignServiceError(
        f"{stack.endpoint} is held by a service that is not RabbitMQ's management API. "
        f"{OTHER_PORTS}"
    )
    try:
        answer = httpx.get(
            f"{stack.endpoint}/api/overview",
            auth=(stack.username, stack.password),
            timeout=SECONDS,
        )
    except httpx.ConnectError:
        return None
    except httpx.HTTPError:
        raise foreign from None
    if answer.status_code == httpx.codes.UNAUTHORIZED and _of_rabbitmq(answer):
        raise ForeignServiceError(
            f"The RabbitMQ at {stack.endpoint} refuses the user {stack.username!r} with the "
            "configured password; set rabbitmq:username and rabbitmq:password in "
            f"Pulumi.dev.yaml, or leave that broker alone. {OTHER_PORTS}"
        )
    try:
        overview = answer.json()
    except ValueError:
        raise foreign from None
    if not isinstance(overview, dict) or "rabbitmq_version" not in overview:
        raise foreign
    return overview


def _of_rabbitmq(answer: httpx.Response) -> bool:
    return "RabbitMQ" in answer.headers.get("www-authenticate", "") or (
        b"not_authorised" in answer.content or b"not_authorized" in answer.content
    )


def _speaks_amqp(stack: DevStack) -> bool | None:
    """None when nothing listens; otherwise whether it answers the AMQP greeting as a broker."""
    try:
        with socket.create_connection(stack.amqp, timeout=SECONDS) as connection:
            connection.sendall(AMQP_GREETING)
            # A broker opens with a method frame (type 1) on channel 0: connection.start.
            return connection.recv(3) == b"\x01\x00\x00"
    except ConnectionRefusedError:
        return None
    except OSError:
        return False
