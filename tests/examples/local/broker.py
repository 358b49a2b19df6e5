"""Takes the place of an example's `broker.py`: a broker that runs already, and whose address is
known only once the program has made a resource. Nothing watches or scales it."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider
from rabbitmq_topology import Connection

config = pulumi.Config()


class _Cloud(ResourceProvider):
    def create(self, props: Any) -> CreateResult:
        return CreateResult("broker", {**props, **props["is_at"]})


class _Broker(Resource):
    management: pulumi.Output[str]
    amqp: pulumi.Output[str]
    password: pulumi.Output[str]

    def __init__(self, name: str, is_at: dict[str, pulumi.Input[str]]) -> None:
        unknown = dict.fromkeys(is_at)
        opts = pulumi.ResourceOptions(additional_secret_outputs=["password", "is_at"])
        super().__init__(_Cloud(), name, {"is_at": is_at, **unknown}, opts)


def make(name: str) -> Any:
    """As the example's: with the resource, where that is what it gives."""
    places: dict[str, pulumi.Input[str]] = {
        "management": config.require("management"),
        "amqp": config.require("amqp"),
        "password": config.require_secret("password"),
    }
    broker = _Broker(name, places)
    connection = Connection(
        management_endpoint=broker.management,
        amqp_endpoint=broker.amqp,
        username=config.require("username"),
        password=broker.password,
    )
    return (broker, connection) if pulumi.get_project() == "shop-cloudamqp" else connection


def watch(*_: object) -> None:
    """CloudWatch, CloudAMQP or Prometheus would."""


def hand_out(*_: object) -> list[pulumi.Resource]:
    """Kubernetes would keep Secrets."""
    return []


def scale(*_: object) -> None:
    """KEDA would."""
