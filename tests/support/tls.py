"""Brokers that speak TLS, with certificates of a throw-away authority."""

from __future__ import annotations

import secrets
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from tests.support.container import broker_of, started
from tests.support.unavailable import Unavailable
from toolchain.node import Broker, PrivateNode, installed_server
from toolchain.node_folder import LOOPBACK, NODE_NAME, free_ports

HOST = "localhost"
"""The only name that the brokers' certificates are for."""

_AMQPS, _HTTPS = 5671, 15671
_IN_CONTAINER = Path("/etc/rabbitmq/certificates")


class Authority:
    """A CA, and the files of what it has signed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self._ca = trustme.CA()
        self.ca_file = folder / "ca.pem"
        self.certificate_file, self.key_file = folder / "server.pem", folder / "server-key.pem"
        self.client_file, self.client_key_file = folder / "client.pem", folder / "client-key.pem"
        self._ca.cert_pem.write_to_path(str(self.ca_file))
        self.renew()
        _write(self._ca.issue_cert("client"), self.client_file, self.client_key_file)

    def renew(self, *, expires: datetime | None = None) -> None:
        """Gives the broker another certificate; it reads it once its cache is empty."""
        leaf = self._ca.issue_cert(HOST, not_after=expires)
        _write(leaf, self.certificate_file, self.key_file)

    def expire(self) -> None:
        self.renew(expires=datetime.now(UTC) - timedelta(hours=1))

    def other(self) -> Authority:
        """Another CA, which this one's brokers do not know."""
        folder = self.folder / "other"
        return Authority(folder / secrets.token_hex(4))

    def context(self, *, client: bool) -> ssl.SSLContext:
        """What a client of a broker needs that trusts this authority."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        if client:
            context.load_cert_chain(self.client_file, self.client_key_file)
        return context


@dataclass(frozen=True)
class TlsBroker:
    """A broker by its encrypted addresses."""

    plain: Broker
    """The same by its other addresses."""
    authority: Authority
    management: str
    amqp: str


@contextmanager
def tls_node(folder: Path, *, client: bool) -> Iterator[tuple[TlsBroker, PrivateNode]]:
    """A private node. With `client`, it asks its clients for a certificate.

    Raises `Unavailable`.
    """
    if installed_server() is None:
        raise Unavailable("no rabbitmq-server is installed")
    authority = Authority(folder / "certificates")
    amqps, https = free_ports(2)
    settings = _settings(authority.folder, client=client) | {
        "listeners.ssl.local": f"{LOOPBACK}:{amqps}",
        "management.ssl.ip": LOOPBACK,
        "management.ssl.port": str(https),
    }
    node = PrivateNode(folder / "node", settings=settings)
    try:
        yield _broker(node.start(), authority, https, amqps), node
    finally:
        node.kill()


@contextmanager
def tls_container(image: str, folder: Path, *, client: bool) -> Iterator[TlsBroker]:
    """As `tls_node`, in a container. Raises `Unavailable`."""
    authority = Authority(folder / "certificates")
    settings = _settings(_IN_CONTAINER, client=client) | {
        "listeners.ssl.default": str(_AMQPS),
        "management.ssl.port": str(_HTTPS),
        # With a TLS listener, the one without is no longer there by default.
        "management.tcp.port": "15672",
    }
    files = {
        str(_IN_CONTAINER / file.name): file.read_bytes()
        for file in (authority.ca_file, authority.certificate_file, authority.key_file)
    }
    text = "".join(f"{key} = {value}\n" for key, value in settings.items())
    files["/etc/rabbitmq/conf.d/91-tls.conf"] = text.encode()
    with started(image, files, (_AMQPS, _HTTPS)) as rabbitmq:
        if rabbitmq.get_container_host_ip() not in (HOST, LOOPBACK):
            raise Unavailable("the Docker engine is not on this machine")
        https, amqps = (int(rabbitmq.get_exposed_port(port)) for port in (_HTTPS, _AMQPS))
        yield _broker(broker_of(rabbitmq, image), authority, https, amqps)


def forget_certificates(node: PrivateNode) -> None:
    """Makes a running node read its certificates again, which it does every two minutes."""
    script, run = installed_server(), node.folder.load()
    assert script is not None and run is not None
    subprocess.run(
        [script.with_name("rabbitmqctl"), "-n", NODE_NAME, "eval", "ssl:clear_pem_cache()."],
        env=node.folder.environment(run),
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _settings(folder: Path, *, client: bool) -> dict[str, str]:
    settings: dict[str, str] = {}
    for listener in ("ssl_options", "management.ssl"):
        settings |= {
            f"{listener}.cacertfile": f"{folder}/ca.pem",
            f"{listener}.certfile": f"{folder}/server.pem",
            f"{listener}.keyfile": f"{folder}/server-key.pem",
            f"{listener}.verify": "verify_peer" if client else "verify_none",
            f"{listener}.fail_if_no_peer_cert": str(client).lower(),
        }
    return settings


def _broker(plain: Broker, authority: Authority, https: int, amqps: int) -> TlsBroker:
    return TlsBroker(plain, authority, f"https://{HOST}:{https}", f"amqps://{HOST}:{amqps}")


def _write(leaf: trustme.LeafCert, certificate: Path, key: Path) -> None:
    certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    key.write_bytes(leaf.private_key_pem.bytes())
