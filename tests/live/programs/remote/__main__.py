"""Two topologies of a provider, as a program in any language declares them."""

from __future__ import annotations

from typing import Any

import pulumi

config = pulumi.Config()


class Remote(pulumi.ComponentResource):
    """What a generated SDK has."""

    queueUrls: pulumi.Output[Any]  # noqa: N815 - the name in the schema
    services: pulumi.Output[Any]

    def __init__(self, name: str, topology: dict[str, Any]) -> None:
        inputs = {
            "topology": topology,
            "managementEndpoint": config.require("management"),
            "amqpEndpoint": config.require("amqp"),
            "username": config.require("username"),
            "password": config.require_secret("password"),
            "queueUrls": None,
            "services": None,
        }
        super().__init__("rabbitmq-topology:index:Topology", name, inputs, remote=True)


if not config.get_bool("without"):
    vhost = config.require("vhost")
    users = {f"{vhost}-user": {"password": config.require_secret("password")}}
    one = Remote("one", {"vhost": f"{vhost}-one", "queues": {"q": {}}, "users": users})
    worker = {f"{vhost}-worker": {"consumes": ["q"]}}
    two = Remote("two", {"vhost": f"{vhost}-two", "queues": {"q": {}}, "services": worker})
    pulumi.export("urls", one.queueUrls)
    pulumi.export("services", two.services)
