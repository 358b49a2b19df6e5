"""The graph as one HTML page that needs nothing else: to search, zoom, and follow one object."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

from .dot import to_svg
from .graph import Graph, NodeKind
from .style import FILL, STROKE

_TEMPLATE = Path(__file__).with_name("page.html")
_WORDS = {
    NodeKind.SERVICE: "service",
    NodeKind.EXCHANGE: "exchange",
    NodeKind.QUEUE: "queue",
    NodeKind.STREAM: "stream",
    NodeKind.DEAD_LETTERS: "dead letters",
}


def to_page(graph: Graph, note: str = "") -> str:
    """`note` is shown beside the title, such as when a live broker was asked.

    Raises `ConfigError` where Graphviz is not installed.
    """
    svg = to_svg(graph)
    parts = {
        "{{title}}": escape(graph.title),
        "{{note}}": escape(note),
        "{{legend}}": "".join(_legend(kind) for kind in NodeKind),
        "{{svg}}": svg[svg.index("<svg") :],
        "{{graph}}": _data(graph),
    }
    page = _TEMPLATE.read_text(encoding="utf-8")
    for placeholder, text in parts.items():
        page = page.replace(placeholder, text)
    return page


def _legend(kind: NodeKind) -> str:
    style = f"background:{FILL[kind]};border-color:{STROKE[kind]}"
    return f'<span class="kind" style="{style}">{_WORDS[kind]}</span>'


def _data(graph: Graph) -> str:
    ids = {node.id: index for index, node in enumerate(graph.nodes)}
    data = {
        "nodes": [
            {
                "name": node.name,
                "kind": _WORDS[node.kind],
                "health": str(node.health or ""),
                "unwell": node.health is not None and not node.health.well,
            }
            for node in graph.nodes
        ],
        "edges": [[ids[edge.source], ids[edge.target]] for edge in graph.edges],
    }
    # A script ends at the first "</script", whatever it stands in.
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
