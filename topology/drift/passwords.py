"""Passwords of the stack's users: which the broker has changed.

The provider reads no passwords, so neither a refresh nor an update sees that one was changed.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..broker.state import VhostState
from ..model import Topology, User
from ..ownership.password import password_matches


def expected_password(name: str, user: User, generated: Mapping[str, str]) -> str | None:
    """The declared or the generated one; None where it is not known."""
    return user.password.get_secret_value() if user.password else generated.get(name)


def changed_passwords(
    topology: Topology, broker: VhostState, generated: Mapping[str, str]
) -> dict[str, str]:
    """By user, the password that the broker should have and does not. Holds secrets."""
    changed = {}
    for name, user in topology.users.items():
        found, password = broker.users.get(name), expected_password(name, user, generated)
        if user.existing or found is None or password is None:
            continue
        if password_matches(password, found) is False:
            changed[name] = password
    return changed
