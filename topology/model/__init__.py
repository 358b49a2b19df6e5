"""The config dict as types: one RabbitMQ noun a file, in RabbitMQ's own words."""

from .binding import Binding
from .exchange import Exchange
from .federation import FederationUpstream
from .migrate import MigrateFrom
from .named_objects import NamedObjects, NamedPolicies, NamedQueues
from .pattern import DeadLetter, Retry
from .permission import Permission, TopicPermission
from .policy import OperatorPolicy, Policy
from .queue import Queue
from .service import Declares, Service
from .shovel import Shovel
from .topology import Defaults, Topology
from .user import User
from .vhost import VHost

__all__ = [
    "Binding",
    "DeadLetter",
    "Declares",
    "Defaults",
    "Exchange",
    "FederationUpstream",
    "MigrateFrom",
    "NamedObjects",
    "NamedPolicies",
    "NamedQueues",
    "OperatorPolicy",
    "Permission",
    "Policy",
    "Queue",
    "Retry",
    "Service",
    "Shovel",
    "TopicPermission",
    "Topology",
    "User",
    "VHost",
]
