"""Names of Kubernetes objects, as `examples/services/kubernetes.py` gives them to the secrets."""

from __future__ import annotations

import re
from typing import Final

URL_KEY: Final = "AMQP_URL"
"""Where a service's secret holds the URL with its credentials."""
MANAGEMENT_KEY: Final = "MANAGEMENT_URL"
"""Where the secret for the management API holds `https://USER:PASSWORD@HOST:PORT`."""


def object_name(service: str) -> str:
    """Kubernetes allows lower case letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", service.lower()).strip("-")


def secret_name(service: str) -> str:
    return f"amqp-{object_name(service)}"
