"""How people are told of a binding, which has no name."""

from __future__ import annotations


def binding_label(
    source: str, destination_type: str, destination: str, routing_key: str, arguments: str = ""
) -> str:
    """`events -> orders (routing_key o.#)`; `arguments` are JSON."""
    to = destination if destination_type == "queue" else f"exchange {destination}"
    details = [f"routing_key {routing_key}"] if routing_key else []
    details += [f"arguments {arguments}"] if arguments else []
    return f"{source} -> {to}" + (f" ({', '.join(details)})" if details else "")
