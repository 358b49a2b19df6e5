"""The instance, and CloudAMQP's alarms for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import pulumi
import pulumi_cloudamqp as cloudamqp
from rabbitmq_topology import Connection

DEDICATED = re.compile(r"[a-z]+-[1-9]")
"""Plans with a RabbitMQ of one's own end in the number of its nodes: bunny-1, bunny-3."""

config = pulumi.Config()
plan = config.get("plan") or "bunny-1"


def make(name: str) -> tuple[cloudamqp.Instance, Connection]:
    """The instance, and how to reach it. Its first user is an administrator."""
    if not DEDICATED.fullmatch(plan):
        message = f"config plan: {plan} is a shared plan, which has one vhost and no administrator"
        raise pulumi.RunError(f"{message}; choose a dedicated plan, such as bunny-1")
    instance = cloudamqp.Instance(
        name,
        name=name,
        plan=plan,
        region=config.get("region") or "amazon-web-services::eu-west-1",
        no_default_alarms=True,
        # What would replace the instance, and its messages with it, is refused.
        opts=pulumi.ResourceOptions(protect=True),
    )
    url = instance.url.apply(urlsplit)  # amqps://USER:PASSWORD@HOST/VHOST
    return instance, Connection(
        management_endpoint=pulumi.Output.concat("https://", instance.host),  # port 443
        amqp_endpoint=pulumi.Output.concat("amqps://", instance.host),  # port 5671
        username=url.apply(lambda found: unquote(found.username or "")),
        password=url.apply(lambda found: unquote(found.password or "")),
    )


def watch(instance: cloudamqp.Instance, vhost: str, services: Mapping[str, Any]) -> None:
    """Alarms for the instance and for each queue that a service consumes from."""
    number = instance.id.apply(int)
    email = config.require("email")
    to = cloudamqp.Notification("operators", instance_id=number, type="email", value=email)
    recipients = [to.id.apply(int)]

    def alarm(name: str, kind: str, **settings: Any) -> None:
        cloudamqp.Alarm(
            name,
            instance_id=number,
            type=kind,
            enabled=True,
            recipients=recipients,
            **{"time_threshold": 300, **settings},
        )

    alarm("cpu", "cpu", value_threshold=80)  # percent
    alarm("memory", "memory", value_threshold=80)
    alarm("disk", "disk", value_threshold=5)  # GiB that are left
    alarm("unreachable", "server_unreachable")
    if not plan.endswith("-1"):
        alarm("netsplit", "netsplit")
    most = config.get_int("mostMessages") or 1000
    for queue in sorted({queue for of in services.values() for queue in of.get("consumes", [])}):
        one = {"vhost_regex": f"^{re.escape(vhost)}$", "queue_regex": f"^{re.escape(queue)}$"}
        alarm(f"{queue}-waiting", "queue", message_type="ready", value_threshold=most, **one)
        alarm(f"{queue}-consumers", "consumer", value_threshold=0, **one)
