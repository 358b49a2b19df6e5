"""A vhost, an exchange, a queue and a binding, written as the provider's documentation shows it."""

import pulumi
import pulumi_rabbitmq as rabbitmq

vhost = rabbitmq.VHost("my-vhost", name=pulumi.Config().require("vhost"))

exchange = rabbitmq.Exchange(
    "my-exchange",
    name="my-exchange",
    vhost=vhost.name,
    settings=rabbitmq.ExchangeSettingsArgs(type="direct", durable=True),
)

queue = rabbitmq.Queue(
    "my-queue",
    name="my-queue",
    vhost=vhost.name,
    settings=rabbitmq.QueueSettingsArgs(durable=True),
)

rabbitmq.Binding(
    "my-binding",
    vhost=vhost.name,
    source=exchange.name,
    destination=queue.name,
    destination_type="queue",
    routing_key="my-routing-key",
)

pulumi.export("queue", queue.name)
