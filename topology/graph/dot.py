"""The graph as SVG, laid out by Graphviz."""

from __future__ import annotations

from collections import Counter
from html import escape

import graphviz

from ..problems import ConfigError, Problem
from .graph import Edge, EdgeKind, Graph, Node, NodeKind
from .style import FILL, INK, LINE, QUIET, STROKE, UNWELL, UNWELL_STROKE

_SHAPES = {
    NodeKind.SERVICE: "box",
    NodeKind.EXCHANGE: "hexagon",
    NodeKind.QUEUE: "cylinder",
    NodeKind.STREAM: "cylinder",
    NodeKind.DEAD_LETTERS: "cylinder",
}
_FONT = "Helvetica,Arial,sans-serif"
_FORWARD = (EdgeKind.BINDING, EdgeKind.CONSUMES)
_LARGE = 60
"""Number of nodes from which a chain of everything would be too wide to look at."""
_WORDS = {
    EdgeKind.PUBLISHES: "publishes",
    EdgeKind.DEAD_LETTER: "rejected",
    EdgeKind.ALTERNATE: "unroutable",
}
_ARRIVING = {
    EdgeKind.PUBLISHES: "publishers that consume as well:",
    EdgeKind.DEAD_LETTER: "queues that dead-letter here:",
    EdgeKind.ALTERNATE: "exchanges with this alternate:",
}
_UNDER_THE_LID = '<FONT POINT-SIZE="7"> </FONT>'
_DASHED = (EdgeKind.DEAD_LETTER, EdgeKind.ALTERNATE)


def to_svg(graph: Graph) -> str:
    """Raises `ConfigError` where Graphviz is not installed."""
    drawing = graphviz.Digraph(
        name=graph.title,
        graph_attr={
            "rankdir": "LR",
            "nodesep": "0.22",
            "ranksep": "0.7",
            "bgcolor": "white",
            "fontname": _FONT,
            "outputorder": "edgesfirst",
        },
        node_attr={"fontname": _FONT, "fontsize": "12", "style": "filled", "margin": "0.2,0.08"},
        edge_attr={"fontname": _FONT, "fontsize": "10", "arrowsize": "0.7"},
    )
    ids = {node.id: f"n{index}" for index, node in enumerate(graph.nodes)}
    drawn, unseen = _divided(graph)
    written = _written(graph, unseen)
    for node in graph.nodes:
        label = _label(node, written.get(node.id, []))
        drawing.node(ids[node.id], label=label, id=ids[node.id], **_style(node))
    for index, edge in drawn:
        drawing.edge(ids[edge.source], ids[edge.target], id=f"e{index}", **_line(edge))
    for edge in _anchors([edge for _, edge in drawn], unseen):
        drawing.edge(ids[edge.source], ids[edge.target], style="invis")
    try:
        return str(drawing.pipe(format="svg", encoding="utf-8"))
    except graphviz.ExecutableNotFound:
        message = "Graphviz is not installed"
        hint = "install the package graphviz, or draw Mermaid"
        raise ConfigError([Problem((), message, hint)]) from None


def _divided(graph: Graph) -> tuple[list[tuple[int, Edge]], list[Edge]]:
    """The edges to draw, with their positions, and those to write on their nodes instead.

    A large map has columns: services that only publish, exchanges, queues, and behind each queue
    who consumes from it and where its own dead letters go. Lines that go elsewhere would cover it
    all.
    """
    drawn: list[tuple[int, Edge]] = []
    unseen: list[Edge] = []
    consumers = {edge.target for edge in graph.edges if edge.kind is EdgeKind.CONSUMES}
    arriving = Counter(edge.target for edge in graph.edges)
    for index, edge in enumerate(graph.edges):
        forward = (
            edge.kind in _FORWARD
            or (edge.kind is EdgeKind.PUBLISHES and edge.source not in consumers)
            or (edge.kind is EdgeKind.DEAD_LETTER and arriving[edge.target] == 1)
        )
        if len(graph.nodes) < _LARGE or forward:
            drawn.append((index, edge))
        else:
            unseen.append(edge)
    return drawn, unseen


def _written(graph: Graph, unseen: list[Edge]) -> dict[str, list[str]]:
    """What is written on nodes: where each of these edges leads, and how many arrive."""
    names = {node.id: node.name for node in graph.nodes}
    lines: dict[str, list[str]] = {}
    for edge in unseen:
        text = f"{_WORDS[edge.kind]} → {names[edge.target]}"
        lines.setdefault(edge.source, []).append(_small(text, edge.kind))
    arriving = Counter((edge.target, edge.kind) for edge in unseen)
    for (target, kind), count in arriving.items():
        lines.setdefault(target, []).append(_small(f"{_ARRIVING[kind]} {count}", kind))
    return lines


def _anchors(drawn: list[Edge], unseen: list[Edge]) -> list[Edge]:
    """For each node that no line would hold, one that keeps it behind what leads to it."""
    held = {end for edge in drawn for end in (edge.source, edge.target)}
    return list({edge.target: edge for edge in unseen if edge.target not in held}.values())


def _label(node: Node, written: list[str]) -> str:
    lines = [f'<FONT COLOR="{INK}"><B>{_text(node.name)}</B></FONT>']
    if _SHAPES[node.kind] == "cylinder":
        lines.insert(0, _UNDER_THE_LID)
    if node.detail:
        lines.append(f'<FONT POINT-SIZE="9" COLOR="{QUIET}">{_text(node.detail)}</FONT>')
    if node.health is not None:
        colour = INK if node.health.well else UNWELL_STROKE
        lines.append(f'<FONT POINT-SIZE="10" COLOR="{colour}">{_text(str(node.health))}</FONT>')
    return f"<{'<BR/>'.join([*lines, *written])}>"


def _style(node: Node) -> dict[str, str]:
    unwell = node.health is not None and not node.health.well
    return {
        "class": node.kind.value,
        "shape": _SHAPES[node.kind],
        "style": "filled,rounded" if node.kind is NodeKind.SERVICE else "filled",
        "fillcolor": UNWELL if unwell else FILL[node.kind],
        "color": UNWELL_STROKE if unwell else STROKE[node.kind],
        "penwidth": "2.5" if unwell else "1.2",
        "tooltip": graphviz.escape(f"{node.kind.value} {node.name}"),
    }


def _line(edge: Edge) -> dict[str, str]:
    colour = LINE[edge.kind]
    return {
        "class": edge.kind.value,
        "label": f"<{_text(edge.label)}>" if edge.label else "",
        "color": colour,
        "fontcolor": colour,
        "style": "dashed" if edge.kind in _DASHED else "solid",
        "tooltip": graphviz.escape(f"{edge.kind.value} {edge.label}".strip()),
    }


def _small(text: str, kind: EdgeKind) -> str:
    return f'<FONT POINT-SIZE="9" COLOR="{LINE[kind]}">{_text(text)}</FONT>'


def _text(text: str) -> str:
    # Graphviz puts other text in the place of a backslash and a letter, and refuses an empty
    # element.
    return escape(text).replace("\\", "\\\\") or " "
