"""Everything that talks to a live broker. The pure core never imports it."""

from topology.broker.error import BrokerError
from topology.broker.management import Management
from topology.broker.probe import probe

__all__ = ["BrokerError", "Management", "probe"]
