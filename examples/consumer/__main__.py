"""The Pulumi program: what the topology's stack has for a service becomes a worker's environment.

Copy it into your own project: it needs nothing of this repository. Where this one exports
the variables, yours would set them on a container.
"""

from __future__ import annotations

from typing import Any

import pulumi

KNOWN_CONTRACT = 1

config = pulumi.Config()
service_name = config.require("service")
path = config.get("topologyStack") or "rabbitmq-topology/demo"
# A reference needs the organization too; the file backend calls its only one "organization".
full_name = path if path.count("/") > 1 else f"{pulumi.get_organization()}/{path}"
topology = pulumi.StackReference(full_name)


def worker_environment(outputs: dict[str, Any]) -> dict[str, str]:
    """What the worker finds in its environment. Its URL holds its password."""
    contract = outputs["contract_version"]
    if contract is None:
        raise pulumi.RunError(f"The stack {full_name} has no outputs: apply it first.")
    if contract != KNOWN_CONTRACT:
        raise pulumi.RunError(
            f"The stack {full_name} has outputs of version {contract:g}, and this program knows "
            f"version {KNOWN_CONTRACT}: read the changelog of rabbitmq-topology, then adapt it."
        )
    services = outputs["services"] or {}
    if service_name not in services:
        present = ", ".join(sorted(services)) or "none"
        raise pulumi.RunError(
            f"The stack {full_name} has {present} as its services, but no {service_name!r}."
        )
    service = services[service_name]
    return {
        "AMQP_URL": service["url"],
        "AMQP_EXCHANGE": one_of(service["publishes"], "exchange", "publishes to"),
        "AMQP_QUEUE": one_of(service["consumes"], "queue", "consumes from"),
        "ROUTING_KEY": config.require("routingKey"),
    }


def one_of(names: list[str], kind: str, does: str) -> str:
    """The name that config gives, or the only one there is."""
    name = config.get(kind)
    if name in names:
        return str(name)
    if len(names) == 1 and name is None:
        return names[0]
    present = f"The service {service_name!r} {does} {', '.join(sorted(names)) or 'nothing'}"
    if name:
        raise pulumi.RunError(f"{present}, but not {name!r}.")
    raise pulumi.RunError(f"{present}; say which one with `pulumi config set {kind} NAME`.")


outputs = pulumi.Output.all(
    contract_version=topology.get_output("contract_version"),
    services=topology.get_output("services"),
)
environment = outputs.apply(worker_environment)
pulumi.export("AMQP_URL", pulumi.Output.secret(environment["AMQP_URL"]))
for variable in ("AMQP_EXCHANGE", "AMQP_QUEUE", "ROUTING_KEY"):
    pulumi.export(variable, pulumi.Output.unsecret(environment[variable]))
