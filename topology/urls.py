"""AMQP URLs: one that connects as it stands, whatever the vhost, the names and the password hold.

The form is RabbitMQ's URI specification: `amqp[s]://user:password@host:port/vhost`, the vhost being
one percent-encoded path segment. What a URL points at is named in the fragment, which AMQP clients
leave alone; an unknown query parameter would make some of them raise.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit


def amqp_url(endpoint: str, vhost: str) -> str:
    """The URL of a vhost, without credentials. `endpoint` is `amqp[s]://host[:port]`."""
    return f"{endpoint}/{_encoded(vhost)}"


def exchange_url(url: str, exchange: str) -> str:
    """`url` pointing at an exchange: `#exchange=NAME`."""
    return f"{url}#exchange={_encoded(exchange)}"


def queue_url(url: str, queue: str) -> str:
    """`url` pointing at a queue: `#queue=NAME`."""
    return f"{url}#queue={_encoded(queue)}"


def with_credentials(url: str, username: str, password: str) -> str:
    """`url` as `username`. The result is a secret."""
    parts = urlsplit(url)
    userinfo = f"{_encoded(username)}:{_encoded(password)}"
    return parts._replace(netloc=f"{userinfo}@{parts.netloc}").geturl()


def _encoded(text: str) -> str:
    # quote_plus would write a space as "+", which AMQP clients read as a plus sign.
    return quote(text, safe="")
