"""Shows a Markdown file on GitHub, at one place that is found again.

    python pipeline/github.py comment STACK FILE    on the pull request PULL_REQUEST
    python pipeline/github.py issue STACK FILE      an issue of its own; closed without the file

The comment or issue of a stack is known by a mark in its text, and changed in place. Needs
GITHUB_TOKEN, GITHUB_REPOSITORY and GITHUB_API_URL, and Python alone: it also runs where nothing of
the project is installed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

PAGE = 100
SECONDS = 30
MOST_CHARACTERS = 65_000
"""GitHub takes 65,536."""


def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """The answer of the API."""
    base = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
    request = Request(  # noqa: S310 - the address is GitHub's own
        f"{base}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}",
        method=method,
        data=json.dumps(body).encode() if body is not None else None,
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
        },
    )
    with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        return json.load(answer)


def pages(path: str) -> Iterator[dict[str, Any]]:
    """Every entry of a list."""
    number, separator = 1, "&" if "?" in path else "?"
    while entries := call("GET", f"{path}{separator}per_page={PAGE}&page={number}"):
        yield from entries
        if len(entries) < PAGE:
            return
        number += 1


def mark(stack: str) -> str:
    return f"<!-- rabbitmq-topology: {stack} -->"


def text(stack: str, file: Path) -> str:
    """The mark first, so that cutting does not lose it."""
    found = f"{mark(stack)}\n{file.read_text(encoding='utf-8')}"
    if len(found) <= MOST_CHARACTERS:
        return found
    # The picture comes last, and is what one can do without.
    kept = found.partition("\n<details><summary>The topology</summary>")[0]
    return f"{kept[:MOST_CHARACTERS]}\n\n… the rest is in the files of the job."


def comment(stack: str, file: Path) -> str:
    pull_request = int(os.environ["PULL_REQUEST"])
    body = {"body": text(stack, file)}
    for found in pages(f"issues/{pull_request}/comments"):
        if mark(stack) in (found["body"] or ""):
            return str(call("PATCH", f"issues/comments/{found['id']}", body)["html_url"])
    return str(call("POST", f"issues/{pull_request}/comments", body)["html_url"])


def issue(stack: str, file: Path) -> str:
    opened = [
        found
        for found in pages("issues?state=open")
        if "pull_request" not in found and mark(stack) in (found["body"] or "")
    ]
    if not file.exists():
        for found in opened:
            call("POST", f"issues/{found['number']}/comments", {"body": "No drift any more."})
            call("PATCH", f"issues/{found['number']}", {"state": "closed"})
        return f"{len(opened)} issues closed"
    body = {"title": f"RabbitMQ drift: stack {stack}", "body": text(stack, file)}
    if opened:
        return str(call("PATCH", f"issues/{opened[0]['number']}", body)["html_url"])
    return str(call("POST", "issues", body)["html_url"])


def main(arguments: list[str]) -> int:
    kinds = {"comment": comment, "issue": issue}
    match arguments:
        case [kind, stack, file] if kind in kinds:
            try:
                sys.stdout.write(f"{kinds[kind](stack, Path(file))}\n")
            except HTTPError as error:
                sys.stderr.write(f"error: GitHub answers {error.code} {error.reason}\n")
                return 1
            except URLError as error:
                sys.stderr.write(f"error: GitHub cannot be reached: {error.reason}\n")
                return 1
            return 0
    sys.stderr.write("usage: python pipeline/github.py comment|issue STACK FILE\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
