"""Cycles in graphs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

_Node = TypeVar("_Node", bound=Hashable)


def cycles(edges: Mapping[_Node, Iterable[_Node]]) -> Iterator[frozenset[_Node]]:
    """Groups of nodes that can all reach one another, and themselves (Tarjan's algorithm, without
    recursion). Time grows with the number of nodes and edges."""
    order: dict[_Node, int] = {}
    low: dict[_Node, int] = {}
    stack: dict[_Node, None] = {}
    for root in edges:
        if root in order:
            continue
        work = [(root, iter(edges.get(root, ())))]
        order[root] = low[root] = len(order)
        stack[root] = None
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in order:
                    order[target] = low[target] = len(order)
                    stack[target] = None
                    work.append((target, iter(edges.get(target, ()))))
                    break
                if target in stack:
                    low[node] = min(low[node], order[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    group = _taken_down_to(stack, node)
                    if len(group) > 1 or node in edges.get(node, ()):
                        yield group


def _taken_down_to(stack: dict[_Node, None], node: _Node) -> frozenset[_Node]:
    taken = set()
    while True:
        top, _ = stack.popitem()
        taken.add(top)
        if top == node:
            return frozenset(taken)
