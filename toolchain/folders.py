"""Where things are kept: inside the project, ignored by git; and in the user's cache."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def project_folder() -> Path:
    """What belongs to this clone alone: local stack state, dev broker, chosen engine."""
    return PROJECT / ".topology"


def cache_folder() -> Path:
    """What is expensive to make and the same for every clone of this user."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "rabbitmq-topology"
