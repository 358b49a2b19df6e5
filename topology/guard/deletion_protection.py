"""A vhost that RabbitMQ protects from deletion (since 4.0): nothing in it goes, where it would go.

RabbitMQ refuses to delete such a vhost (412), and deletes every object in it. Without this guard, a
destroy would empty the vhost and then fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..broker.error import BrokerError
from ..kind import Kind
from .context import Guarding
from .refusal import CODE, Going, Refusal, keeping, unasked


class DeletionProtection:
    """Knows of each vhost whether it is protected, from the first time that it is asked for."""

    def __init__(self, guarding: Guarding) -> None:
        self._guarding = guarding
        self._known: dict[str, bool] = {}

    def refuse(
        self,
        kind: Kind,
        properties: Mapping[str, Any],
        destroyed: bool,  # noqa: FBT001 - threads take no keywords
    ) -> None:
        """Raises `Refusal` before any object is deleted of a vhost that would go with them.

        `destroyed` is whether the run deletes what is
        declared. A vhost that is no longer declared goes as well.
        """
        own, retention = self._guarding.topology.vhost, self._guarding.retention
        key = "name" if kind is Kind.VHOST else "vhost"  # a user has none
        vhost = str(properties.get(key, own.name))
        goes = kind is Kind.VHOST or destroyed or vhost != own.name
        stays = retention.vhost(vhost) or (own.existing and vhost == own.name)
        if not goes or stays or not self._protected(vhost):
            return
        going = Going.DESTROYED_WITH_VHOST if vhost == own.name else Going.RENAMED
        raise Refusal(
            f"{CODE} vhost {vhost} is not deleted, nor is anything in it: RabbitMQ protects the "
            f"vhost from deletion.\n"
            f"  Options:\n"
            f"  - take the protection off: rabbitmqctl disable_vhost_deletion_protection "
            f"{vhost}, or DELETE /api/vhosts/{quote(vhost, safe='')}/deletion/protection\n"
            f"  - {keeping(Kind.VHOST, vhost, going, vhost)}"
        )

    def _protected(self, vhost: str) -> bool:
        if vhost not in self._known:
            try:
                found = self._guarding.broker.reader.vhost(vhost)
            except BrokerError as error:
                raise unasked("vhost", vhost, error) from None
            self._known[vhost] = found is not None and found.protected_from_deletion
        return self._known[vhost]
