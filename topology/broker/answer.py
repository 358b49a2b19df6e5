"""What a failed answer of the management API means, by its HTTP status.

RabbitMQ's own failures are JSON objects with `error` and `reason`. All others are of something
in front of it, or of another service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from ..problems import Path, Problem

ENDPOINT: Final[Path] = ("rabbitmq:endpoint",)
USERNAME: Final[Path] = ("rabbitmq:username",)

_LONGEST_REASON: Final = 300
_CREDENTIALS = re.compile(r"(\w+://)[^/@\s\"']*@")

_NOT_MANAGEMENT: Final = (
    "give the management port (15672 by default), and enable the plugin rabbitmq_management"
)
_LOGIN: Final = "the user needs the tag administrator, and guest may only connect from localhost"

_REDIRECTS: Final = range(300, 400)
_HINTS: Final = {
    400: "",
    403: "let the user, and this machine, reach the management API",
    405: "correct the path in the address; a proxy may also forbid the method",
    407: "give the proxy's user and password: http://USER:PASSWORD@HOST:PORT",
    408: "check the network and the broker's alarms",
    412: "",
    429: "wait, or raise the limit of the proxy in front of RabbitMQ",
    500: "the broker's log says more",
    502: "start the broker, or correct where the proxy in front of it leads",
    503: "wait until the broker has started, and check its alarms",
    504: "check the network between the proxy and the broker, and the broker's alarms",
}
_WORDS: Final = {
    400: "bad request",
    403: "forbidden",
    405: "method not allowed",
    407: "the proxy asks for a user and password",
    408: "request timed out",
    412: "precondition failed",
    429: "too many requests",
    500: "internal error",
    502: "bad gateway: a proxy has no connection to the broker",
    503: "service unavailable",
    504: "gateway timed out: a proxy has no answer of the broker's",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not a success, or is not JSON."""

    endpoint: str
    asked: str
    """Such as `GET /api/queues/%2F`."""
    answer: httpx.Response

    def problem(self) -> Problem:
        """Never holds a secret."""
        status = self.answer.status_code
        if status in _REDIRECTS:
            return self._redirected()
        if status == httpx.codes.UNAUTHORIZED:
            return self._unauthorized()
        if status == httpx.codes.NOT_FOUND:
            return _no_management(self.endpoint, "HTTP 404")
        if self.answer.is_success:
            return _no_management(self.endpoint, _content(self.answer))
        words = _WORDS.get(status, self.answer.reason_phrase.lower() or "failed")
        text = f"{self.endpoint} answers {self.asked} with HTTP {status} ({words})"
        if reason := reason_of(self.answer):
            text += f": {reason}"
        elif is_page(self.answer):
            text += " and an HTML page, which RabbitMQ does not write"
        return Problem(ENDPOINT, text, _HINTS.get(status, ""))

    def _redirected(self) -> Problem:
        target = urlsplit(self.answer.headers.get("location", ""))
        where = f"{target.scheme}://{_host(target.netloc)}" if target.netloc else "another path"
        where += target.path if target.netloc else f", {target.path}" if target.path else ""
        text = f"{self.endpoint} redirects {self.asked} to {where} (HTTP {self.answer.status_code})"
        hint = "give the address at which the management API answers itself"
        return Problem(ENDPOINT, text, hint)

    def _unauthorized(self) -> Problem:
        reason = reason_of(self.answer)
        if reason is None and not _is_of_rabbitmq(self.answer):
            text = (
                f"something in front of RabbitMQ at {self.endpoint} asks for another login "
                "(HTTP 401, and not in RabbitMQ's words)"
            )
            return Problem(ENDPOINT, text, "give an address without it")
        text = f"the broker at {self.endpoint} refuses this user and password"
        if reason is not None:
            text += f" ({reason})"
        return Problem(USERNAME, text, _LOGIN)


def not_there(endpoint: str, asked: str) -> Problem:
    """What has to be there for the program, and is answered with HTTP 404."""
    return _no_management(endpoint, f"{asked}: HTTP 404")


def _no_management(endpoint: str, why: str) -> Problem:
    message = f"what answers at {endpoint} is not RabbitMQ's management API ({why})"
    return Problem(ENDPOINT, message, _NOT_MANAGEMENT)


def reason_of(answer: httpx.Response) -> str | None:
    """RabbitMQ's own reason for a failure, in one line without credentials of URIs; None if the
    answer is not RabbitMQ's."""
    try:
        content = answer.json()
    except ValueError:
        return None
    if not isinstance(content, dict):
        return None
    reason = content.get("reason") or content.get("error")
    if reason is None:
        return None
    line = " ".join(_CREDENTIALS.sub(r"\1…@", str(reason)).split())
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]}…"


def _is_of_rabbitmq(answer: httpx.Response) -> bool:
    return "RabbitMQ" in answer.headers.get("www-authenticate", "")


def is_page(answer: httpx.Response) -> bool:
    """Whether it is for people: the API writes JSON alone."""
    return "html" in answer.headers.get("content-type", "").lower()


def _content(answer: httpx.Response) -> str:
    return "an HTML page" if is_page(answer) else "no JSON"


def _host(netloc: str) -> str:
    return netloc.rpartition("@")[2]
