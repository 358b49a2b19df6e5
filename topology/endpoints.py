"""The two addresses of a broker, where Pulumi manages it and where clients connect, and the proxy
in between."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from .problems import Path, Problem, one_of

MANAGEMENT_SCHEMES = ("http", "https")
AMQP_SCHEMES = ("amqp", "amqps")
PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
"""Those that the provider knows. Of others it would make an HTTP proxy without a word."""


def endpoint_problems(path: Path, endpoint: str, schemes: tuple[str, ...]) -> Iterator[Problem]:
    """What is wrong with `scheme://host[:port]`. Never shows it: it may hold a password."""
    example = f"{schemes[0]}://localhost:{5672 if schemes == AMQP_SCHEMES else 15672}"
    try:
        parts = urlsplit(endpoint)
        host, _port = parts.hostname, parts.port
    except ValueError:
        yield Problem(path, "is not a URL", f"write it like {example}")
        return
    if parts.scheme not in schemes or not host:
        yield Problem(path, f"must be an {one_of(schemes)} URL with a host", f"such as {example}")
        return
    if parts.username is not None or parts.password is not None:
        yield Problem(path, "holds credentials", f"write only scheme, host and port: {example}")
    if parts.path.endswith("/"):
        # The provider would append to it, and RabbitMQ answers 405 to the doubled slash.
        yield Problem(path, "ends with a slash", "leave the slash out")
    elif "//" in parts.path:
        yield Problem(path, "holds a doubled slash", "write one")
    elif parts.path and schemes == AMQP_SCHEMES:
        yield Problem(path, "holds a path", "the vhost is added by the stack; leave it out")
    if parts.query or parts.fragment:
        yield Problem(path, "holds a query or a fragment", "leave it out")
    if any(character.isspace() for character in endpoint):
        yield Problem(path, "holds a space", "leave it out")


_MANAGEMENT_PORTS = {15671, 15672}
"""RabbitMQ's defaults, with and without TLS."""


def swapped_ports(path: Path, amqp: str, management: str) -> Iterator[Problem]:
    """An AMQP endpoint that leads to the management API: no client connects there."""
    try:
        clients, api = urlsplit(amqp), urlsplit(management)
        port = clients.port
        same = port is not None and (clients.hostname, port) == (api.hostname, api.port)
    except ValueError:
        return
    ports = "AMQP is at 5672 by default, at 5671 with TLS; the management API at 15672 or 15671"
    if port in _MANAGEMENT_PORTS:
        message = f"port {port} is the management API's, which speaks HTTP"
        yield Problem(path, message, ports)
    elif same:
        yield Problem(path, "is the address of the management endpoint, too: one is wrong", ports)


def proxy_problems(path: Path, proxy: str) -> Iterator[Problem]:
    """What is wrong with `scheme://[user:password@]host[:port]`. Never shows it."""
    example = "write it like http://proxy.example:3128"
    try:
        parts = urlsplit(proxy)
        host, _port = parts.hostname, parts.port
    except ValueError:
        yield Problem(path, "is not a URL", example)
        return
    if parts.scheme not in PROXY_SCHEMES or not host:
        yield Problem(path, f"must be an {one_of(PROXY_SCHEMES)} URL with a host", example)
    elif parts.path.strip("/") or parts.query or parts.fragment:
        yield Problem(path, "holds more than scheme, host and port", example)
    if any(character.isspace() for character in proxy):
        yield Problem(path, "holds a space", "leave it out")
