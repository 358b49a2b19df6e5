"""The topology as a picture: who publishes where, what reaches which queue, who consumes it.

`graph` says what there is to draw, and nothing of how; each of the others draws it in one form.
"""

from topology.drawing.data import to_json
from topology.drawing.dot import to_svg
from topology.drawing.graph import Edge, EdgeKind, Graph, Node, NodeKind, graph
from topology.drawing.mermaid import MOST_EDGES, to_mermaid
from topology.drawing.page import to_page

__all__ = [
    "MOST_EDGES",
    "Edge",
    "EdgeKind",
    "Graph",
    "Node",
    "NodeKind",
    "graph",
    "to_json",
    "to_mermaid",
    "to_page",
    "to_svg",
]
