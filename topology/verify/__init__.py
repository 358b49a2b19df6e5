"""Proves with each service's own URL what it may do, and that it may do nothing else.

Nothing that is done here leaves a trace or touches a message: publishing happens in transactions
that are rolled back, consuming is asked for in a way that RabbitMQ refuses after it has checked the
rights, and queues that are declared are exclusive, so they go with the connection.
"""

from topology.verify.act import Act, Deed, Outcome
from topology.verify.plan import acts
from topology.verify.prove import prove

__all__ = ["Act", "Deed", "Outcome", "acts", "prove"]
