"""RabbitMQ's management API, with failures that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Any, Self, TypeAlias
from urllib.parse import quote, urlsplit

import httpx

from topology.broker.error import BrokerError
from topology.broker.tls import Tls
from topology.broker.tls_trouble import find_trouble
from topology.problems import Problem

_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_CONNECT_RETRIES = 2
"""A broker that is just coming up refuses the first connections."""

WaitingFor: TypeAlias = Callable[[str], AbstractContextManager[object]]
"""Surrounds a request, and is told its method and URL."""


class Management:
    """A connection to the management API.

    Every call raises `BrokerError` where the broker does not answer as one; no error holds the
    password.
    """

    def __init__(
        self,
        endpoint: str,
        username: str,
        password: str,
        tls: Tls | None = None,
        waiting_for: WaitingFor = nullcontext,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Tests give a `transport` of their own."""
        self._endpoint, self._waiting_for = endpoint, waiting_for
        # Reading the machine's certificates takes a while; without TLS nobody needs them.
        self._trust = (tls or Tls()).context() if endpoint.startswith("https:") else None
        self._client = httpx.Client(
            base_url=f"{endpoint}/api",
            auth=(username, password),
            transport=transport
            or httpx.HTTPTransport(verify=self._trust or False, retries=_CONNECT_RETRIES),
            timeout=_TIMEOUT,
        )

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
            raise self._not_management("HTTP 404")
        return found

    def find(self, *path: str, **query: str) -> Any | None:
        """As `get`, or None where there is nothing of that name (404)."""
        answer = self._send("GET", path, query)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.is_error:
            raise self._not_management(f"HTTP {answer.status_code}")
        try:
            return answer.json()
        except ValueError:
            raise self._not_management("no JSON") from None

    def delete(self, *path: str, **query: str) -> str | None:
        """Deletes one object. Returns why RabbitMQ refuses (400), or None if the object is gone."""
        answer = self._send("DELETE", path, query)
        if answer.status_code == httpx.codes.BAD_REQUEST:
            return _reason(answer)
        if answer.is_error and answer.status_code != httpx.codes.NOT_FOUND:
            raise self._not_management(f"HTTP {answer.status_code}")
        return None

    def put(self, *path: str, body: Mapping[str, Any]) -> str | None:
        """Makes or changes one object. Returns why RabbitMQ refuses (400, 404), or None."""
        return self._written("PUT", path, body)

    def post(self, *path: str, body: Mapping[str, Any]) -> str | None:
        """Adds to a list, as bindings are. Returns why RabbitMQ refuses (400, 404), or None."""
        return self._written("POST", path, body)

    def _written(self, method: str, path: tuple[str, ...], body: Mapping[str, Any]) -> str | None:
        answer = self._send(method, path, {}, body)
        if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND):
            return _reason(answer)
        if answer.is_error:
            raise self._not_management(f"HTTP {answer.status_code}")
        return None

    def _send(
        self,
        method: str,
        path: tuple[str, ...],
        query: dict[str, str],
        body: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        url = "/".join(quote(step, safe="") for step in path)
        try:
            answer = self._answered(method, url, params=query, json=body)
        except httpx.ConnectError:
            self._tell_tls_trouble()
            raise self._problem(
                "endpoint",
                f"nothing answers at {self._endpoint}",
                "start the broker, or correct the address",
            ) from None
        except httpx.TimeoutException:
            raise self._problem(
                "endpoint",
                f"{self._endpoint} does not answer in time",
                "check the network and the broker's alarms",
            ) from None
        except httpx.HTTPError as error:
            self._tell_tls_trouble()
            raise self._not_management(type(error).__name__) from None
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise self._problem(
                "username",
                f"the broker at {self._endpoint} refuses this user and password",
                "the user needs the tag administrator, and guest may only connect from localhost",
            )
        return answer

    def _answered(self, method: str, url: str, **content: Any) -> httpx.Response:
        with self._waiting_for(f"{method} {self._endpoint}/api/{url}"):
            try:
                return self._client.request(method, url, **content)
            except httpx.ReadTimeout:
                # An answer may have been lost on its way; to read twice changes nothing.
                if method != "GET":
                    raise
                return self._client.request(method, url, **content)

    def _tell_tls_trouble(self) -> None:
        parts = urlsplit(self._endpoint)
        port = parts.port or (80 if self._trust is None else 443)
        if found := find_trouble(parts.hostname or "", port, self._trust):
            message = f"no connection to {self._endpoint}: {found.message}"
            raise self._problem("endpoint", message, found.hint) from None

    def _not_management(self, reason: str) -> BrokerError:
        return self._problem(
            "endpoint",
            f"what answers at {self._endpoint} is not RabbitMQ's management API ({reason})",
            "give the management port (15672 by default), and enable the plugin "
            "rabbitmq_management",
        )

    @staticmethod
    def _problem(key: str, message: str, hint: str) -> BrokerError:
        return BrokerError([Problem((f"rabbitmq:{key}",), message, hint)])


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["reason"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
