"""The config dict as types: one RabbitMQ noun a file, in RabbitMQ's own words."""

from topology.model.binding import Binding
from topology.model.exchange import Exchange
from topology.model.federation import FederationUpstream
from topology.model.migrate import MigrateFrom
from topology.model.named_objects import NamedObjects, NamedPolicies, NamedQueues
from topology.model.pattern import DeadLetter, Retry
from topology.model.permission import Permission, TopicPermission
from topology.model.policy import OperatorPolicy, Policy
from topology.model.queue import Queue
from topology.model.service import Declares, Service
from topology.model.shovel import Shovel
from topology.model.topology import Defaults, Topology
from topology.model.user import User
from topology.model.vhost import VHost

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
