"""Why a broker cannot be had on this machine."""

from __future__ import annotations


class Unavailable(Exception):
    """A kind of broker is not to be had here; the message says why."""
