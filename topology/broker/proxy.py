"""Which proxy the management API is reached through: the same that the provider chooses.

The provider takes `rabbitmq:proxy` for every address. Without it, it goes by HTTP_PROXY,
HTTPS_PROXY and NO_PROXY as Go's `net/http` does (`golang.org/x/net/http/httpproxy`): never for
`localhost` and loopback addresses, and by no other variables. httpx's own reading of these
variables differs, so it is not used.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ..endpoints import proxy_problems
from .error import BrokerError

CONFIGURED: Final = "rabbitmq:proxy"
_PORTS: Final = {"http": 80, "https": 443}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP or SOCKS proxy."""

    url: str = field(repr=False)
    """It may hold credentials."""
    source: str
    """The config key or the variable that names it."""

    @property
    def is_secured(self) -> bool:
        """Whether this machine speaks TLS with the proxy itself."""
        return self.url.startswith("https:")

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{_bracketed(parts.hostname or '')}{port} ({self.source})"


def find_proxy(endpoint: str, configured: str | None, variables: Mapping[str, str]) -> Proxy | None:
    """`configured` is the value of `rabbitmq:proxy`. Raises `BrokerError` if the proxy is not a
    URL."""
    target = urlsplit(endpoint)
    if configured:
        return _usable(Proxy(configured, CONFIGURED))
    name = f"{target.scheme.upper()}_PROXY"
    found = variables.get(name) or variables.get(name.lower())
    if not found or _is_direct(
        target, variables.get("NO_PROXY") or variables.get("no_proxy") or ""
    ):
        return None
    url = found if "://" in found else f"http://{found}"
    return _usable(Proxy(url, name))


def _usable(proxy: Proxy) -> Proxy:
    if problems := list(proxy_problems((proxy.source,), proxy.url)):
        raise BrokerError(problems)
    return proxy


def _is_direct(target: SplitResult, no_proxy: str) -> bool:
    host, port = target.hostname or "", target.port or _PORTS.get(target.scheme)
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    return any(_matches(entry, host, address, port) for entry in _entries(no_proxy))


def _entries(no_proxy: str) -> Iterator[str]:
    for entry in no_proxy.split(","):
        if stripped := entry.strip().lower():
            yield stripped


def _matches(entry: str, host: str, address: Address | None, port: int | None) -> bool:
    """An entry is `*`, a range of addresses, an address, or a domain; the last two perhaps with a
    port. A domain stands for its subdomains, too; with a dot or `*.` in front, for these alone."""
    if entry == "*":
        return True
    if "/" in entry:
        with suppress(ValueError):
            return address is not None and address in ipaddress.ip_network(entry, strict=False)
    name, wanted = _split(entry)
    if wanted is not None and wanted != str(port):
        return False
    own = _address(name)
    if own is not None:
        return own == address
    if address is not None:
        return False
    name = name.removeprefix("*") if name.startswith("*.") else name
    if name.startswith("."):
        return host.endswith(name)
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _split(entry: str) -> tuple[str, str | None]:
    """Host and port. IPv6 addresses are in brackets where a port follows."""
    if entry.startswith("["):
        host, _, rest = entry[1:].partition("]")
        return host, rest.removeprefix(":") or None
    if entry.count(":") == 1:
        host, _, port = entry.partition(":")
        return host, port
    return entry, None


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
