"""RabbitMQ versions, and which of them know which queue setting."""

from __future__ import annotations

import pytest

from topology.model.queue import queue_arguments
from topology.model.queue_type import QueueType
from topology.version import Version

OLD, FOUR, NEW = Version(3, 10), Version(4, 0), Version(4, 3)
ALL: tuple[QueueType, ...] = ("classic", "quorum", "stream")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("4.3", Version(4, 3)),
        ("3.13.7", Version(3, 13)),
        ("4.0.5", Version(4, 0)),
        ("4.1.0-beta.1", Version(4, 1)),
        ("3.12.0+2.g123", Version(3, 12)),
    ],
)
def test_a_version_is_a_series(text: str, version: Version) -> None:
    assert Version.parse(text) == version


@pytest.mark.parametrize("text", ["", "4", "four", "4.x", "v4.3", " 4.3"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a RabbitMQ version"):
        Version.parse(text)


def test_versions_are_ordered_by_number() -> None:
    assert Version(3, 9) < Version(3, 10) < Version(4, 0) < Version(4, 3)
    assert str(Version(3, 10)) == "3.10"


@pytest.mark.parametrize(
    ("argument", "types"),
    [
        ("x-message-ttl", ("classic", "quorum")),
        ("x-expires", ("classic", "quorum")),
        ("x-max-length", ("classic", "quorum")),
        ("x-max-length-bytes", ALL),
        ("x-dead-letter-exchange", ("classic", "quorum")),
        ("x-dead-letter-routing-key", ("classic", "quorum")),
        ("x-dead-letter-strategy", ("quorum",)),
        ("x-overflow", ("classic", "quorum")),
        ("x-max-priority", ("classic",)),
        ("x-queue-mode", ("classic",)),
        ("x-single-active-consumer", ("classic", "quorum")),
        ("x-delivery-limit", ("quorum",)),
        ("x-quorum-initial-group-size", ("quorum",)),
        ("x-max-age", ("stream",)),
        ("x-stream-max-segment-size-bytes", ("stream",)),
        ("x-initial-cluster-size", ("stream",)),
    ],
)
def test_a_setting_belongs_to_queue_types(argument: str, types: tuple[QueueType, ...]) -> None:
    for version in (OLD, FOUR, NEW):
        assert tuple(kind for kind in ALL if known(argument, kind, version)) == types


@pytest.mark.parametrize(
    ("argument", "kind", "versions"),
    [
        ("x-queue-leader-locator", "classic", {FOUR, NEW}),
        ("x-queue-leader-locator", "quorum", {OLD, FOUR, NEW}),
        ("x-stream-filter-size-bytes", "stream", {FOUR, NEW}),
        ("x-consumer-timeout", "classic", {FOUR}),
        ("x-consumer-timeout", "quorum", {FOUR, NEW}),
        ("x-delayed-retry-type", "quorum", {NEW}),
        ("x-delayed-retry-type", "classic", set()),
    ],
)
def test_a_setting_belongs_to_versions(
    argument: str, kind: QueueType, versions: set[Version]
) -> None:
    assert {version for version in (OLD, FOUR, NEW) if known(argument, kind, version)} == versions


def test_a_newer_broker_is_taken_for_the_newest_known() -> None:
    assert known("x-consumer-timeout", "quorum", Version(5, 0))
    assert not known("x-consumer-timeout", "classic", Version(5, 0))


def known(argument: str, kind: QueueType, version: Version) -> bool:
    """Whether RabbitMQ of a version knows an argument for a type of queue."""
    (found,) = [setting for setting in queue_arguments().values() if setting.name == argument]
    return found.known(kind, version)
