"""The `services` of a stack's outputs, as other programs read them."""

from __future__ import annotations

import json
import sys
from typing import Any

CONTRACT_VERSION = 1


def read_services() -> dict[str, dict[str, Any]]:
    """Reads what `pulumi stack output --json --show-secrets` prints, from standard input."""
    try:
        outputs = json.load(sys.stdin)
    except ValueError:
        sys.exit("error: pipe `pulumi stack output --json --show-secrets` into this program")
    version = outputs.get("contract_version")
    if version != CONTRACT_VERSION:
        sys.exit(f"error: contract version {CONTRACT_VERSION} is understood, not {version}")
    services = outputs.get("services", {})
    if not isinstance(services, dict):
        sys.exit("error: the outputs are masked; add --show-secrets")
    return services


def variables(service: dict[str, Any]) -> dict[str, str]:
    """A service's environment. The URL is a secret; the names are for its own code."""
    return {
        "AMQP_URL": service["url"],
        "AMQP_PUBLISHES": ",".join(service["publishes"]),
        "AMQP_CONSUMES": ",".join(service["consumes"]),
    }
