"""The graph as Mermaid, which GitHub and GitLab draw in pull requests and wikis."""

from __future__ import annotations

from collections.abc import Iterator

from .graph import Edge, EdgeKind, Graph, Node, NodeKind
from .style import FILL, STROKE, UNWELL

MOST_EDGES = 500
"""How many lines Mermaid draws where it is not configured otherwise, as on GitHub and GitLab."""

_SHAPES = {
    NodeKind.SERVICE: ('(["', '"])'),
    NodeKind.EXCHANGE: ('{{"', '"}}'),
    NodeKind.QUEUE: ('[("', '")]'),
    NodeKind.STREAM: ('[("', '")]'),
    NodeKind.DEAD_LETTERS: ('[("', '")]'),
}
_ARROWS = {
    EdgeKind.PUBLISHES: "-->",
    EdgeKind.BINDING: "-->",
    EdgeKind.CONSUMES: "-->",
    EdgeKind.DEAD_LETTER: "-.->",
    EdgeKind.ALTERNATE: "-.->",
}


def to_mermaid(graph: Graph) -> str:
    """A flowchart, without the fence that Markdown puts around it."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    ids = {node.id: f"n{index}" for index, node in enumerate(graph.nodes)}
    yield "flowchart LR"
    for node in graph.nodes:
        opening, closing = _SHAPES[node.kind]
        yield f"  {ids[node.id]}{opening}{_label(node)}{closing}:::{_class(node)}"
    for edge in graph.edges:
        yield f"  {ids[edge.source]} {_arrow(edge)} {ids[edge.target]}"
    for kind in NodeKind:
        name = kind.value.replace("-", "")
        yield f"  classDef {name} fill:{FILL[kind]},stroke:{STROKE[kind]},color:#1f2328"
    yield f"  classDef unwell fill:{UNWELL},stroke:#cf222e,stroke-width:3px,color:#1f2328"


def _class(node: Node) -> str:
    if node.health is not None and not node.health.well:
        return "unwell"
    return node.kind.value.replace("-", "")


def _label(node: Node) -> str:
    lines = [f"<b>{_escaped(node.name)}</b>"]
    if node.detail:
        lines.append(f"<small>{_escaped(node.detail)}</small>")
    if node.health is not None:
        lines.append(f"<small>{_escaped(str(node.health))}</small>")
    return "<br/>".join(lines)


def _arrow(edge: Edge) -> str:
    arrow = _ARROWS[edge.kind]
    return f'{arrow}|"{_escaped(edge.label)}"|' if edge.label else arrow


def _escaped(text: str) -> str:
    # Mermaid takes entities by number; these are the characters that would end or style a label.
    return "".join(f"#{ord(char)};" if char in '"<>&#`|\\[]{}()' else char for char in text)
