"""Programs that some tests need, from Debian packages that `.ci/run` installs."""

from __future__ import annotations

import os
import shutil

import pytest


def program(name: str, *, package: str) -> str:
    """Where it is. Without it the test is skipped; on CI it fails, or it would pass untested."""
    found = shutil.which(name)
    if found is None:
        message = f"{name} is not installed; it comes with the Debian package {package}"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    return found
