"""The least rights a service needs, as RabbitMQ's regular expressions.

What RabbitMQ checks: publishing needs *write* on the exchange; consuming needs *read* on the queue;
declaring a queue needs *configure* on it, and with a dead-letter exchange *read* on the queue and
*write* on that exchange; binding a queue needs *write* on it and *read* on the exchange. Dead
letters and alternate exchanges are routed by the broker itself, with nobody's rights. On a topic
exchange, routing keys are checked too where the user has a topic permission.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..model import Permission, Service, TopicPermission

DEFAULT_EXCHANGE = "amq.default"
"""What RabbitMQ calls the default exchange, whose name is empty, when it checks rights."""

_WORD_CHARACTER = "[^.]"


def permission(username: str, service: Service) -> Permission:
    """Three anchored expressions that match exactly what the service works with."""
    own = service.declares
    write = [name or DEFAULT_EXCHANGE for name in service.publishes]
    if service.replies:
        write.append(DEFAULT_EXCHANGE)
    read = list(service.consumes)
    prefixes = []
    if own is not None:
        prefixes.append(own.prefix)
        read.extend(own.binds)
        if own.dead_letter_exchange is not None:
            write.append(own.dead_letter_exchange)
    return Permission(
        user=username,
        configure=expression((), prefixes),
        write=expression(write, prefixes),
        read=expression(read, prefixes),
    )


def topic_permissions(username: str, service: Service) -> Iterator[TopicPermission]:
    """One for each topic exchange on which the service is held to routing keys."""
    for exchange, patterns in service.publishes.items():
        if patterns:
            keys = "|".join(topic_expression(pattern) for pattern in dict.fromkeys(patterns))
            yield TopicPermission(user=username, exchange=exchange, write=f"^({keys})$", read=".*")


def expression(names: Iterable[str], prefixes: Iterable[str] = ()) -> str:
    """Matches these names and what begins with these prefixes, and nothing else."""
    exact = [re.escape(name) for name in dict.fromkeys(names)]
    parts = exact + [f"{re.escape(prefix)}.*" for prefix in dict.fromkeys(prefixes)]
    if not parts:
        return ""
    return f"^{parts[0]}$" if len(parts) == 1 else f"^({'|'.join(parts)})$"


def topic_expression(pattern: str) -> str:
    """A topic pattern as an expression for routing keys: `*` is one word, `#` any number."""
    words = _without_repeated_hash(pattern.split("."))
    if words == ["#"]:
        return ".*"
    text = ""
    if words[0] == "#":
        text, words = f"({_WORD_CHARACTER}*\\.)*", words[1:]
    for index, word in enumerate(words):
        dot = r"\." if index else ""
        if word == "#":
            text += f"({dot}{_WORD_CHARACTER}*)*"
        else:
            text += dot + (f"{_WORD_CHARACTER}*" if word == "*" else re.escape(word))
    # A word may be empty, but the empty key has no word at all.
    return f"(?=.){text}" if re.fullmatch(text, "") else text


def _without_repeated_hash(words: list[str]) -> list[str]:
    return [word for i, word in enumerate(words) if not (word == "#" and words[i - 1 : i] == ["#"])]
