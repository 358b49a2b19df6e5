"""What a stack program has declared, moved into a component."""

from __future__ import annotations

import pulumi

from topology import Topology

config, broker = pulumi.Config("rabbitmq-topology"), pulumi.Config("rabbitmq")
moved = Topology(
    "moved",
    topology=config.require_object("topology"),
    connection={
        "management_endpoint": broker.require("endpoint"),
        "amqp_endpoint": config.require("amqpEndpoint"),
        "username": broker.require("username"),
        "password": broker.require_secret("password"),
    },
)
pulumi.export("amqp_url", moved.amqp_url)
