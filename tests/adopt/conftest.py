"""Stacks that take over what is on a broker."""

from __future__ import annotations

from tests.live.conftest import each_stack, engine, make_stack, stack

__all__ = ["each_stack", "engine", "make_stack", "stack"]
