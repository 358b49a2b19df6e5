"""What is in a vhost that RabbitMQ does not delete stays, where the vhost would go."""

from __future__ import annotations

from typing import Any

import pytest

from tests.guard.test_vhost import guarding
from tests.support.fake_management import FakeManagement, shared_vhost
from topology.guard import Refusal
from topology.guard.deletion_protection import DeletionProtection
from topology.guard.refusal import CODE
from topology.kind import Kind

QUEUE = {"name": "work", "vhost": "v"}


def protected(vhost: str = "v", **config: Any) -> DeletionProtection:
    answers = {**shared_vhost(vhost), f"vhosts/{vhost}": {"name": vhost, "metadata": {}}}
    answers[f"vhosts/{vhost}"]["protected_from_deletion"] = True
    return DeletionProtection(
        guarding(FakeManagement(answers), frozenset(), preview=True, **config)
    )


@pytest.mark.parametrize(
    ("kind", "properties"),
    [(Kind.QUEUE, QUEUE), (Kind.PERMISSION, {"vhost": "v"}), (Kind.USER, {"name": "app"})],
)
def test_a_destroy_is_refused_at_its_first_object(kind: Kind, properties: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refusal:
        protected().refuse(kind, properties, True)
    said = str(refusal.value)
    assert said.startswith(
        f"{CODE} vhost v is not deleted, nor is anything in it: RabbitMQ protects"
    )
    assert "rabbitmqctl disable_vhost_deletion_protection v" in said
    assert "retain: {vhost: true}" in said


def test_what_leaves_a_vhost_that_stays_is_not_refused() -> None:
    protected().refuse(Kind.QUEUE, QUEUE, False)


def test_a_vhost_that_is_no_longer_declared_goes_too() -> None:
    with pytest.raises(Refusal):
        protected("old").refuse(Kind.QUEUE, {"name": "q", "vhost": "old"}, False)


@pytest.mark.parametrize(
    "config", [{"retain": {"vhost": True}}, {"vhost": {"name": "v", "existing": True}}]
)
def test_a_vhost_that_stays_is_not_asked_for(config: dict[str, Any]) -> None:
    protected(**config).refuse(Kind.QUEUE, QUEUE, True)


def test_a_vhost_without_protection_goes() -> None:
    answers = shared_vhost()
    plain = DeletionProtection(guarding(FakeManagement(answers), frozenset(), preview=True))
    plain.refuse(Kind.QUEUE, QUEUE, True)
