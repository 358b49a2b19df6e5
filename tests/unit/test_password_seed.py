"""Generated passwords: random, or of a seed that the stack's config keeps."""

from __future__ import annotations

from tests.support.mocked_run import Run, run_program
from topology.password_seed import PasswordSeed

TOPOLOGY = {
    "vhost": "v",
    "users": {"reader": {}, "writer": {}},
    "services": {"worker": {"rotation": 2}},
}
SEED = "a seed of more than thirty-two characters"


def _passwords(run: Run) -> dict[str, str]:
    return {stash.name: str(stash.inputs["input"]) for stash in run.of("Stash")}


def test_passwords_of_a_seed_are_the_same_in_every_run() -> None:
    first, second = (run_program(TOPOLOGY, passwordSeed=SEED) for _ in range(2))
    passwords = _passwords(first)
    assert passwords == _passwords(second)
    assert len(set(passwords.values())) == len(passwords) == 4
    assert SEED not in "".join(passwords.values())


def test_without_a_seed_they_are_others_in_every_run() -> None:
    first, second = (_passwords(run_program(TOPOLOGY)) for _ in range(2))
    assert not set(first.values()) & set(second.values())


def test_another_stack_or_seed_has_other_passwords() -> None:
    seeds = (
        PasswordSeed("project/one", SEED),
        PasswordSeed("project/two", SEED),
        PasswordSeed("project/one", SEED[::-1]),
    )
    passwords = {seed.password(name) for seed in seeds for name in ("reader", "writer")}
    assert len(passwords) == 6
    assert {len(password) for password in passwords} == {32}
    assert all(SEED not in repr(seed) for seed in seeds)


def test_a_seed_that_could_be_guessed_is_refused_and_not_shown() -> None:
    run = run_program(TOPOLOGY, passwordSeed="guess me")
    assert run.code != 0 and not run.resources
    said = "".join(run.said)
    assert "rabbitmq-topology:passwordSeed: has fewer than 32 characters" in said
    assert "guess me" not in said


def test_a_seed_in_plain_text_is_warned_of() -> None:
    said = "".join(run_program(TOPOLOGY, passwordSeed=SEED).said)
    assert "rabbitmq-topology:passwordSeed: is in plain text" in said
    assert SEED not in said
