"""A Kubernetes Secret for each service, to be used with `envFrom`.

Reads the outputs from standard input, and takes the namespace as its argument; see the README.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import yaml

from examples.services.outputs import read_services, variables


def manifest(name: str, service: dict[str, Any], namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": object_name(name),
            "namespace": namespace,
            "labels": {"app.kubernetes.io/part-of": "rabbitmq-topology"},
        },
        "type": "Opaque",
        "stringData": variables(service),
    }


def object_name(service: str) -> str:
    """Kubernetes allows lower case letters, digits and dashes."""
    return "amqp-" + re.sub(r"[^a-z0-9]+", "-", service.lower()).strip("-")


def main() -> None:
    services = read_services()
    namespace = sys.argv[1] if len(sys.argv) > 1 else "default"
    manifests = [manifest(name, service, namespace) for name, service in services.items()]
    names = [one["metadata"]["name"] for one in manifests]
    if twice := {name for name in names if names.count(name) > 1}:
        sys.exit(f"error: several services would become {', '.join(sorted(twice))}; rename one")
    yaml.safe_dump_all(manifests, sys.stdout, sort_keys=False, allow_unicode=True)


if __name__ == "__main__":
    main()
