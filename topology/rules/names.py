"""Names: reserved by RabbitMQ, unknown to the provider's API, or declared twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..expand.settings import generated_policy_name
from ..problems import Path, render_path
from .analysis.view import View
from .rule import Finding, error

_RESERVED: Final = "amq."
_VHOST_OBJECTS: Final = (
    "exchanges",
    "queues",
    "policies",
    "operator_policies",
    "federation_upstreams",
    "shovels",
)
_DOTS: Final = (".", "..")


@error("reserved-name")
def reserved_name(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses to declare names that begin with `amq.` (401 over HTTP)."""
    for path, name in _named(view, ("exchanges", "queues")):
        if name.startswith(_RESERVED):
            yield path, "names that begin with amq. are RabbitMQ's own", "choose another name"


@error("unmanageable-name")
def unmanageable_name(view: View) -> Iterator[Finding]:
    """The provider's ids are `name@vhost`: with an @ in either, it creates the object and then
    cannot find it again ("unable to parse id")."""
    vhost = view.declared.vhost.name
    if "@" in vhost:
        yield ("vhost",), "the provider cannot handle a vhost with @ in its name", "use another"
    for path, name in _named(view, _VHOST_OBJECTS):
        if "@" in name:
            yield path, "the provider cannot handle names with @", "choose another name"
    # Users are found by their name alone, but their rights in a vhost are not.
    for section in ("permissions", "topic_permissions"):
        for path, entry in view.listed(section, getattr(view.declared, section)):
            if "@" in entry.user:
                message = "the provider cannot handle rights of a user with @ in its name"
                yield (*path, "user"), message, "choose another name"
    for path, name in _named(view, ("services",)):
        if "@" in name:
            message = "the provider cannot handle rights of a user with @ in its name"
            yield path, message, "choose another name"


@error("unreachable-name")
def unreachable_name(view: View) -> Iterator[Finding]:
    """In the addresses of the management API, `.` and `..` are steps of the way and no names: what
    is called so can be neither made nor found (405)."""
    if view.declared.vhost.name in _DOTS:
        yield ("vhost",), "the management API cannot address this name", "choose another name"
    for path, name in _named(view, (*_VHOST_OBJECTS, "users", "services")):
        if name in _DOTS:
            yield path, "the management API cannot address this name", "choose another name"


@error("unbindable-name")
def unbindable_name(view: View) -> Iterator[Finding]:
    """The provider does not encode exchange and queue names in the ids of bindings: one with a
    slash makes the binding fail after it was created."""
    for path, binding in view.bindings():
        for end in ("source", "destination"):
            if "/" in getattr(binding, end):
                yield (*path, end), "the provider cannot bind names with /", "choose another name"
    for path, name in _dead_letter_queues(view):
        if "/" in name:
            yield path, "the provider cannot bind names with /", "choose another name"
    for name in view.declared.queues:
        pattern = view.written.pattern(name) if "/" in name else None
        if pattern is not None:
            message = f"the provider cannot bind names with /, and {pattern} needs bindings"
            yield ("queues", name), message, "choose another name"


def _named(view: View, sections: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    for section in sections:
        for name in getattr(view.declared, section):
            yield (section, name), name
    if "queues" in sections:
        yield from _dead_letter_queues(view)


def _dead_letter_queues(view: View) -> Iterator[tuple[Path, str]]:
    """The queues that patterns add under names of the user's choice."""
    for place, queue in view.written.queues():
        if queue.dead_letter is not None and queue.dead_letter.queue is not None:
            yield (*place, "dead_letter", "queue"), queue.dead_letter.queue


@error("duplicate-binding")
def duplicate_binding(view: View) -> Iterator[Finding]:
    """RabbitMQ keeps one binding where two are equal; removing one of them from the config would
    delete the binding that the other still needs."""
    first: dict[Any, Path] = {}
    for path, binding in view.bindings():
        arguments = _comparable(binding.arguments)
        ends = (binding.source, binding.destination_type, binding.destination)
        key = (*ends, binding.routing_key, arguments)
        if key in first:
            yield path, f"is the same binding as {render_path(first[key])}", "remove one of them"
        else:
            first[key] = path


def _comparable(value: Any) -> Any:
    """Equal for values that RabbitMQ takes for the same; 1, 1.0 and true are not."""
    if isinstance(value, Mapping):
        items = ((str(name), _comparable(entry)) for name, entry in value.items())
        return ("map", frozenset(items))
    if isinstance(value, list):
        return ("list", tuple(_comparable(entry) for entry in value))
    return (type(value).__name__, repr(value))


@error("generated-policy-name")
def generated_policy_name_taken(view: View) -> Iterator[Finding]:
    """The settings of a queue or exchange become a policy of its own, named after it; a declared
    policy of this name would be replaced by it."""
    settled = view.expanded.settled
    for (section, name), policy in settled.applied.items():
        own = view.declared.policies.get(policy)
        generated = policy == generated_policy_name(section, name)
        if generated and own not in (None, settled.topology.policies[policy]):
            message = f"is the name of the policy that holds the settings of {section}.{name}"
            yield ("policies", policy), message, "choose another name"
