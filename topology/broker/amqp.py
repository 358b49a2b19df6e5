"""Opening a connection over AMQP, with failures that say what to do."""

from __future__ import annotations

import ast
import logging
import re
from typing import Final

import pika
from pika.exceptions import (
    AMQPError,
    ConnectionClosedByBroker,
    IncompatibleProtocolError,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from ..problems import Path, Problem
from .error import BrokerError
from .proxy import Proxy
from .tls_trouble import Trouble, find_trouble

_ENDPOINT: Final[Path] = ("rabbitmq-topology:amqpEndpoint",)

# What goes wrong is told once, by the error.
logging.getLogger("pika").setLevel(logging.CRITICAL)


class AccessRefusedError(BrokerError):
    """The broker is there, and does not let this user in."""


class Parameters(pika.URLParameters):  # type: ignore[misc] # pika brings no types
    """How to connect, and what is good to know where that fails."""

    proxy: Proxy | None = None
    """The proxy of the management API, through which AMQP does not go."""


def open_amqp(parameters: Parameters) -> pika.BlockingConnection:
    """Raises `BrokerError`, and `AccessRefusedError` if it is for the user. Shows no password."""
    try:
        return pika.BlockingConnection(parameters)
    except ProbableAuthenticationError:
        user = parameters.credentials.username
        message = f"the broker refuses the user {user} with this password"
        raise AccessRefusedError([Problem((), message)]) from None
    except (ProbableAccessDeniedError, ConnectionClosedByBroker) as error:
        message = f"the broker lets the user in nowhere: {_said(error)}"
        raise AccessRefusedError([Problem((), message)]) from None
    except (AMQPError, OSError) as error:
        where = f"{parameters.host}:{parameters.port}"
        found = _trouble(parameters) or _other(error, where)
        message = f"no AMQP connection to {where}: {found.message}"
        hint = found.hint
        if parameters.proxy:
            hint += (
                f". AMQP does not go through the proxy {parameters.proxy}: this machine has to "
                f"reach {where} itself"
            )
        raise BrokerError([Problem(_ENDPOINT, message, hint)]) from None


def _trouble(parameters: Parameters) -> Trouble | None:
    options = parameters.ssl_options
    return find_trouble(parameters.host, parameters.port, options and options.context)


def _other(error: Exception, where: str) -> Trouble:
    if isinstance(error, IncompatibleProtocolError):
        hint = "give the port of RabbitMQ's AMQP listener (5672 by default, 5671 with TLS)"
        return Trouble("what answers there does not speak AMQP 0-9-1", hint)
    if "imeout" in repr(error):
        return Trouble("timed out", "check the network and the broker's alarms")
    hint = f"start the broker, correct the address, or let this machine reach {where}"
    refused = "ConnectionRefusedError" in repr(error)
    return Trouble("connection refused" if refused else "connection failed", hint)


def _said(error: Exception) -> str:
    """The broker's own words. pika hands them on as the `repr` of another error."""
    if isinstance(error, ConnectionClosedByBroker):
        return str(error.reply_text)
    found = re.search(r"\(\d+\) (['\"].*['\"])$", str(error.args[0]))
    return str(ast.literal_eval(found[1])) if found else type(error).__name__
