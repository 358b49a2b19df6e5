"""Colours of the kinds of nodes, dark on light so that they can be read and printed."""

from __future__ import annotations

from .graph import EdgeKind, NodeKind

FILL = {
    NodeKind.SERVICE: "#ddf4ff",
    NodeKind.EXCHANGE: "#fff1e5",
    NodeKind.QUEUE: "#dafbe1",
    NodeKind.STREAM: "#e6ddfb",
    NodeKind.DEAD_LETTERS: "#eaeef2",
}
STROKE = {
    NodeKind.SERVICE: "#0969da",
    NodeKind.EXCHANGE: "#bc4c00",
    NodeKind.QUEUE: "#1a7f37",
    NodeKind.STREAM: "#8250df",
    NodeKind.DEAD_LETTERS: "#57606a",
}
LINE = {
    EdgeKind.PUBLISHES: "#0969da",
    EdgeKind.BINDING: "#57606a",
    EdgeKind.CONSUMES: "#1a7f37",
    EdgeKind.DEAD_LETTER: "#cf222e",
    EdgeKind.ALTERNATE: "#bc4c00",
}
UNWELL = "#ffebe9"
UNWELL_STROKE = "#cf222e"
INK = "#1f2328"
QUIET = "#57606a"
