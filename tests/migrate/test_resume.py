"""A run that ends anywhere: the same command again brings the migration to its end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.migrate.scene import QUEUE, Scene
from topology.broker import Management

MESSAGES = 300


class Died(BaseException):
    """The process is gone: nothing of it runs any more, no clean-up either."""


class Mortal:
    """Lets a run die right before one of its writes to the broker."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left: int | None = None
        for name in ("put", "post", "delete"):
            monkeypatch.setattr(Management, name, self._wrapped(getattr(Management, name)))

    def dies(self, place: Scene, config: dict[str, Any], write: int | None) -> bool:
        """Whether a run came as far as the write that it is to die before."""
        self.left = write
        try:
            place.migrate(config)
        except Died:
            return True
        finally:
            self.left = None
        return False

    def _wrapped(self, write: Any) -> Any:
        def counted(*arguments: Any, **named: Any) -> Any:
            if self.left is not None:
                if self.left == 0:
                    raise Died
                self.left -= 1
            return write(*arguments, **named)

        return counted


@pytest.fixture
def mortal(monkeypatch: pytest.MonkeyPatch) -> Mortal:
    return Mortal(monkeypatch)


def _dies_and_finishes(place: Scene, mortal: Mortal, write: int, *, undo: bool = False) -> bool:
    """Whether the run came as far as the write that it is to die before."""
    place.old_queue(queue_type="classic")
    place.bind(QUEUE, "extra")
    bodies = place.put(MESSAGES)
    config = place.declared(type="quorum", max_length=100_000)
    died = mortal.dies(place, config, write)
    if undo:
        outcomes = place.migrate(config, undo=True)
        assert not any(outcome.failure for outcome in outcomes), (write, outcomes)
    else:
        place.migrate(config)
        assert place.type_of() == "quorum", write
    place.nothing_left()
    assert place.sources() == {("events", "work.#"), ("events", "extra")}, write
    assert sorted(set(place.bodies())) == sorted(bodies), write
    place.api.delete("queues", place.vhost, QUEUE)
    place.api.delete("policies", place.vhost, "queue.work")
    return died


SOME = (6, 13, 28)
"""While the bindings change over, when the old queue is deleted and the new one not there, and
while what the migration made is taken away."""


@pytest.mark.parametrize("write", SOME)
@pytest.mark.usefixtures("haste")
def test_dies_before_a_write(place: Scene, mortal: Mortal, write: int) -> None:
    assert _dies_and_finishes(place, mortal, write)


@pytest.mark.soak
@pytest.mark.usefixtures("haste")
def test_dies_before_any_write(each_place: Scene, mortal: Mortal) -> None:
    write = 0
    while _dies_and_finishes(each_place, mortal, write):
        write += 1
    assert write > 20


def _rename_dies_and_finishes(place: Scene, mortal: Mortal, write: int | None) -> bool:
    place.old_queue("before", queue_type="classic")
    bodies = place.put(MESSAGES, "before.x")
    config = place.declared(type="quorum", migrate={"from": "before"})
    died = mortal.dies(place, config, write)
    place.migrate(config)
    place.nothing_left()
    assert set(place.api.queues(place.vhost)) == {QUEUE}, write
    assert sorted(set(place.bodies())) == sorted(bodies), write
    place.api.delete("queues", place.vhost, QUEUE)
    return died


class Deadly(list[Any]):
    """Ends the run when it tells that the old queue is deleted."""

    def append(self, event: Any) -> None:
        super().append(event)
        if event.step == "deleted":
            raise Died


@pytest.mark.usefixtures("haste")
def test_what_is_left_of_a_renaming_is_taken_away(place: Scene, mortal: Mortal) -> None:
    place.events = Deadly()
    assert _rename_dies_and_finishes(place, mortal, None)


@pytest.mark.soak
@pytest.mark.usefixtures("haste")
def test_a_renaming_dies_before_any_write(place: Scene, mortal: Mortal) -> None:
    write = 0
    while _rename_dies_and_finishes(place, mortal, write):
        write += 1
    assert write > 10


@pytest.mark.soak
@pytest.mark.usefixtures("haste")
def test_is_undone_after_any_write_before_the_deletion(place: Scene, mortal: Mortal) -> None:
    for write in range(9):
        assert _dies_and_finishes(place, mortal, write, undo=True)
        assert [event.step for event in place.events if event.step == "deleted"] == []
