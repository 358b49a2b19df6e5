"""How the stack's broker is reached, by both of its addresses."""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import dataclass, field

import pika

from .amqp import Parameters
from .management import Management, WaitingFor
from .proxy import find_proxy
from .queue_depth import QueueDepths
from .tls import Tls

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
    proxy: str | None = field(default=None, repr=False)
    """`rabbitmq:proxy`, through which the management API is reached. It may hold credentials."""

    def management(self, waiting_for: WaitingFor = nullcontext) -> Management:
        return Management(
            self.management_endpoint,
            self.username,
            self.password,
            self.tls,
            waiting_for,
            proxy=self.proxy,
        )

    def queue_depths(self) -> QueueDepths:
        return QueueDepths(self)

    def amqp(self, url: str) -> Parameters:
        """How to connect with a URL of this broker's, of whichever user: always directly, since
        AMQP cannot go through an HTTP proxy. Raises `BrokerError`."""
        parameters = Parameters(url)
        parameters.proxy = find_proxy(self.management_endpoint, self.proxy, os.environ)
        parameters.socket_timeout = _SECONDS
        parameters.stack_timeout = _SECONDS
        parameters.blocked_connection_timeout = _SECONDS
        if parameters.ssl_options is not None:
            parameters.ssl_options = pika.SSLOptions(self.tls.context(), parameters.host)
        return parameters
