"""Secrets are secrets: in what is shown, in what is exported, and in what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex

import pytest

from tests.support.api import Api
from tests.support.config import dev
from tests.support.stack import Stack


@dataclass(frozen=True)
class Kept:
    """A stack with two secrets in its config."""

    stack: Stack
    provider_password: str
    user_password: str

    def finds(self, text: str) -> list[str]:
        """Which of the secrets a text gives away."""
        secrets = {"provider": self.provider_password, "user": self.user_password}
        return [name for name, secret in secrets.items() if secret in text]


@pytest.fixture
def kept(stack: Stack, api: Api) -> Kept:
    """A stack that is applied as a user of its own, and declares another."""
    kept = Kept(stack, f"provider-{token_hex(8)}", f"user-{token_hex(8)}")
    admin, reader = f"admin-{stack.token}", f"reader-{stack.token}"
    api.put("users", admin, body={"password": kept.provider_password, "tags": "administrator"})
    topology = dev(stack.vhost) | {"users": {reader: {}}}
    stack.configure(topology, username=admin, password=None)
    stack.set_secret("rabbitmq:password", kept.provider_password)
    path = f"rabbitmq-topology:topology.users.{reader}.password"
    stack.set_secret(path, kept.user_password, path=True)
    return kept


def test_secrets_are_never_shown_or_kept_in_the_clear(kept: Kept) -> None:
    stack = kept.stack
    assert kept.finds(stack.file.read_text()) == []
    up = stack.run("up", "--yes", "--diff")
    assert up.code == 0
    shown = [
        up,
        stack.run("preview", "--refresh", "--diff", "--expect-no-changes"),
        stack.run("preview", "--json"),
        stack.run("stack", "output", "--json"),
        stack.run("stack", "export"),
    ]
    assert [said.code for said in shown] == [0] * len(shown)
    for said in shown:
        assert kept.finds(said.text) == []
    for file in stack.folder.rglob("backend/**/*"):
        if file.is_file():
            assert kept.finds(file.read_text(errors="replace")) == [], file.name


def test_secrets_are_not_in_errors(kept: Kept) -> None:
    stack = kept.stack
    wrong = stack.file.read_text().replace("exchanges", "exchnges")
    stack.file.write_text(wrong)
    said = stack.run("up", "--yes")
    assert said.code != 0 and "exchnges" in said.text
    assert kept.finds(said.text) == []
