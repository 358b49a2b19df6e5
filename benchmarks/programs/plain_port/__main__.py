"""A topology as the provider's documentation writes it, read from a definitions file."""

import json
from pathlib import Path

import pulumi
import pulumi_rabbitmq as rabbitmq

landscape = json.loads(Path(pulumi.Config().require("landscape")).read_text())
name = landscape["vhosts"][0]["name"]
vhost = rabbitmq.VHost(name, name=name)

for policy in landscape["policies"]:
    rabbitmq.Policy(
        policy["name"],
        name=policy["name"],
        vhost=vhost.name,
        policy=rabbitmq.PolicyPolicyArgs(
            pattern=policy["pattern"],
            priority=policy["priority"],
            apply_to=policy["apply-to"],
            definition={key: str(value) for key, value in policy["definition"].items()},
        ),
    )

ends: dict[str, pulumi.Output[str]] = {}
for exchange in landscape["exchanges"]:
    ends[exchange["name"]] = rabbitmq.Exchange(
        exchange["name"],
        name=exchange["name"],
        vhost=vhost.name,
        settings=rabbitmq.ExchangeSettingsArgs(type=exchange["type"], durable=True),
    ).name

for queue in landscape["queues"]:
    ends[queue["name"]] = rabbitmq.Queue(
        queue["name"],
        name=queue["name"],
        vhost=vhost.name,
        settings=rabbitmq.QueueSettingsArgs(
            durable=True, arguments_json=json.dumps(queue["arguments"])
        ),
    ).name

for binding in landscape["bindings"]:
    rabbitmq.Binding(
        binding["destination"],
        vhost=vhost.name,
        source=ends[binding["source"]],
        destination=ends[binding["destination"]],
        destination_type="queue",
        routing_key=binding["routing_key"],
    )
