"""What a shovel or a federation link comes after, and so is deleted before."""

from __future__ import annotations

from collections.abc import Collection

import pulumi

from .logical_name import binding_name
from .scope import Scope


def link_ends(
    scope: Scope, *, queues: Collection[str | None], exchanges: Collection[str | None]
) -> list[pulumi.Resource]:
    """The queues and exchanges of these names that are declared, and the bindings that belong to
    them: of an exchange all that there are, since it may lead on to others."""
    ends: list[pulumi.Resource] = []
    ends += (resource for name, resource in scope.queues.items() if name in queues)
    ends += (resource for name, resource in scope.exchanges.items() if name in exchanges)
    if any(name in scope.exchanges for name in exchanges):
        return [*ends, *scope.bindings.values()]
    vhost = scope.topology.vhost.name
    of_queues = (
        binding_name(vhost, binding)
        for binding in scope.topology.bindings
        if binding.destination_type == "queue" and binding.destination in queues
    )
    return [*ends, *(scope.bindings[name] for name in of_queues)]
