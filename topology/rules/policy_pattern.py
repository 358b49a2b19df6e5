"""What policies match, and which of several applies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..model import OperatorPolicy, Policy
from ..model.policy import TYPED_APPLY_TO_SINCE
from ..problems import one_of
from .analysis.patterns import pattern_problem
from .analysis.policy_matches import Matched, policy_places
from .analysis.view import View
from .rule import Finding, error, warning

UPSTREAM_PATTERN: Final = "federation-upstream-pattern"

_TYPED: Final = ("classic_queues", "quorum_queues", "streams")
_SHOWN: Final = 3
_MANY: Final = 200
"""Policies. On RabbitMQ 4.3, 250 that are set one by one take five seconds of a processor, and
twice as many seven times as long."""


@error("invalid-pattern")
def invalid_pattern(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses a policy whose pattern is no regular expression (400)."""
    for place, policy in policy_places(view.declared):
        if problem := pattern_problem(policy.pattern, view.version):
            yield (*place, "pattern"), *problem
        upstreams = policy.definition.values().get(UPSTREAM_PATTERN)
        if upstreams is not None and (problem := pattern_problem(upstreams, view.version)):
            yield (*place, "definition", UPSTREAM_PATTERN), *problem


@error("unsupported-apply-to")
def unsupported_apply_to(view: View) -> Iterator[Finding]:
    """Before 3.12, RabbitMQ refuses a policy for one queue type (400)."""
    for place, policy in policy_places(view.declared):
        if policy.apply_to in _TYPED and view.version < TYPED_APPLY_TO_SINCE:
            message = f"{policy.apply_to} came with RabbitMQ {TYPED_APPLY_TO_SINCE}"
            yield (*place, "apply_to"), message, "write queues, with a pattern for these queues"


@warning("policy-matches-nothing")
def policy_matches_nothing(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts a policy that matches nothing. It may be meant for queues that clients
    declare themselves."""
    for section, policies, matches in _sections(view):
        matched = {policy for found in matches for policy in (*found.policies, *found.blocked)}
        for name, policy in policies.items():
            if name not in matched and not pattern_problem(policy.pattern, view.version):
                path = (section, name, "pattern")
                kinds = _kinds(policy)
                message = f"matches none of the declared {kinds}"
                yield path, message, "correct it, if it is not for objects that clients declare"


@warning("too-many-policies")
def too_many_policies(view: View) -> Iterator[Finding]:
    """When a policy is set, RabbitMQ matches every queue of the vhost with all policies, and each
    queue or exchange with settings of its own has one: its work grows with the cube of their
    number."""
    own = len(view.expanded.settled.generated)
    if own >= _MANY:
        message = (
            f"{own} queues and exchanges have settings of their own, each applied by a policy of "
            "its own, and setting so many takes RabbitMQ minutes"
        )
        hint = (
            "give those that need the same one policy, write settings_as_arguments: true, or shard"
        )
        yield ("queues",), message, f"{hint} the vhost"


@warning("shadowed-policy")
def shadowed_policy(view: View) -> Iterator[Finding]:
    """Only one policy applies to a queue or exchange, the one with the highest priority; RabbitMQ
    does not combine policies. One that loses everywhere does nothing."""
    for section, policies, matches in _sections(view):
        winners: dict[str, dict[str, None]] = defaultdict(dict)
        winning: set[str] = set()
        for found in matches:
            winning.update(found.policies[:1])
            for loser in found.policies[1:]:
                winner = found.policies[0]
                if policies[winner].priority > policies[loser].priority:
                    winners[loser][winner] = None
        for name in policies:
            if name in winners and name not in winning:
                others = _listed(winners[name])
                message = f"applies to nothing: all that it matches is taken by {others}"
                hint = "raise its priority, or put its definition into the other"
                yield (section, name), message, hint


@warning("equal-priorities")
def equal_priorities(view: View) -> Iterator[Finding]:
    """Of two policies with the same priority that match the same queue, RabbitMQ applies one and
    does not say which."""
    for section, policies, matches in _sections(view):
        told: set[tuple[str, ...]] = set()
        for found in matches:
            pair = found.policies[:2]
            if len(pair) < 2 or pair in told:
                continue
            told.add(pair)
            first, second = (policies[name] for name in pair)
            if first.priority == second.priority and first.definition != second.definition:
                message = f"has the same priority as {pair[0]}, and both match {found.name}"
                yield (section, pair[1], "priority"), message, "give them different ones"


def _sections(
    view: View,
) -> Iterator[tuple[str, Mapping[str, Policy | OperatorPolicy], tuple[Matched, ...]]]:
    yield "policies", view.declared.policies, view.policy_matches
    operators = view.declared.operator_policies
    yield "operator_policies", operators, view.operator_policy_matches


def _kinds(policy: Policy | OperatorPolicy) -> str:
    if policy.apply_to == "all":
        return "queues and exchanges"
    return policy.apply_to.replace("_", " ")


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    rest = len(listed) - _SHOWN
    return f"{', '.join(listed[:_SHOWN])} and {rest} more" if rest > 0 else one_of(listed)
