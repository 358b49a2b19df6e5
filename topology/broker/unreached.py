"""Why a request got no answer of the management API."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from ..problems import Problem
from .answer import ENDPOINT
from .proxy import Proxy
from .tls_trouble import Trouble, find_trouble, trouble_of

_START = "start the broker, or correct the address"
_NETWORK = "check the network and the broker's alarms"
_MANAGEMENT = (
    "give the management port (15672 by default), and enable the plugin rabbitmq_management"
)


def unreached(
    error: httpx.HTTPError,
    endpoint: str,
    asked: str,
    seconds: float,
    proxy: Proxy | None,
    trust: ssl.SSLContext | None,
) -> Problem:
    """What is wrong and what would be right, without a secret. `seconds` is how long was waited
    for, if that was what ended the request."""
    way = f" through the proxy {proxy}" if proxy else ""
    if isinstance(error, httpx.ProxyError):
        message = f"no connection to {endpoint}{way}: it answers {error}"
        hint = "correct the proxy, or except the broker's host from it: NO_PROXY"
        return Problem(ENDPOINT, message, hint)
    if isinstance(error, httpx.ConnectTimeout):
        message = f"no connection to {endpoint}{way}: timed out after {seconds:g} s"
        return Problem(ENDPOINT, message, "check the address, and the firewalls on the way")
    if isinstance(error, httpx.TimeoutException):
        message = f"no answer from {endpoint}{way} to {asked}: timed out after {seconds:g} s"
        return Problem(ENDPOINT, message, _NETWORK)
    if found := _tls(error, endpoint, proxy, trust):
        message = f"no connection to {endpoint}{way}: {found.message}"
        return Problem(ENDPOINT, message, found.hint)
    if isinstance(error, httpx.ConnectError):
        message = f"no connection to {endpoint}{way}: {_reason(error)}"
        return Problem(ENDPOINT, message, "start or correct the proxy" if proxy else _START)
    if isinstance(error, (httpx.ReadError, httpx.WriteError)):
        message = f"the connection to {endpoint}{way} was lost at {asked}"
        return Problem(ENDPOINT, message, f"{_NETWORK}, or {_MANAGEMENT}")
    message = (
        f"what answers at {endpoint}{way} is not RabbitMQ's management API ({type(error).__name__})"
    )
    return Problem(ENDPOINT, message, _MANAGEMENT)


def _tls(
    error: httpx.HTTPError, endpoint: str, proxy: Proxy | None, trust: ssl.SSLContext | None
) -> Trouble | None:
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return trouble_of(cause, host)
    if proxy:
        return None  # This machine may not reach the broker but through it.
    return find_trouble(host, parts.port or (443 if parts.scheme == "https" else 80), trust)


def _reason(error: httpx.HTTPError) -> str:
    for cause in _causes(error):
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused"
        if isinstance(cause, socket.gaierror):
            return "the host's name is not known"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
    return str(error) or type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
