"""Whose is it? What exists on the broker already is never overwritten silently.

`difference` tells how something on the broker differs from what is declared, `takeover` decides,
and `hooks` lets Pulumi ask right before it creates something. `cluster` tells whether the broker is
the one that the state was made with.
"""

from .absence import wrongly_unchanged
from .cluster import Cluster
from .existing import missing
from .hooks import Claims
from .inventory import Inventory, read_inventory
from .objects import claims

__all__ = [
    "Claims",
    "Cluster",
    "Inventory",
    "claims",
    "missing",
    "read_inventory",
    "wrongly_unchanged",
]
