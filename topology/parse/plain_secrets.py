"""Secrets that a config dict holds, so that a user can be told where they stand in the clear."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from ..model import Topology
from ..problems import Path, Problem, Severity

_HINT = "encrypt it: pulumi config set --secret --path"


def plain_secrets(topology: Topology) -> Iterator[Problem]:
    """A warning for every secret of `topology`, which was read from plain text."""
    for section in ("users", "federation_upstreams", "shovels"):
        for name, declared in getattr(topology, section).items():
            yield from _of(declared, (section, name))


def _of(declared: BaseModel, path: Path) -> Iterator[Problem]:
    for field, value in declared:
        if isinstance(value, SecretStr) and _is_secret(field, value.get_secret_value()):
            message = "is in plain text in the stack's config"
            yield Problem((*path, field), message, _HINT, Severity.WARNING)


def _is_secret(field: str, text: str) -> bool:
    """A password always is; a URI only if it holds one."""
    if not field.endswith("uri"):
        return True
    try:
        return urlsplit(text).password is not None
    except ValueError:
        return True
