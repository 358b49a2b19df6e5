"""Bindings that RabbitMQ refuses, or that do something else than one would think."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..model import Binding
from ..problems import Path, did_you_mean, one_of
from ..version import Version
from .analysis.exchange_kinds import underlying
from .analysis.view import View
from .rule import Finding, error, warning
from .text import wire_problem

_MATCH: Final = "x-match"
_MATCHES: Final = ("all", "any", "all-with-x", "any-with-x")
_WEIGHT: Final = re.compile(r"\+?0*[1-9][0-9]*", re.ASCII)
_PLAIN: Final = ("direct", "fanout", "topic")
_JMS_CLIENTS_ALONE_SINCE: Final = Version(4, 0)


@error("binding-argument")
def binding_argument(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses a headers binding whose `x-match` it does not know (400) and fails on a null
    (500); the provider changes numbers that JSON does not tell apart."""
    for path, binding, kind in _routed(view):
        for argument, value in binding.arguments.items():
            if argument == _MATCH and kind == "headers":
                if value not in _MATCHES:
                    hint = did_you_mean(value, _MATCHES) if isinstance(value, str) else ""
                    yield (*path, "arguments", _MATCH), f"must be {one_of(_MATCHES)}", hint
            elif problem := wire_problem(value):
                yield (*path, "arguments", argument), *problem


@error("binding-never-matches", ignorable=True)
def binding_never_matches(view: View) -> Iterator[Finding]:
    """A headers binding with `x-match: any` and no header to look at matches no message. Headers
    that begin with `x-` count only with `any-with-x` and `all-with-x`."""
    for path, binding, kind in _routed(view):
        if kind != "headers" or binding.arguments.get(_MATCH) not in ("any", "any-with-x"):
            continue
        if not _headers(binding.arguments):
            message = "matches no message: x-match is any, and there is no header to match"
            hidden = any(name != _MATCH for name in binding.arguments)
            hint = "headers that begin with x- need any-with-x" if hidden else "name a header"
            yield (*path, "arguments"), message, hint


@warning("binding-matches-everything")
def binding_matches_everything(view: View) -> Iterator[Finding]:
    """A headers binding without a header to look at matches every message: no header is all of no
    headers. Without `x-match`, RabbitMQ takes `all`."""
    for path, binding, kind in _routed(view):
        match = binding.arguments.get(_MATCH, "all")
        if kind == "headers" and match in ("all", "all-with-x") and not _headers(binding.arguments):
            hidden = any(name != _MATCH for name in binding.arguments)
            hint = "headers that begin with x- need all-with-x" if hidden else "name a header"
            yield (*path, "arguments"), "matches every message: there is no header to match", hint


@warning("headers-without-x-match")
def headers_without_x_match(view: View) -> Iterator[Finding]:
    """Without `x-match`, all headers of a binding must be there; who meant any of them never
    notices."""
    for path, binding, kind in _routed(view):
        headers = _headers(binding.arguments)
        if kind == "headers" and _MATCH not in binding.arguments and len(headers) > 1:
            message = "without x-match, all of these headers must match"
            yield (*path, "arguments"), message, "write x-match: all, or x-match: any"


@warning("wildcard-on-direct")
def wildcard_on_direct(view: View) -> Iterator[Finding]:
    """Only topic exchanges know `*` and `#`; a direct exchange takes them for themselves."""
    for path, binding, kind in _routed(view):
        if kind == "direct" and not {"*", "#"}.isdisjoint(binding.routing_key.split(".")):
            message = "a direct exchange compares keys as they are, * and # included"
            yield (*path, "routing_key"), message, "make the exchange a topic exchange"


@warning("arguments-without-effect")
def arguments_without_effect(view: View) -> Iterator[Finding]:
    """Direct, fanout and topic exchanges do not look at a binding's arguments. They still make it
    another binding: the same message does not arrive twice, but there are two to remove."""
    for path, binding, kind in _routed(view):
        if kind in _PLAIN and binding.arguments:
            message = f"{kind} exchanges do not look at the arguments of bindings"
            yield (*path, "arguments"), message, "leave them out, or use a headers exchange"


@error("invalid-binding")
def invalid_binding(view: View) -> Iterator[Finding]:
    """Some exchange types take only certain bindings and answer 400 to others: a consistent hash
    exchange needs a weight as its binding key, a local random exchange leads to classic queues
    alone and without a key, a JMS topic exchange is bound by JMS clients."""
    for path, binding, kind in _routed(view):
        if kind == "x-consistent-hash" and not _WEIGHT.fullmatch(binding.routing_key):
            message = "must be a whole number above 0, the weight of this binding"
            yield (*path, "routing_key"), message, "write '1' for equal shares"
        elif kind == "x-local-random":
            yield from _local(view, path, binding)
        elif kind == "x-jms-topic" and view.version >= _JMS_CLIENTS_ALONE_SINCE:
            message = "a JMS topic exchange can be bound by JMS clients only"
            yield (*path, "source"), message, "leave this binding to them"


def _local(view: View, path: Path, binding: Binding) -> Iterator[Finding]:
    if binding.routing_key:
        message = "a local random exchange takes no binding key"
        yield (*path, "routing_key"), message, "leave it out"
    if binding.destination_type == "exchange":
        message = "a local random exchange can lead to queues only"
        yield (*path, "destination"), message, "bind a queue"
    queue = view.effective.get(binding.destination)
    if binding.destination_type == "queue" and queue is not None and queue.type != "classic":
        message = f"a local random exchange cannot lead to a {queue.type} queue"
        yield (*path, "destination"), message, "bind a classic queue"


def _routed(view: View) -> Iterator[tuple[Path, Binding, str | None]]:
    """The user's bindings with the type that their source routes like, if it is known."""
    exchanges = view.topology.exchanges
    for path, binding in view.bindings():
        kind = view.exchange_types.get(binding.source)
        if kind is not None and binding.source in exchanges:
            kind = underlying(kind, exchanges[binding.source].arguments)
        yield path, binding, kind


def _headers(arguments: Mapping[str, Any]) -> list[str]:
    """The headers that a binding looks at."""
    if str(arguments.get(_MATCH, "")).endswith("-with-x"):
        return [name for name in arguments if name != _MATCH]
    return [name for name in arguments if not name.startswith("x-")]


_DOTS: Final = (".", "..")
_BEFORE_HASH: Final = "~"


@error("unmanageable-binding")
def unmanageable_binding(view: View) -> Iterator[Finding]:
    """The management API calls a binding by its key and, behind a `~`, a hash of its arguments.
    Where the key holds a `~` itself, it answers 500 to all who list the vhost's bindings. And a
    binding called `.` or `..` can be made, and not deleted again (405)."""
    for path, binding in view.bindings():
        key = binding.routing_key
        # At its very end, a ~ does no harm.
        if binding.arguments and _BEFORE_HASH in key[:-1]:
            message = "with a ~ in the key of a binding with arguments, RabbitMQ fails to list any"
            yield (*path, "routing_key"), message, "choose another key, or leave the arguments out"
        elif key in _DOTS and not binding.arguments:
            message = "the management API can make a binding with this key, and not delete it"
            yield (*path, "routing_key"), message, "choose another key"
