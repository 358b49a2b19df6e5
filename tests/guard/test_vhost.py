"""A vhost is deleted only when everything in it is the stack's own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fake_management import FakeManagement, shared_vhost
from tests.support.virtual_time import VirtualTime
from topology.broker import BrokerReader
from topology.broker.connection import Connection
from topology.check import check
from topology.guard import GuardedBroker, Guarding, Refusal
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


def guarding(
    management: FakeManagement,
    own: frozenset[Object],
    *,
    preview: bool,
    time: VirtualTime | None = None,
    **config: Any,
) -> Guarding:
    connection = Connection("http://localhost:1", "amqp://localhost:1", "guest", "guest")
    broker = GuardedBroker(connection, timing=(time or VirtualTime()).timing())
    broker._reader = BrokerReader(management)  # noqa: SLF001
    topology = check({"vhost": "v", **config}).usable().topology
    return Guarding(broker, topology, preview, own.__contains__)


def refusal(management: FakeManagement, own: frozenset[Object], **config: Any) -> str:
    """Why a preview would not delete the vhost; empty if it would."""
    try:
        guard_vhost(guarding(management, own, preview=True, **config), "v")
    except Refusal as reason:
        return str(reason)
    return ""


def test_a_vhost_of_the_stack_alone_goes() -> None:
    assert not refusal(FakeManagement(shared_vhost()), OWN)


@pytest.mark.parametrize("kept", sorted(OWN))
def test_whatever_is_not_the_stacks_own_keeps_it(kept: Object) -> None:
    said = refusal(FakeManagement(shared_vhost()), OWN - {kept})
    assert said.startswith(
        f"[deletion-refused] vhost v is not deleted: it still holds 1 {kept[0].words} ({kept[1]}"
    )
    assert "existing: true" in said


def test_what_is_retained_keeps_it() -> None:
    said = refusal(FakeManagement(shared_vhost()), OWN, retain={"queues": ["work"]})
    assert "1 queue (work)" in said


def test_consent_comes_first() -> None:
    config = {"allow_deletion": {"vhost": True}}
    assert not refusal(FakeManagement(shared_vhost()), frozenset(), **config)


def test_what_is_to_be_retained_is_first_retained_by_a_run_of_its_own() -> None:
    said = refusal(FakeManagement(shared_vhost()), frozenset(), retain={"vhost": True})
    assert "run pulumi up with retain: {vhost: true}, and then this command again" in said


def test_an_update_looks_at_what_is_there_now() -> None:
    management, time = FakeManagement(shared_vhost()), VirtualTime()
    with pytest.raises(Refusal, match=r"1 exchange \(events\), 1 queue \(work\)"):
        guard_vhost(guarding(management, OWN, preview=False, time=time), "v")
    assert time.slept == [0.0, 0.2, 0.5, 1.0], "what is being deleted may be listed for a moment"
    assert management.deleted == []
