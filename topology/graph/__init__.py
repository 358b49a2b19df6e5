"""The topology as a picture: who publishes where, what reaches which queue, who consumes it.

`build_graph` makes what there is to draw; each of the others renders it in one format.
"""

from .data import to_json
from .dot import to_svg
from .graph import Edge, EdgeKind, Graph, Node, NodeKind, build_graph
from .mermaid import MOST_EDGES, to_mermaid
from .page import to_page

__all__ = [
    "MOST_EDGES",
    "Edge",
    "EdgeKind",
    "Graph",
    "Node",
    "NodeKind",
    "build_graph",
    "to_json",
    "to_mermaid",
    "to_page",
    "to_svg",
]
