"""What counts as held by a vhost."""

from __future__ import annotations

from tests.support.fake_management import FakeManagement, shared_vhost
from topology.broker import BrokerReader
from topology.kind import Kind
from topology.ownership.contents import Contents, read_contents

ALL = (
    "1 exchange (events), 1 queue (work), 1 binding (events -> work (routing_key #)), "
    "1 policy (limits), 1 operator policy (ttl), 1 permission (app), "
    "1 topic permission (app on events), 1 shovel (copy), "
    "1 parameter (federation-upstream-set/both)"
)


def test_everything_counts_but_what_every_vhost_has() -> None:
    assert str(read_contents(BrokerReader(FakeManagement(shared_vhost())), "v")) == ALL


def test_a_vhost_that_does_not_exist_holds_nothing() -> None:
    assert not read_contents(BrokerReader(FakeManagement({})), "v")


def test_bindings_go_with_either_end_and_topic_permissions_with_their_user() -> None:
    found = read_contents(BrokerReader(FakeManagement(shared_vhost())), "v")
    gone = {(Kind.EXCHANGE, "events"), (Kind.TOPIC_PERMISSION, "app")}
    assert [entry.kind for entry in found.without(gone.__contains__).entries] == [
        Kind.QUEUE,
        Kind.POLICY,
        Kind.OPERATOR_POLICY,
        Kind.PERMISSION,
        Kind.PARAMETER,
        Kind.SHOVEL,
    ]


def test_of_many_the_first_names_are_shown() -> None:
    queues = [{"name": f"q{number:02}"} for number in range(30)]
    found = read_contents(
        BrokerReader(
            FakeManagement({"vhosts/v": {"name": "v"}, "queues/v": queues, "parameters": []})
        ),
        "v",
    )
    assert str(found) == "30 queues (q00, q01, q02, q03, q04 and 25 more)"
    assert str(Contents()) == ""


def test_plurals_are_words() -> None:
    assert Kind.POLICY.plural == "policies"
    assert Kind.QUEUE.plural == "queues"
    assert Kind.OPERATOR_POLICY.plural == "operator policies"
