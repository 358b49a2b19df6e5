"""How the stack's broker is reached, by both of its addresses."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field

import pika

from topology.broker.management import Management, WaitingFor
from topology.broker.queue_depth import QueueDepths
from topology.broker.tls import Tls

_SECONDS = 10
"""How long AMQP may take to connect, and a broker that blocks publishers to answer."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Addresses and credentials; nothing is connected until it is used."""

    management_endpoint: str
    amqp_endpoint: str
    username: str
    password: str = field(repr=False)
    tls: Tls = field(default_factory=Tls)

    def management(self, waiting_for: WaitingFor = nullcontext) -> Management:
        return Management(
            self.management_endpoint, self.username, self.password, self.tls, waiting_for
        )

    def queue_depths(self) -> QueueDepths:
        return QueueDepths(self)

    def amqp(self, url: str) -> pika.URLParameters:
        """How to connect with a URL of this broker's, of whichever user. Raises `BrokerError`."""
        parameters = pika.URLParameters(url)
        parameters.socket_timeout = _SECONDS
        parameters.stack_timeout = _SECONDS
        parameters.blocked_connection_timeout = _SECONDS
        if parameters.ssl_options is not None:
            parameters.ssl_options = pika.SSLOptions(self.tls.context(), parameters.host)
        return parameters
