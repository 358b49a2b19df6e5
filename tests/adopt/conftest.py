"""Stacks that take over what is on a broker."""

from __future__ import annotations

from tests.live.conftest import end_stack, engine, make_stack, stack

__all__ = ["end_stack", "engine", "make_stack", "stack"]
