"""What the checks refuse is left out, so that the rest can be declared.

A broker works as it is, so an ignorable rule is ignored with that reason. Objects
that break any other rule, which no provider could make again, are left out; what refers to them
then breaks a rule too, until all that is left fits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from ..check import Checked, check
from ..problems import ConfigError, Path, Problem, render_path
from ..rules import RULES
from ..version import BrokerFacts
from .draft import Draft

_IGNORABLE: Final = frozenset(rule.name for rule in RULES if rule.ignorable)
_SECTION_AND_NAME: Final = 2
_SHOWN: Final = 3


def fit(draft: Draft, base: dict[str, Any], broker: BrokerFacts) -> dict[str, Any]:
    """Takes out of the draft what cannot be declared; `base` is what the config dict has beside it.
    Returns the config dict that fits. Raises `ConfigError` if the vhost itself does not."""
    while True:
        config = {**draft.config(), **base}
        problems = list(_errors(config, broker))
        places: dict[str, list[Problem]] = defaultdict(list)
        for problem in problems:
            if problem.rule in _IGNORABLE:
                places[problem.rule].append(problem)
        fatal = [problem for problem in problems if problem.rule not in _IGNORABLE]
        if not fatal:
            return config | _ignored_rules(places)
        reasons: dict[Path, str] = {}
        for problem in fatal:
            if len(problem.path) >= _SECTION_AND_NAME:
                reasons.setdefault(problem.path[:_SECTION_AND_NAME], _said_of_field(problem))
        if not draft.take_out(reasons):
            raise ConfigError(fatal)


def _said_of_field(problem: Problem) -> str:
    """Why an object does not fit, with the field that is wrong, if it is not the object itself."""
    field = problem.path[_SECTION_AND_NAME:]
    return f"{render_path(field)}: {problem.message}" if field else problem.message


def checked(config: dict[str, Any], broker: BrokerFacts) -> Checked:
    """The config dict as the program would look at it on its broker."""
    return check(config, broker)


def _errors(config: dict[str, Any], broker: BrokerFacts) -> Iterator[Problem]:
    """What is wrong on the broker, and what `check` finds that does not ask it."""
    seen: set[Problem] = set()
    facts = [broker, BrokerFacts(broker.version)] if broker.asked else [broker]
    for one in facts:
        for problem in check(config, one).errors:
            if problem not in seen:
                seen.add(problem)
                yield problem


def _ignored_rules(places: dict[str, list[Problem]]) -> dict[str, Any]:
    if not places:
        return {}
    return {"ignore_rules": {rule: _reason(found) for rule, found in sorted(places.items())}}


def _reason(found: list[Problem]) -> str:
    places = [problem.where for problem in found]
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return f"it was so when this broker was adopted: {', '.join(places[:_SHOWN])}{more}"
