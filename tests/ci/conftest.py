"""The scripts need what the live tests need."""

from tests.live.conftest import engine

__all__ = ["engine"]
