"""From what a user writes to plain declarations that one can see.

The result is a topology again, in the same words, and expanding it once more changes nothing: what
`check --show` prints is a config dict in its own right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..model import Topology
from ..problems import Problem
from ..version import NEWEST, Version
from .inherit import inherit
from .patterns import add_patterns
from .services import Access, add_services
from .settings import Settled, settle


@dataclass(frozen=True, slots=True)
class Expanded:
    """The stages of an expansion that something looks at."""

    inherited: Topology
    """Every exchange and queue complete in itself; patterns and services as they are written."""
    complete: Topology
    """Patterns and services written out; settings still stand on their queues."""
    settled: Settled
    """Plain declarations: settings moved to policies and arguments."""
    access: Mapping[str, Access]
    """How each service gets in, by its name."""
    problems: tuple[Problem, ...] = ()


def expand(topology: Topology, version: Version = NEWEST) -> Expanded:
    """For a version of RabbitMQ: on it depend which policies apply and what dead letters tell.

    Never raises: a pattern that cannot be added is a problem, and is left out.
    """
    inherited = inherit(topology)
    patterned, problems = add_patterns(inherited, version)
    complete, access, clashes = add_services(patterned)
    return Expanded(inherited, complete, settle(complete, version), access, (*problems, *clashes))


__all__ = ["Access", "Expanded", "expand"]
