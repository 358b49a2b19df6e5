"""`Pulumi.<stack>.yaml`: where a stack's config dict is written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, Final

from ..problems import ConfigError, Path
from .document import Document

PROJECT: Final = "rabbitmq-topology"
SECURE: Final = "secure"
"""The one key of a map that stands for an encrypted value."""


def stack_file(folder: FilePath, stack: str) -> FilePath:
    return folder / f"Pulumi.{stack}.yaml"


def config_path(stack: Any, key: str) -> Path | None:
    """Where a stack file has the project's `key`, if it does. Pulumi takes a key without a
    namespace as the project's own."""
    config = stack.get("config") if isinstance(stack, dict) else None
    if not isinstance(config, dict):
        return None
    return next((("config", name) for name in (f"{PROJECT}:{key}", key) if name in config), None)


def is_secure(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == [SECURE] and isinstance(value[SECURE], str)


@dataclass(frozen=True)
class Origin:
    """Where the config dict that Pulumi handed over was written, as far as that can be known.

    Pulumi hands over values, not the file. The stack file beside the project is read only once a
    problem has to be shown, and believed only if it says the same.
    """

    file: FilePath
    value: Any

    def locate(self, path: Path) -> str:
        document, root = self._found
        return document.locate((*root, *path)) if document else ""

    @cached_property
    def _found(self) -> tuple[Document | None, Path]:
        try:
            document = Document.read(self.file, self.file.name)
        except ConfigError:
            return None, ()
        root = config_path(document.value, "topology")
        if root is None or not _same(document.value["config"][root[1]], self.value):
            return None, ()
        return document, root


def _same(written: Any, given: Any) -> bool:
    if is_secure(written):
        return True
    if isinstance(written, dict) and isinstance(given, dict):
        return written.keys() == given.keys() and all(
            _same(value, given[key]) for key, value in written.items()
        )
    if isinstance(written, list) and isinstance(given, list):
        return len(written) == len(given) and all(map(_same, written, given))
    return bool(written == given)
