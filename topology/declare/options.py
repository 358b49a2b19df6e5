"""Options that every RabbitMQ resource has."""

from __future__ import annotations

import functools

import pulumi


def options(*own: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """A resource's own options over those of all; later ones win where two speak of the same.

    RabbitMQ knows objects by their names. A replacement that is created before the old one is
    deleted would be taken for the old one, and then be deleted in its place.
    """
    common = pulumi.ResourceOptions(delete_before_replace=True)
    return functools.reduce(pulumi.ResourceOptions.merge, own, common)
