"""A RabbitMQ topology as code: for Pulumi programs, and as the command `rabbitmq-topology`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .component import Connection, Service, Topology, TopologyError
    from .program import run_stack

__version__ = "0.1.0"

__all__ = ["Connection", "Service", "Topology", "TopologyError", "__version__", "run_stack"]

_HOMES = {
    "Connection": "component",
    "Service": "component",
    "Topology": "component",
    "TopologyError": "component",
    "run_stack": "program",
}


def __getattr__(name: str) -> Any:
    """Imports what a program asks for. Commands need none of it, and start without Pulumi."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
