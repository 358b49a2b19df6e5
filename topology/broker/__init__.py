"""Everything that talks to a live broker. The pure core never imports it.

`management` and `amqp` are the two ways to it. `reader` reads it as what `state` has a type for,
with figures as old as `statistics` tells.
"""

from topology.broker.error import BrokerError
from topology.broker.management import Management
from topology.broker.probe import probe
from topology.broker.reader import BrokerReader
from topology.broker.statistics import Timing

__all__ = ["BrokerError", "BrokerReader", "Management", "Timing", "probe"]
