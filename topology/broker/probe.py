"""What broker is this? Asked once at the start of a run, before anything is planned."""

from __future__ import annotations

from ..version import BrokerFacts
from .management import Management
from .reader import BrokerReader


def probe(management: Management) -> BrokerFacts:
    """Raises `BrokerError` if the broker cannot be asked, or is older than what is supported."""
    return BrokerReader(management).facts()
