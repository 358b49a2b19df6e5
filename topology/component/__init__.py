"""A topology as one object of any Pulumi program."""

from .connection import Connection
from .topology import Service, Topology, TopologyError

__all__ = ["Connection", "Service", "Topology", "TopologyError"]
