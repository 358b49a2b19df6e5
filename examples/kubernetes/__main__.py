"""A cluster of the RabbitMQ Cluster Operator and the topology on it, in one `pulumi up`."""

from __future__ import annotations

from pathlib import Path

import pulumi
import yaml
from broker import hand_out, make, scale, watch
from rabbitmq_topology import Topology

FILE = "topology.yaml"
declared = yaml.safe_load(Path(FILE).read_text(encoding="utf-8"))

connection = make("rabbit")
shop = Topology("shop", file=FILE, connection=connection)
secrets = hand_out(shop.services, list(declared["services"]))
watch("rabbit", FILE)
scale(FILE, secrets)

pulumi.export("amqp_url", shop.amqp_url)
pulumi.export("services", shop.services)
