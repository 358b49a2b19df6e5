"""The examples that make a broker, and whether what they need is installed."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from toolchain.folders import PROJECT

EXAMPLES: Final = PROJECT / "examples"
SDKS: Final = {
    "amazon-mq": "pulumi_aws",
    "cloudamqp": "pulumi_cloudamqp",
    "kubernetes": "pulumi_kubernetes",
}
"""The package with which each one makes its broker."""


def require_sdk(example: str) -> None:
    """Skips a test whose example cannot be imported. On CI it fails: it would pass untested."""
    if find_spec(SDKS[example]) is not None:
        return
    message = f"{SDKS[example]} is not installed; `make test-all` installs it"
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def folder_of(example: str) -> Path:
    """Where the example is, as a copy of it would be in a project."""
    return EXAMPLES / example


def forget(names: tuple[str, ...]) -> dict[str, ModuleType]:
    """Takes modules out of those that are imported, so that the next import finds others."""
    found = [
        name
        for name in sys.modules
        if name.partition(".")[0] in names  # with all that is in them
    ]
    return {name: sys.modules.pop(name) for name in found}
