"""Waiting until nobody is seen to publish any more."""

from __future__ import annotations

import time

from tests.features.eventually import eventually
from tests.support.api import Api
from topology.broker.statistics import SAMPLE_SECONDS


def until_idle(api: Api, vhost: str, exchange: str) -> None:
    """Waits until statistics have told of what was published before, and tell of nothing new.

    The guards refuse to delete an exchange until then.
    """
    time.sleep(SAMPLE_SECONDS)
    eventually(lambda: rate(api, vhost, exchange) == 0, wanted=True)


def rate(api: Api, vhost: str, exchange: str) -> float:
    """Messages a second, as sampled."""
    statistics = api.exchanges(vhost)[exchange].get("message_stats") or {}
    return float((statistics.get("publish_in_details") or {}).get("rate") or 0)
