"""As much of GitHub's API as comments and issues take, on a port of this machine."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from toolchain.node_folder import LOOPBACK

TOKEN = "ghs_for_tests"


@dataclass
class GitHub:
    """What was written there."""

    address: str
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Of issues and pull requests, by the comment's number."""
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "GITHUB_API_URL": self.address,
            "GITHUB_REPOSITORY": "shop/topology",
            "GITHUB_TOKEN": TOKEN,
        }

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        """None for what there is not."""
        if path == "issues" and method == "GET":
            found = [i for i in self.issues.values() if i["state"] == query["state"]]
            return _page(found, query)
        if path == "issues":
            number = len(self.issues) + 1
            self.issues[number] = {"number": number, "state": "open", "html_url": "url", **body}
            return self.issues[number]
        if match := re.fullmatch(r"issues/comments/(\d+)", path):
            self.comments[int(match[1])] |= body
            return self.comments[int(match[1])]
        if match := re.fullmatch(r"issues/(\d+)/comments", path):
            about = int(match[1])
            if method == "GET":
                return _page([c for c in self.comments.values() if c["about"] == about], query)
            number = len(self.comments) + 1
            self.comments[number] = {"id": number, "about": about, "html_url": "url", **body}
            return self.comments[number]
        if match := re.fullmatch(r"issues/(\d+)", path):
            self.issues[int(match[1])] |= body
            return self.issues[int(match[1])]
        return None


def _page(entries: list[Any], query: dict[str, str]) -> list[Any]:
    size, number = int(query["per_page"]), int(query["page"])
    return entries[size * (number - 1) : size * number]


@contextmanager
def github() -> Iterator[GitHub]:
    """Refuses who does not have the token."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            answer = None
            if self.headers["Authorization"] == f"Bearer {TOKEN}":
                path = parts.path.removeprefix("/repos/shop/topology/")
                answer = server_state.answer(self.command, path, query, body)
            self.send_response(403 if answer is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_GET = do_POST = do_PATCH = _handle  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        server_state = GitHub(f"http://{LOOPBACK}:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server_state
        finally:
            server.shutdown()
            thread.join()
