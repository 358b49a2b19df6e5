"""Every way to destroy a queue with Pulumi, tried on queues that hold messages."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.safety.landscape import (
    Change,
    Config,
    exchange_with,
    in_another_vhost,
    nothing_but_the_vhost,
    queue_with,
    renamed_queue,
    stack_with,
    without_queue,
)
from tests.safety.stronghold import ALL_AT_ONCE, DESTROY, UP, Stronghold


@dataclass(frozen=True)
class Attack:
    """What somebody does, and what refuses it."""

    name: str
    changes: tuple[Change, ...]
    refusing: tuple[str, ...]
    """Queues whose refusals must be read. Of `one or another`, the engine may ask either first, and
    end with its refusal."""
    command: tuple[str, ...] = UP
    """`{work}` stands for the URN of the queue work."""
    undone_with: tuple[Change, ...] = ()
    """What the right config needs as well for the next run, to undo what was not refused."""
    quick: bool = False
    """Whether it is worth its seconds in every run of the tests."""

    def __str__(self) -> str:
        return self.name


def _no_dead_letters(config: Config) -> None:
    del config["queues"]["retried"]["dead_letter"]


IN_USE = ("work", "ordered", "audit", "lent", "watched")
CONSENT_TO_STREAM = (stack_with(allow_deletion={"queues": ["audit"]}),)
"""The empty stream that was made in another vhost goes by consent alone, like any stream."""

ATTACKS = (
    Attack(
        "queues removed",
        tuple(without_queue(name) for name in IN_USE),
        IN_USE,
        ALL_AT_ONCE,
        quick=True,
    ),
    Attack("queue renamed", (renamed_queue("work", "jobs"),), ("work",)),
    Attack("type changed", (queue_with("work", type="quorum"),), ("work",), quick=True),
    # The queue of its dead letters has its type.
    Attack(
        "quorum to classic",
        (queue_with("retried", type="classic"),),
        ("retried or retried.dead-letter",),
    ),
    Attack("stream to quorum", (queue_with("audit", type="quorum", max_age=None),), ("audit",)),
    Attack("argument changed", (queue_with("ordered", single_active_consumer=None),), ("ordered",)),
    Attack("raw argument", (queue_with("lent", arguments={"x-max-priority": 5}),), ("lent",)),
    Attack("settings as arguments", (queue_with("work", settings_as_arguments=True),), ("work",)),
    Attack("durable changed", (queue_with("work", durable=False),), ()),
    Attack("auto_delete changed", (queue_with("watched", auto_delete=True),), ("watched",)),
    Attack("dead letters off", (_no_dead_letters,), ("retried.dead-letter",), quick=True),
    Attack("everything removed", (nothing_but_the_vhost,), IN_USE, ALL_AT_ONCE),
    Attack(
        "vhost renamed", (in_another_vhost,), IN_USE, ALL_AT_ONCE, CONSENT_TO_STREAM, quick=True
    ),
    Attack(
        "vhost and type changed",
        (in_another_vhost, queue_with("work", type="quorum")),
        (),
        undone_with=CONSENT_TO_STREAM,
    ),
    Attack("replace forced", (), ("work",), (*UP, "--replace", "{work}")),
    Attack("replace targeted", (), ("work",), (*UP, "--target-replace", "{work}")),
    Attack(
        "removed and targeted",
        (without_queue("work"),),
        ("work",),
        (*UP, "--target", "{work}", "--target-dependents"),
        quick=True,
    ),
    Attack("with a refresh", (without_queue("lent"),), ("lent",), (*UP, "--refresh")),
    Attack("previewed", (without_queue("lent"),), ("lent",), ("preview",), quick=True),
    Attack("destroyed", (), IN_USE, (*DESTROY, "--continue-on-error"), quick=True),
    Attack("destroyed at the first", (), (), DESTROY),
    Attack("nothing destroyed", (nothing_but_the_vhost,), IN_USE, (*DESTROY, *ALL_AT_ONCE[-1:])),
    Attack("one destroyed", (), ("work",), (*DESTROY, "--target", "{work}", "--target-dependents")),
    Attack(
        "destroyed as never applied",
        (exchange_with("events", type="direct"),),
        ("work",),
        (*DESTROY, "--continue-on-error"),
        quick=True,
    ),
    Attack("one excluded", (), (), (*DESTROY, "--exclude", "{work}")),
    Attack(
        "type changed, others excluded",
        (queue_with("work", type="quorum"),),
        ("work",),
        (*UP, "--exclude", "**unrouted**", "--exclude-dependents"),
    ),
    Attack("json", tuple(without_queue(name) for name in IN_USE), (), (*UP, "--json")),
    Attack("destroyed without the program", (), (), ("destroy", "--yes", "--skip-preview")),
)


def _refuses(text: str, queue: str) -> bool:
    """Alone, or in the one refusal of a vhost that was renamed."""
    return f"queue {queue} is not deleted: it " in text or f"- queue {queue}: it " in text


def _withstand(stronghold: Stronghold, attack: Attack) -> None:
    before = stronghold.in_queues()
    said = stronghold.attack(*attack.changes, command=attack.command)
    assert said.code != 0, said.text
    for either in attack.refusing:
        names = either.split(" or ")
        assert any(_refuses(said.text, name) for name in names), said.text
    assert "Traceback" not in said.text
    assert stronghold.in_queues() == before
    assert stronghold.lost_bindings() == []
    stronghold.recover(*attack.undone_with)


@pytest.mark.parametrize(
    "attack",
    [
        pytest.param(attack, id=attack.name, marks=[] if attack.quick else [pytest.mark.soak])
        for attack in ATTACKS
    ],
)
def test_no_attack_destroys_messages(stronghold: Stronghold, attack: Attack) -> None:
    _withstand(stronghold, attack)


def test_all_is_as_before_the_attacks(stronghold: Stronghold) -> None:
    assert stronghold.messages.gone() == {}
    stronghold.stack.configure(stronghold.config)
    stronghold.stack.expect_no_changes()


@pytest.mark.soak
@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_no_attack_destroys_messages_on_any_broker(
    each_stronghold: Stronghold, attack: Attack
) -> None:
    _withstand(each_stronghold, attack)


@pytest.mark.soak
def test_all_is_as_before_on_every_broker(each_stronghold: Stronghold) -> None:
    assert each_stronghold.messages.gone() == {}
    each_stronghold.stack.configure(each_stronghold.config)
    each_stronghold.stack.expect_no_changes()
