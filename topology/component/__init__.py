"""A topology as one object of any Pulumi program."""

from topology.component.connection import Connection
from topology.component.topology import Service, Topology, TopologyError

__all__ = ["Connection", "Service", "Topology", "TopologyError"]
