"""What names another object must name one that exists."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from ..expand.regular_expression import pattern_is_valid, pattern_matches
from ..problems import Path, did_you_mean
from .analysis.view import View
from .rule import Finding, error, warning

_DEFAULT_EXCHANGE = "amq.default"


@error("undeclared-reference")
def undeclared_reference(view: View) -> Iterator[Finding]:
    """A binding to a queue or exchange that does not exist is refused by RabbitMQ (404), and so are
    rights for a user that does not exist (400), after everything before it has been created."""
    for path, binding in view.bindings():
        yield from _declared(view, (*path, "source"), "exchanges", binding.source)
        section = "queues" if binding.destination_type == "queue" else "exchanges"
        yield from _declared(view, (*path, "destination"), section, binding.destination)
    for section in ("permissions", "topic_permissions"):
        for path, entry in view.listed(section, getattr(view.declared, section)):
            yield from _user(view, (*path, "user"), entry.user)
    for path, topic in view.listed("topic_permissions", view.declared.topic_permissions):
        yield from _declared(view, (*path, "exchange"), "exchanges", topic.exchange)


@error("unknown-profile")
def unknown_profile(view: View) -> Iterator[Finding]:
    """A queue takes its settings from one profile, which must exist. Profiles and defaults take
    none."""
    profiles = view.declared.profiles
    refused = {str(path[1]) for path in view.parsed.broken if path[0] == "profiles" and path[1:]}
    for place, queue in view.written.queues():
        if queue.profile is None:
            continue
        path = (*place, "profile")
        if place[0] != "queues":
            yield path, "only a queue can take a profile", "write the settings here"
        elif queue.profile not in {*profiles, *refused} and view.whole("profiles"):
            hint = _nearest(queue.profile, profiles)
            yield path, "no profile of this name is declared", hint


@error("undeclared-upstream", ignorable=True)
def undeclared_upstream(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts a policy for an upstream that does not exist, and federates nothing. Ignore
    this for upstreams and sets that are made elsewhere."""
    if not view.whole("federation_upstreams"):
        return
    for name, policy in view.declared.policies.items():
        path: Path = ("policies", name, "definition")
        for key, value in policy.definition.values().items():
            yield from _upstream(view, (*path, key), key, value)


def _upstream(view: View, path: Path, key: str, value: Any) -> Iterator[Finding]:
    names = view.upstream_names
    if key == "federation-upstream" and value not in names:
        yield path, "no upstream of this name is declared", _nearest(value, names)
    elif key == "federation-upstream-pattern" and pattern_is_valid(value):
        if not any(pattern_matches(value, upstream) for upstream in names):
            yield path, "matches no declared upstream", "declare one, or correct it"
    elif key == "federation-upstream-set" and value != "all":
        hint = "write all, or federation-upstream-pattern with a pattern of names"
        yield path, "the provider cannot make upstream sets", hint
    elif key == "federation-upstream-set" and not names:
        yield path, "no federation upstream is declared", "declare one"


def _user(view: View, path: Path, user: str) -> Iterator[Finding]:
    if user not in view.user_names and view.whole("users"):
        hint = did_you_mean(user, view.user_names)
        hint = hint or "declare it, with existing: true if it is made elsewhere"
        yield path, "no user of this name is declared", hint


def _declared(view: View, path: Path, section: str, name: str) -> Iterator[Finding]:
    names = view.exchange_names if section == "exchanges" else view.queue_names
    if name in names or not view.whole(section):
        return
    kind = section.removesuffix("s")
    if kind == "exchange" and name == _DEFAULT_EXCHANGE:
        message = "nothing can be bound to the default exchange"
        yield path, message, "it reaches every queue by its name, without a binding"
    else:
        yield path, f"no {kind} of this name is declared", _nearest(name, names)


def _nearest(name: str, names: Collection[str]) -> str:
    return did_you_mean(name, names) or "declare it, or correct the name"


_DEFAULT_EXCHANGE_NAMES = ("", "amq.default")


@warning("unbound-exchange")
def unbound_exchange(view: View) -> Iterator[Finding]:
    """An exchange without bindings and without an alternate exchange drops what is published to
    it. Clients may bind queues of their own."""
    if not _bindings_are_known(view):
        return
    services = view.declared.services.values()
    bound_by_services = {name for s in services if s.declares for name in s.declares.binds}
    for name in view.declared.exchanges:
        if not view.routing.bound(name) and name not in bound_by_services:
            message = "nothing is bound to it: what is published to it is dropped"
            yield ("exchanges", name), message, "bind a queue to it"


@warning("unreachable-queue")
def unreachable_queue(view: View) -> Iterator[Finding]:
    """A queue without bindings can be reached through the default exchange alone, by publishing
    with its name as the routing key. That may be what is meant."""
    if not _bindings_are_known(view) or _someone_publishes_by_name(view):
        return
    reached = {b.destination for b in view.topology.bindings if b.destination_type == "queue"}
    for queue in view.effective.values():
        if queue.text("dead_letter_exchange") == "":
            reached.add(queue.text("dead_letter_routing_key") or "")
    reached.update(s.destination_queue or "" for s in view.declared.shovels.values())
    for name in view.declared.queues:
        if name not in reached:
            message = "no exchange leads to it: only the default exchange does, by its name"
            yield ("queues", name), message, "bind it, if it is not published to by its name"


def _someone_publishes_by_name(view: View) -> bool:
    services = view.declared.services.values()
    return any(s.replies or set(s.publishes) & set(_DEFAULT_EXCHANGE_NAMES) for s in services)


def _bindings_are_known(view: View) -> bool:
    return not any(path[0] == "bindings" for path in view.parsed.broken)
