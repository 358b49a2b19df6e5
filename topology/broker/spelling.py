"""Whether names with characters that a URL encodes come to RabbitMQ as they were sent.

Gateways that decode `%2F` to `/`, or encode it a second time, make other objects of vhost `/` than
the one that is meant, and RabbitMQ answers as if all were well. So before the first request with
such a character, RabbitMQ is asked for the listener of a protocol that does not exist: its answer
repeats the name that it was asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import quote

import httpx

from ..problems import Problem
from .answer import ENDPOINT
from .error import BrokerError

_PATH: Final = "health/checks/protocol-listener/"
"""Its answer is HTTP 503 for a protocol without a listener, with `missing`: its name in small
letters; newer brokers split it at commas. It changes nothing."""
_AROUND: Final = "41none"
"""After a `%` that was decoded, two digits make another character of it."""

Send = Callable[[str, str], httpx.Response]
"""Takes method and encoded path."""


class Spelling:
    """What is known of one address. Threads may share it."""

    def __init__(self, endpoint: str, send: Send) -> None:
        self._endpoint, self._send = endpoint, send
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def check(self, names: Iterable[str]) -> None:
        """Raises `BrokerError` if one of the names would come as another."""
        wanted = {character for name in names for character in name if _is_encoded(character)}
        with self._lock:
            unknown = "".join(sorted(wanted - self._known))
            if not unknown:
                return
            found = self._echo(unknown)
            # Without this check's answer for a plain name, it tells nothing: it may be forbidden.
            if found is not True and self._echo("") is True:
                raise BrokerError([self._problem(unknown, found)])
            self._known |= wanted

    def _echo(self, characters: str) -> bool | str:
        """Whether the characters come as they are, or how they come instead."""
        name = _AROUND.join(("", *characters, ""))
        answer = self._send("GET", _PATH + quote(name, safe=""))
        try:
            content: Any = answer.json()
        except ValueError:
            content = None
        missing = content.get("missing") if isinstance(content, dict) else None
        if isinstance(missing, list):
            missing = ",".join(map(str, missing))
        if missing == name:
            return True
        return (
            f"it comes as {missing}" if isinstance(missing, str) else f"HTTP {answer.status_code}"
        )

    def _problem(self, characters: str, found: bool | str) -> Problem:  # noqa: FBT001
        encoded = ", ".join(f"{quote(one, safe='')} ({one})" for one in characters)
        return Problem(
            ENDPOINT,
            f"a proxy in front of {self._endpoint} changes encoded characters on their way to "
            f"RabbitMQ: {encoded}; {found}. Names with them would be those of other objects",
            "have it pass on the path as it is: in nginx, a proxy_pass without a path; in Apache, "
            "AllowEncodedSlashes NoDecode and nocanon; in Envoy, KEEP_UNCHANGED",
        )


def _is_encoded(character: str) -> bool:
    # Letters beyond ASCII are left out: the answer would repeat them in small letters.
    return character.isascii() and quote(character, safe="") != character
