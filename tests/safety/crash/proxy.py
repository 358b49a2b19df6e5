"""A network that can be cut: a TCP proxy in front of one port of a broker."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from toolchain.node_folder import LOOPBACK

_CHUNK = 65536


class Proxy:
    """Passes everything on to a URL's host and port until it is cut, and again when mended."""

    def __init__(
        self, target: str, address: str = LOOPBACK, seen: Callable[[bytes], None] = lambda _: None
    ) -> None:
        """Listens on an address of this machine. `seen` takes what comes from either side, before
        it is passed on."""
        self._seen = seen
        parts = urlsplit(target)
        assert parts.hostname, target
        assert parts.port, target
        self._target = (parts.hostname, parts.port)
        self._listener = socket.create_server((address, 0))
        self._scheme = parts.scheme
        self._links: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._whole = True
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the broker is reached through the proxy."""
        address, port = self._listener.getsockname()
        return f"{self._scheme}://{address}:{port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cut()
        self._listener.close()

    def cut(self) -> None:
        """Ends every connection, and lets none through."""
        with self._lock:
            self._whole = False
            links = list(self._links)
        for link in links:
            _end(link)

    def mend(self) -> None:
        """Lets connections through again."""
        self._whole = True

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        """Serves one client to its end. No other thread closes these sockets: the number of one
        that is closed is the next one's at once, and a thread that still reads would read there."""
        with client, suppress(OSError), socket.create_connection(self._target) as server:
            with self._lock:
                if not self._whole:
                    return
                self._links.update((client, server))
            back = threading.Thread(target=self._pass_on, args=(server, client), daemon=True)
            back.start()
            self._pass_on(client, server)
            back.join()
            with self._lock:
                self._links -= {client, server}

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        """Until either end is gone; then both are."""
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                self._seen(chunk)
                sink.sendall(chunk)
        for link in (source, sink):
            _end(link)


def _end(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
