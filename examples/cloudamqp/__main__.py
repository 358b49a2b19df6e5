"""An instance of CloudAMQP and the topology on it, in one `pulumi up`."""

from __future__ import annotations

from pathlib import Path

import pulumi
import yaml
from broker import make, watch
from rabbitmq_topology import Topology

FILE = "topology.yaml"
declared = yaml.safe_load(Path(FILE).read_text(encoding="utf-8"))

instance, connection = make("shop")
shop = Topology("shop", file=FILE, connection=connection)
watch(instance, declared["vhost"]["name"], declared["services"])

pulumi.export("amqp_url", shop.amqp_url)
pulumi.export("services", shop.services)
