"""The whole check of a config dict, offline: schema first, then the rules over all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .config_files import Layers
from .expand import Expanded, expand
from .expand.settings import Settled
from .model import Topology
from .parse import parse
from .parse.schema_errors import MISSING
from .problems import ConfigError, Problem, Severity
from .rules import RULES
from .rules.analysis.view import View
from .rules.rule import ignore_rules_problems
from .version import NEWEST, BrokerFacts, Version


@dataclass(frozen=True, slots=True)
class Checked:
    """A config dict that was looked at. `usable` gives what to declare, or raises all errors."""

    expanded: Expanded
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity is Severity.WARNING)

    def usable(self) -> Settled:
        """The plain declarations. Raises `ConfigError` if there is any error."""
        if self.errors:
            raise ConfigError(self.errors)
        return self.expanded.settled


def check(raw: Any, broker: BrokerFacts | None = None) -> Checked:
    """Looks at a config dict as a whole and finds everything that is wrong with it.

    `broker` is what the topology is meant for; without one, its own `rabbitmq_version` counts, or
    else the newest known RabbitMQ.
    """
    parsed = parse(raw)
    facts = broker or _intended(parsed.topology)
    expanded = expand(parsed.topology, facts.version)
    view = View(parsed, expanded, facts)
    found = [problem for rule in RULES for problem in rule.problems(view)]
    kept = [problem for problem in found if problem.rule not in parsed.topology.ignore_rules]
    misused = ignore_rules_problems(view, RULES)
    return Checked(expanded, (*parsed.problems, *expanded.problems, *misused, *kept))


def check_layers(layers: Layers, broker: BrokerFacts | None = None) -> Checked:
    """`check` of a config dict and what it extends; each problem says where its value is written.

    Where a file could not be read, only what is wrong in itself is told: a name that no file
    declares may be declared in that one.
    """
    if layers.whole:
        checked = check(layers.value, broker)
    else:
        parsed = parse(layers.value)
        found = tuple(problem for problem in parsed.problems if problem.message != MISSING)
        checked = Checked(expand(parsed.topology), found)
    located = (problem.at(layers.source(problem.path)) for problem in checked.problems)
    return replace(checked, problems=(*layers.problems, *located))


def _intended(topology: Topology) -> BrokerFacts:
    version = topology.rabbitmq_version
    return BrokerFacts(Version.parse(version) if version else NEWEST)
