"""What a change of policies does to the queues, streams and exchanges that are on a broker.

RabbitMQ applies one policy to an object, the one with the highest priority that matches, and merges
one operator policy into it. So a new, changed or deleted policy can make another stop applying, and
a stricter one can drop messages, although no queue is touched. `evaluate` finds both, for whoever
asks: the program before it changes a policy, the gate of a pull request, and drift. It is pure.
"""

from .change import PolicyChange, PolicySet, declared_change
from .effect import PolicyEffect, Rule
from .evaluate import evaluate
from .live_object import Counts, LiveObject
from .refusal import CODE, refusal, refused
from .state import PolicyState

__all__ = [
    "CODE",
    "Counts",
    "LiveObject",
    "PolicyChange",
    "PolicyEffect",
    "PolicySet",
    "PolicyState",
    "Rule",
    "declared_change",
    "evaluate",
    "refusal",
    "refused",
]
