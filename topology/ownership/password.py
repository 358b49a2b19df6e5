"""Whether a user's password is the declared one, without ever seeing the one that the broker has.

RabbitMQ stores, and its management API tells, a salt of four bytes followed by the hash of the salt
and the password, in base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from ..broker.state import LiveUser

_ALGORITHMS = {
    "rabbit_password_hashing_sha256": "sha256",
    "rabbit_password_hashing_sha512": "sha512",
    "rabbit_password_hashing_md5": "md5",
}
_SALT_BYTES = 4


def password_matches(password: str, user: LiveUser) -> bool | None:
    """None where it cannot be known: the hash is of an algorithm that a plugin brought."""
    stored = user.password_hash
    if not stored:
        return False  # The user has no password: it can log in by certificate or token only.
    algorithm = _ALGORITHMS.get(user.hashing_algorithm)
    if algorithm is None:
        return None
    try:
        decoded = base64.b64decode(stored, validate=True)
    except (binascii.Error, TypeError, ValueError):
        return None
    salt, digest = decoded[:_SALT_BYTES], decoded[_SALT_BYTES:]
    hashed = hashlib.new(algorithm, salt + password.encode(), usedforsecurity=False).digest()
    return hmac.compare_digest(hashed, digest)
