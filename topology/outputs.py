"""The outputs of a stack: the contract that other stacks rely on.

A name here is part of other teams' programs. Adding one is free; changing or removing one raises
`CONTRACT_VERSION`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from .expand import Access
from .model import Topology
from .urls import amqp_url, exchange_url, queue_url, with_credentials

CONTRACT_VERSION = 1


def outputs(
    topology: Topology,
    amqp_endpoint: str,
    services: Mapping[str, Access],
    passwords: Mapping[str, pulumi.Output[str]],
) -> dict[str, Any]:
    """Every output by name. URLs carry no credentials and connect as they stand.

    `exchange_url` and `queue_url` are there only where there is exactly one exchange or queue, and
    `services` where there are services: it is a secret, for its URLs carry the services' own
    credentials. `passwords` are by username.
    """
    url = amqp_url(amqp_endpoint, topology.vhost.name)
    exchange_urls = {name: exchange_url(url, name) for name in topology.exchanges}
    queue_urls = {name: queue_url(url, name) for name in topology.queues}
    return {
        "amqp_url": url,
        **_only("exchange_url", exchange_urls),
        **_only("queue_url", queue_urls),
        "exchange_urls": exchange_urls,
        "queue_urls": queue_urls,
        **_services(url, topology.vhost.name, services, passwords),
        "contract_version": CONTRACT_VERSION,
    }


def _services(
    url: str,
    vhost: str,
    services: Mapping[str, Access],
    passwords: Mapping[str, pulumi.Output[str]],
) -> dict[str, pulumi.Output[dict[str, Any]]]:
    if not services:
        return {}

    def contract(access: Access) -> pulumi.Output[dict[str, Any]]:
        return passwords[access.username].apply(
            lambda password: {
                "url": with_credentials(url, access.username, password),
                "username": access.username,
                "vhost": vhost,
                "publishes": list(access.service.publishes),
                "consumes": list(access.service.consumes),
            }
        )

    contracts = {name: contract(access) for name, access in services.items()}
    return {"services": pulumi.Output.secret(pulumi.Output.all(**contracts))}


def _only(output: str, urls: dict[str, str]) -> dict[str, str]:
    if len(urls) != 1:
        return {}
    (url,) = urls.values()
    return {output: url}
