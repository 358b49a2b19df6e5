"""A topology as one object of any Pulumi program."""

from .connection import Connection
from .service import Service
from .topology import Topology, TopologyError

__all__ = ["Connection", "Service", "Topology", "TopologyError"]
