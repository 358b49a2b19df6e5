"""Everything that talks to a live broker. The pure core never imports it.

`management` and `amqp` are the two ways to it. `reader` reads it as what `state` has a type for,
with figures as old as `statistics` tells.
"""

from .error import BrokerError
from .management import Management
from .probe import probe
from .reader import BrokerReader
from .statistics import Timing

__all__ = ["BrokerError", "BrokerReader", "Management", "Timing", "probe"]
