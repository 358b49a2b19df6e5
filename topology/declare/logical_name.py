"""Logical names: what Pulumi knows a resource by.

A logical name that changes while its queue's name stays makes Pulumi create the "new" queue, which
RabbitMQ takes as the same, and then delete the "old" one with its messages. So a logical name is
made of nothing but the kind (which the URN's type says), the vhost and the name, and of nothing
that a user would reorder or edit. **Changing this file renames every resource of every stack.**
"""

from __future__ import annotations

import hashlib
import json
from urllib.parse import quote

from ..model import Binding


def logical_name(vhost: str, *parts: str) -> str:
    """`vhost/part/…`, each percent-encoded, so that two different things never get one name."""
    return "/".join(quote(part, safe="") for part in (vhost, *parts))


def binding_name(vhost: str, binding: Binding) -> str:
    """The identity that RabbitMQ gives a binding: both ends, the key and the arguments."""
    ends = logical_name(vhost, binding.source, binding.destination_type, binding.destination)
    # As in RabbitMQ's own properties key, the empty key is a tilde, and a tilde is encoded.
    key = quote(binding.routing_key, safe="").replace("~", "%7E") or "~"
    if not binding.arguments:
        return f"{ends}/{key}"
    canonical = json.dumps(binding.arguments, sort_keys=True, separators=(",", ":"))
    return f"{ends}/{key}/{hashlib.sha256(canonical.encode()).hexdigest()[:16]}"
