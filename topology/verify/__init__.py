"""Proves with each service's own URL what it may do, and that it may do nothing else.

Nothing that is done here leaves a trace or touches a message: publishing happens in transactions
that are rolled back, consuming is asked for in a way that RabbitMQ refuses after it has checked the
rights, and queues that are declared are exclusive, so they go with the connection.
"""

from .act import Act, Deed, Outcome
from .plan import acts
from .prove import prove

__all__ = ["Act", "Deed", "Outcome", "acts", "prove"]
