"""The graph as JSON, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict

from .graph import Graph


def to_json(graph: Graph) -> str:
    """Nodes and edges with all that is known of them; `health` is null where nobody asked."""
    return json.dumps(asdict(graph), indent=2, ensure_ascii=False) + "\n"
