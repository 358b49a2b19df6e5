"""Generated passwords: what they are made of.

A random password is kept in the state alone. A run that is killed before its state is written, as
with `PULUMI_SKIP_CHECKPOINTS=true`, has then made a user whose password nobody has any more. The
seed is in the stack's config, before any run: passwords made of it are the same in each run, so the
next one finds its own password on the broker and takes the user over.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Final

PASSWORD_BYTES: Final = 24
"""Of a generated password: 192 bits, 32 characters that need no encoding in URLs."""

FEWEST_CHARACTERS: Final = 32
"""Of a seed. Whoever knows one password could try out seeds that are easy to guess."""


@dataclass(frozen=True, slots=True)
class PasswordSeed:
    """Makes the passwords of one stack; without a text, random ones."""

    stack: str
    """Project and stack: two stacks with one seed have different passwords."""
    text: str = field(default="", repr=False)

    def password(self, username: str) -> str:
        """A password for a user that has none yet."""
        return self.repeatable(username) or secrets.token_urlsafe(PASSWORD_BYTES)

    def repeatable(self, username: str) -> str | None:
        """The password that every run makes for a user, if there is a seed."""
        if not self.text:
            return None
        told = json.dumps(["password", self.stack, username]).encode()
        digest = hmac.digest(self.text.encode(), told, hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:PASSWORD_BYTES]).decode()
