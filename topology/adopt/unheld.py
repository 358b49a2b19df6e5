"""What a stack cannot hold."""

from __future__ import annotations


class Unheld(Exception):
    """An object is on the broker, and no declaration would be exactly that. The message is the
    reason, and never holds a secret."""
