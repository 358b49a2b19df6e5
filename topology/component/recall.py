"""Which broker a component was applied to last: its state keeps the cluster's id.

A stack program finds it among the stack's outputs, which belong to the user where there are
components.
"""

from __future__ import annotations

from typing import Final

import pulumi

from ..ownership import Claims, Cluster
from ..ownership.takeover import Foreign
from ..place import Place

_HOOK: Final = "rabbitmq-topology:cluster"
_NAME: Final = "cluster"


async def recall(place: Place, cluster: Cluster, claims: Claims) -> None:
    """Learns it, and keeps what holds from now on. Ends the run if this is another broker that has
    objects of the declared names: they are not this stack's, unless `adopt` makes them so."""

    async def changed(args: pulumi.ResourceHookArgs) -> None:
        before = (args.old_inputs or {}).get("input")
        cluster.was(before if isinstance(before, str) and before else None)
        if cluster.foreign and claims.has_existing:
            raise Foreign(cluster.warning)

    name = place.logical_name(_NAME)
    hook = place.hook(_HOOK, changed)
    own = pulumi.ResourceOptions(
        hooks=pulumi.ResourceHookBinding(before_update=[hook]),
        # Where the broker was not asked, what is known of it stays.
        ignore_changes=["input"] if cluster.here is None else None,
    )
    kept = pulumi.Stash(
        name,
        input=cluster.here or "",
        opts=pulumi.ResourceOptions.merge(place.options(name, of_broker=False), own),
    )
    await kept.urn.future()
