"""An engine, for the bench itself."""

from __future__ import annotations

from tests.live.conftest import engine

__all__ = ["engine"]
