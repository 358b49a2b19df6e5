"""The guard of what is protected.

The engine looks at its own protection only after the hooks have run, and the hooks of the other
guards delete. So what is protected has this guard in their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from topology.guard.refusal import Refusal


def refuse_route(source: str, kind: str, destination: str) -> None:
    """Raises `Refusal`: the way to something protected is protected with it."""
    raise Refusal(
        f"the binding from exchange {source} is not deleted: {kind} {destination} is protected.\n"
        f"  To let it go, declare {destination} with protect: false, and run pulumi up before; to "
        f"keep both, protect exchange {source} too"
    )


def refuse_protected(_: str, properties: Mapping[str, Any]) -> None:
    """Raises `Refusal`, always."""
    raise Refusal(
        f"{properties['name']} is not deleted: it is protected.\n"
        f"  To let it go, declare it with protect: false, run pulumi up, and then take it out"
    )
