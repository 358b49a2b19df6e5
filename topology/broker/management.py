"""RabbitMQ's management API, with failures that say what to do."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Any, Final, Self, TypeAlias
from urllib.parse import quote

import httpx

from .answer import Refusal, is_page, not_there, reason_of
from .deadline import Deadline
from .error import BrokerError
from .proxy import find_proxy
from .spelling import Spelling
from .tls import Tls
from .unreached import unreached

_log = logging.getLogger("topology")

FIRST_SECONDS: Final = 10.0
"""From the first request to its answer, with all that is tried again: for an address at which
nothing has answered yet."""
PATIENT_SECONDS: Final = 30.0
"""Without a byte from a broker that has answered before. A list of many queues takes a while."""
READ_SECONDS: Final = 10.0
"""After so many a read is sent once more: its answer may have been lost."""
_TRIES: Final = 3
"""A broker that is just coming up refuses the first connections. Of several nodes behind a load
balancer one may be down, and then the next one has its turn."""
_PAUSE: Final = 0.5
_BROKEN: Final = (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError)
_NODE_IS_DOWN: Final = (
    httpx.codes.BAD_GATEWAY,
    httpx.codes.SERVICE_UNAVAILABLE,
    httpx.codes.GATEWAY_TIMEOUT,
)

_REFUSED: Final = (httpx.codes.BAD_REQUEST, httpx.codes.PRECONDITION_FAILED)
"""How RabbitMQ refuses a change: a wrong one, or one that the object is protected from."""

WaitingFor: TypeAlias = Callable[[str], AbstractContextManager[object]]
"""Surrounds a request, and is told its method and URL."""


class Management:
    """A connection to the management API. Threads may share it.

    Every call raises `BrokerError` where the broker does not answer as one; no error holds a
    password.
    """

    def __init__(  # noqa: PLR0913 - two of them are for who waits, and for tests
        self,
        endpoint: str,
        username: str,
        password: str,
        tls: Tls | None = None,
        waiting_for: WaitingFor = nullcontext,
        *,
        proxy: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`proxy` is the one that the config names. `transport` takes the place of the network."""
        self._endpoint, self._waiting_for = endpoint, waiting_for
        self._proxy = find_proxy(endpoint, proxy, os.environ)
        # Reading the machine's certificates takes a while; without TLS they are not needed.
        secured = endpoint.startswith("https:") or (self._proxy and self._proxy.is_secured)
        self._trust = (tls or Tls()).context() if secured else None
        self._client = httpx.Client(
            base_url=f"{endpoint}/api",
            auth=(username, password),
            transport=transport or self._transport(),
            trust_env=False,
        )
        self._spelling = Spelling(endpoint, self._sent)
        self._answered = threading.Event()
        self._deadline = Deadline(FIRST_SECONDS)

    def _transport(self) -> httpx.HTTPTransport:
        proxy = None
        if self._proxy:
            # The same certificates hold for the proxy itself, as with the provider.
            trust = self._trust if self._proxy.is_secured else None
            proxy = httpx.Proxy(self._proxy.url, ssl_context=trust)
        return httpx.HTTPTransport(verify=self._trust or False, proxy=proxy)

    def __enter__(self) -> Self:
        return self

    def close(self) -> None:
        self._client.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def get(self, *path: str, **query: str) -> Any:
        """The JSON that `GET /api/<path>` answers. Each step of the path is one name."""
        found = self.find(*path, **query)
        if found is None:
            raise BrokerError([not_there(self._endpoint, f"GET /api/{_spelled(path)}")])
        return found

    def find(self, *path: str, **query: str) -> Any | None:
        """As `get`, or None where there is nothing of that name (404)."""
        answer = self._send("GET", path, query)
        if answer.status_code == httpx.codes.NOT_FOUND and not is_page(answer):
            return None
        self._expect_success(answer, "GET", path)
        try:
            return answer.json()
        except ValueError:
            raise self._failed(answer, "GET", path) from None

    def delete(self, *path: str, **query: str) -> str | None:
        """Deletes one object. Returns why RabbitMQ refuses (400, 412), or None if the object is
        gone."""
        answer = self._send("DELETE", path, query)
        if answer.status_code in _REFUSED:
            return _reason(answer)
        if answer.status_code != httpx.codes.NOT_FOUND or is_page(answer):
            self._expect_success(answer, "DELETE", path)
        return None

    def put(self, *path: str, body: Mapping[str, Any]) -> str | None:
        """Makes or changes one object. Returns why RabbitMQ refuses (400, 404, 412), or None."""
        return self._written("PUT", path, body)

    def post(self, *path: str, body: Mapping[str, Any]) -> str | None:
        """Adds to a list, as bindings are. Returns why RabbitMQ refuses (400, 404, 412), or
        None."""
        return self._written("POST", path, body)

    def _written(self, method: str, path: tuple[str, ...], body: Mapping[str, Any]) -> str | None:
        answer = self._send(method, path, {}, body)
        if answer.status_code in (*_REFUSED, httpx.codes.NOT_FOUND) and not is_page(answer):
            return _reason(answer)
        self._expect_success(answer, method, path)
        return None

    def _expect_success(self, answer: httpx.Response, method: str, path: tuple[str, ...]) -> None:
        if not answer.is_success:
            raise self._failed(answer, method, path)

    def _failed(self, answer: httpx.Response, method: str, path: tuple[str, ...]) -> BrokerError:
        asked = f"{method} /api/{_spelled(path)}"
        return BrokerError([Refusal(self._endpoint, asked, answer).problem()])

    def _send(
        self,
        method: str,
        path: tuple[str, ...],
        query: dict[str, str],
        body: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        self._spelling.check(path)
        answer = self._sent(method, _spelled(path), params=query, json=body)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise self._failed(answer, method, path)
        return answer

    def _sent(self, method: str, url: str, **content: Any) -> httpx.Response:
        try:
            if not self._answered.is_set():
                self._deadline = Deadline(FIRST_SECONDS)
            with self._waiting_for(f"{method} {self._endpoint}/api/{url}"):
                answer = self._asked(method, url, **content)
        except httpx.HTTPError as error:
            asked = f"{method} /api/{url}"
            seconds = PATIENT_SECONDS if self._answered.is_set() else FIRST_SECONDS
            problem = unreached(error, self._endpoint, asked, seconds, self._proxy, self._trust)
            raise BrokerError([problem]) from None
        self._answered.set()
        return answer

    def _asked(self, method: str, url: str, **content: Any) -> httpx.Response:
        """Tries again where nothing has been sent, or where sending twice changes nothing."""
        attempt = self._again if self._answered.is_set() and method == "GET" else self._once
        for left in reversed(range(_TRIES)):
            try:
                answer = attempt(method, url, **content)
            except _BROKEN as error:
                if not left or (method != "GET" and not isinstance(error, httpx.ConnectError)):
                    raise
            else:
                if not left or method != "GET" or not _is_of_balancer(answer):
                    return answer
            time.sleep(_PAUSE)
        raise AssertionError

    def _once(self, method: str, url: str, **content: Any) -> httpx.Response:
        if self._answered.is_set():
            timeout = httpx.Timeout(PATIENT_SECONDS, connect=FIRST_SECONDS)
            return self._client.request(method, url, timeout=timeout, **content)
        extensions = {"timeout": self._deadline}
        return self._client.request(method, url, extensions=extensions, **content)

    def _again(self, method: str, url: str, **content: Any) -> httpx.Response:
        quick = httpx.Timeout(READ_SECONDS)
        try:
            return self._client.request(method, url, timeout=quick, **content)
        except httpx.ReadTimeout:
            _log.warning(
                "%s: no answer to GET /api/%s after %g s; it is sent again, for %g s",
                self._endpoint,
                url,
                READ_SECONDS,
                PATIENT_SECONDS,
            )
        except (httpx.ReadError, httpx.RemoteProtocolError):
            pass  # An idle connection may be closed while the next request is on its way.
        return self._once(method, url, **content)


def _is_of_balancer(answer: httpx.Response) -> bool:
    """Whether a load balancer says that its node does not answer. RabbitMQ's own answers are
    JSON, such as HTTP 503 of a health check."""
    if answer.status_code not in _NODE_IS_DOWN:
        return False
    try:
        return not isinstance(answer.json(), dict)
    except ValueError:
        return True


def _spelled(path: tuple[str, ...]) -> str:
    return "/".join(quote(step, safe="") for step in path)


def _reason(answer: httpx.Response) -> str:
    return reason_of(answer) or f"HTTP {answer.status_code}"
