"""Another broker that queues come from: the one of a second stack."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from ..broker import BrokerReader, Management
from ..broker.connection import Connection
from ..expand.naming import exactly
from ..problems import Problem
from ..urls import amqp_url, with_credentials
from .model import Halted
from .move import Move


@dataclass(frozen=True, slots=True)
class Source:
    """It stays as it is: messages leave it, and nothing is deleted there."""

    stack: str
    connection: Connection
    vhost: str
    uri: str
    """Where the stack's own broker reaches it: `amqp[s]://host[:port]`, perhaps with parameters of
    RabbitMQ's own URIs."""


def same_broker(own: BrokerReader, other: BrokerReader, source: Source) -> Problem | None:
    """A shovel from a queue into itself would never end. Raises `BrokerError`."""
    if own.cluster_id() != other.cluster_id():
        return None
    message = f"stack {source.stack} is on the same broker"
    hint = "name the queues in migrate: {from: …, vhost: …}, and leave --from out"
    return Problem((), message, hint)


_PASSWORD_BYTES: Final = 32
_NOTHING: Final = "^$"


class Reader:
    """It may do nothing else, and goes when the migration ends: whoever may read the parameters of
    the shovel gets to know its password."""

    def __init__(self, management: Management, source: Source, move: Move) -> None:
        """`management` is the other broker's."""
        self.management, self._source, self._origin = management, source, move.origin
        self._name = move.names.reader(move.target.vhost)

    def uri(self, shovel: Mapping[str, Any] | None) -> str:
        """What the shovel connects with: a secret. A shovel that is there keeps its password, and
        goes on undisturbed."""
        password = self._known(shovel) or secrets.token_urlsafe(_PASSWORD_BYTES)
        rights = {"configure": _NOTHING, "write": _NOTHING, "read": exactly(self._origin.queue)}
        self._put("users", self._name, body={"password": password, "tags": ""})
        self._put("permissions", self._origin.vhost, self._name, body=rights)
        endpoint, _, parameters = self._source.uri.partition("?")
        url = amqp_url(endpoint, self._origin.vhost)
        login = with_credentials(url, self._name, password)
        return f"{login}?{parameters}" if parameters else login

    def remove(self) -> None:
        self.management.delete("users", self._name)

    def _known(self, shovel: Mapping[str, Any] | None) -> str:
        parts = urlsplit(str((shovel or {}).get("src-uri", "")))
        return unquote(parts.password or "") if unquote(parts.username or "") == self._name else ""

    def _put(self, *path: str, body: Mapping[str, Any]) -> None:
        reason = self.management.put(*path, body=body)
        if reason is not None:
            who = f"the broker of stack {self._source.stack}"
            raise Halted(f"{who} refuses the user that the shovel needs: {reason}")
