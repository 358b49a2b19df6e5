"""A vhost is deleted only when everything in it is the stack's own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fake_management import FakeManagement, shared_vhost
from topology.broker import BrokerReader
from topology.broker.connection import Connection
from topology.check import check
from topology.guard import GuardedBroker, Guarding, Refusal
from topology.guard import vhost as guard
from topology.guard.vhost import guard_vhost
from topology.kind import Kind
from topology.ownership.contents import Object

OWN: frozenset[Object] = frozenset(
    {
        (Kind.EXCHANGE, "events"),
        (Kind.QUEUE, "work"),
        (Kind.POLICY, "limits"),
        (Kind.OPERATOR_POLICY, "ttl"),
        (Kind.PERMISSION, "app"),
        (Kind.TOPIC_PERMISSION, "app"),
        (Kind.SHOVEL, "copy"),
        (Kind.PARAMETER, "federation-upstream-set/both"),
    }
)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_AGAIN", (0.0,))


def guarding(management: FakeManagement, *, preview: bool, **config: Any) -> Guarding:
    broker = GuardedBroker(Connection("http://localhost:1", "amqp://localhost:1", "guest", "guest"))
    broker._reader = BrokerReader(management)  # noqa: SLF001
    return Guarding(broker, check({"vhost": "v", **config}).usable().topology, preview)


def refusal(management: FakeManagement, own: frozenset[Object], **config: Any) -> str:
    """Why a preview would not delete the vhost; empty if it would."""
    try:
        guard_vhost(guarding(management, preview=True, **config), "v", own.__contains__)
    except Refusal as reason:
        return str(reason)
    return ""


def test_a_vhost_of_the_stack_alone_goes() -> None:
    assert not refusal(FakeManagement(shared_vhost()), OWN)


@pytest.mark.parametrize("kept", sorted(OWN))
def test_whatever_is_not_the_stacks_own_keeps_it(kept: Object) -> None:
    said = refusal(FakeManagement(shared_vhost()), OWN - {kept})
    assert said.startswith(f"vhost v is not deleted: it still holds 1 {kept[0].words} ({kept[1]}")
    assert "existing: true" in said


def test_what_is_retained_keeps_it() -> None:
    said = refusal(FakeManagement(shared_vhost()), OWN, release={"queues": ["work"]})
    assert "1 queue (work)" in said


@pytest.mark.parametrize(
    "config", [{"allow_deletion": {"vhost": True}}, {"release": {"vhost": True}}]
)
def test_consent_and_release_come_first(config: dict[str, Any]) -> None:
    assert not refusal(FakeManagement(shared_vhost()), frozenset(), **config)


def test_an_update_looks_at_what_is_there_now() -> None:
    management = FakeManagement(shared_vhost())
    with pytest.raises(Refusal, match=r"1 exchange \(events\), 1 queue \(work\)"):
        guard_vhost(guarding(management, preview=False), "v", OWN.__contains__)
    assert management.deleted == []
