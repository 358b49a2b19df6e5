"""How often is tried again, and how the tries end. No time passes."""

from __future__ import annotations

import asyncio

import pulumi
import pytest

from topology.hooks.pending import Pending
from topology.hooks.retries import DELAYS, Retries
from topology.hooks.unanswered import Unanswered

MISSED = "expected non-nil error with nil state during Create of urn:q"


class Slept:
    """Stands for `asyncio.sleep`, and keeps what is reported."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.reported: list[str] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def failed(*errors: str, name: str = "q", operation: str = "create") -> pulumi.ErrorHookArgs:
    return pulumi.ErrorHookArgs(
        urn=f"urn:{name}",
        id="",
        name=f"v/{name}",
        type="rabbitmq:index/queue:Queue",
        new_inputs={"name": name, "vhost": "v"},
        failed_operation=operation,
        errors=list(errors),
    )


def retries(slept: Slept) -> Retries:
    return Retries(Pending(), Unanswered(), slept, slept.reported.append)


def test_what_passes_is_tried_again_after_longer_and_longer_waits() -> None:
    slept = Slept()
    tried = retries(slept)
    for number in range(1, len(DELAYS) + 1):
        assert asyncio.run(tried.on_error(failed(*[MISSED] * number)))
    assert slept.seconds == list(DELAYS)
    assert list(DELAYS) == sorted(DELAYS)


def test_the_last_try_ends_with_object_tries_and_cause() -> None:
    slept = Slept()
    errors = [MISSED] * (len(DELAYS) + 1)
    assert not asyncio.run(retries(slept).on_error(failed(*errors)))
    (message,) = slept.reported
    assert message.startswith("queue q: it was written, and was missing when it was read")
    assert f"in each of {len(errors)} tries within 16 seconds" in message
    assert "set rabbitmq:endpoint to one node" in message
    assert MISSED in message


def test_after_one_object_was_given_up_the_others_end_at_once() -> None:
    slept = Slept()
    tried = retries(slept)
    assert not asyncio.run(tried.on_error(failed(*[MISSED] * (len(DELAYS) + 1))))
    assert not asyncio.run(tried.on_error(failed(MISSED, name="other")))
    assert slept.seconds == []
    assert len(slept.reported) == 1


@pytest.mark.parametrize(
    "error", ["* Error 400 (bad_request): no", "401 Unauthorized", "* Error 403 (Forbidden): no"]
)
def test_final_errors_end_at_once(error: str) -> None:
    slept = Slept()
    assert not asyncio.run(retries(slept).on_error(failed(error, MISSED)))
    assert slept.seconds == []


def test_deletions_are_not_tried_again() -> None:
    error = "* Error 503 (Service Unavailable): timeout"
    assert not asyncio.run(retries(Slept()).on_error(failed(error, operation="delete")))


def test_a_wait_is_shown_while_it_lasts() -> None:
    pending = Pending()
    shown: list[str] = []

    async def look(_: float) -> None:
        shown.extend(what for what, _ in pending.longest())

    asyncio.run(Retries(pending, Unanswered(), look).on_error(failed(MISSED)))
    assert shown == [f"try 2 of {len(DELAYS) + 1} to make queue q"]


def test_what_was_deleted_in_this_run_may_still_be_seen() -> None:
    slept = Slept()
    tried = retries(slept)
    args = failed("* Error 400 (bad_request): inequivalent arg 'durable' for queue 'q'")
    assert not asyncio.run(tried.on_error(args))
    tried.deleted(args.urn)
    assert asyncio.run(tried.on_error(args))
    assert slept.seconds == [DELAYS[0]]


def test_a_cli_without_error_hooks_is_asked_for_none() -> None:
    assert retries(Slept()).binding() == {}
