"""Finds secrets in texts and files, however they are written there."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

MINIMUM = 8
"""Shorter texts could stand anywhere by chance."""


class Leaks:
    """Knows secrets by what they are called, and never shows one."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._forms = {
            f"{name} ({form})": text.encode()
            for name, secret in secrets.items()
            for form, text in _forms(secret)
        }
        assert all(len(text) >= MINIMUM for text in self._forms.values())

    def within(self, where: str, content: str | bytes) -> list[str]:
        """Which secrets are in a text."""
        data = content.encode() if isinstance(content, str) else content
        return [f"{name} in {where}" for name, form in self._forms.items() if form in data]

    def below(self, folder: Path) -> list[str]:
        """Which secrets are in the files of a folder and its folders, links left out."""
        return [
            leak
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not _linked(path, folder)
            for leak in self.within(str(path.relative_to(folder)), path.read_bytes())
        ]


def _linked(path: Path, folder: Path) -> bool:
    return not path.resolve().is_relative_to(folder.resolve())


def _forms(secret: str) -> Iterator[tuple[str, str]]:
    yield "plain", secret
    yield "percent-encoded", quote(secret, safe="")
    yield "form-encoded", quote_plus(secret)
    yield "base64", base64.b64encode(secret.encode()).decode().rstrip("=")
    yield "base64 for URLs", base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")
    yield "JSON", json.dumps(secret)[1:-1]
    yield "JSON in JSON", json.dumps(json.dumps(secret))[3:-3]
