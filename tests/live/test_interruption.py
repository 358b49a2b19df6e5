"""A run that is broken off at any point: the same command again brings everything about."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pika
import psutil
from pika.adapters.blocking_connection import BlockingChannel

from tests.features.eventually import eventually
from tests.support.api import Api
from tests.support.stack import SECONDS, Said, Stack
from toolchain.node import Broker


@contextmanager
def client(broker: Broker, vhost: str) -> Iterator[BlockingChannel]:
    """Connected to a vhost, and idle."""
    parameters = pika.URLParameters(f"{broker.amqp}/{vhost}?heartbeat=0")
    parameters.credentials = pika.PlainCredentials(broker.username, broker.password)
    with closing(pika.BlockingConnection(parameters)) as connection:
        yield connection.channel()


QUEUES = 150
"""Enough that a run is in the middle of them when it is broken off."""
TRIES = 3


def many(vhost: str) -> dict[str, object]:
    """More queues than a run makes in a moment."""
    return {"vhost": vhost, "queues": {f"queue-{number}": {} for number in range(QUEUES)}}


Stop = Callable[[Stack, int], None]
"""Stops a run of a stack, given the id of its first process."""


def press_ctrl_c(_: Stack, process: int) -> None:
    """What a terminal does: the signal goes to the process group in the foreground."""
    os.killpg(process, signal.SIGINT)


def crash(stack: Stack, process: int) -> None:
    """Ends every process of the run at once, as when the machine goes down.

    Pulumi's file backend does not write its state in one step. A crash in the middle of that needs
    Pulumi's own way back from a broken state, and is not what is tried here.
    """
    while True:
        _signal(process, signal.SIGSTOP)
        if stack.checkpoint_is_whole():
            break
        _signal(process, signal.SIGCONT)
        time.sleep(0.02)
    _signal(process, signal.SIGKILL)


def _signal(session: int, number: signal.Signals) -> None:
    """Plugins have process groups of their own, but all are in one session."""
    for found in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getsid(found.pid) == session:
                found.send_signal(number)


def broken_off(stack: Stack, api: Api, stop: Stop) -> Said:
    """`pulumi up`, stopped once some of the queues are there, and not all."""
    stack.configure(many(stack.vhost))
    for _ in range(TRIES):
        said = _stopped(stack, api, stop)
        if 0 < len(api.queues(stack.vhost)) < QUEUES:
            return said
        # This process had to wait for its turn, and the run was through.
        stack.run("cancel", "--yes")
        stack.up()
        stack.destroy()
    raise AssertionError("the signal came too late to break it off")


def _stopped(stack: Stack, api: Api, stop: Stop) -> Said:
    with stack.started("up", "--yes", "--skip-preview") as process:
        deadline = time.monotonic() + SECONDS
        while not (api.has("vhosts", stack.vhost) and api.queues(stack.vhost)):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        stop(stack, process.pid)
        text, _ = process.communicate(timeout=SECONDS)
    return Said(process.returncode, text)


def assert_whole(stack: Stack, api: Api) -> None:
    """That every queue is there, and that Pulumi knows it."""
    assert len(api.queues(stack.vhost)) == QUEUES
    stack.expect_no_changes()


def test_ctrl_c_is_taken_up_by_the_next_up(stack: Stack, api: Api) -> None:
    said = broken_off(stack, api, press_ctrl_c)
    assert said.code != 0
    assert "Traceback" not in said.text
    stack.up()
    assert_whole(stack, api)


def test_a_killed_run_is_taken_up_after_cancel(stack: Stack, api: Api) -> None:
    broken_off(stack, api, crash)
    locked = stack.run("up", "--yes", "--skip-preview")
    assert locked.code != 0 and "pulumi cancel" in locked.text
    assert stack.run("cancel", "--yes").code == 0
    stack.up()
    assert_whole(stack, api)


def test_ctrl_c_while_a_hook_waits(stack: Stack, api: Api) -> None:
    """Before a binding is deleted while a client is connected, a hook waits for statistics of who
    publishes: some seconds."""
    stack.configure(
        {
            "vhost": stack.vhost,
            "exchanges": {"events": {"type": "topic"}},
            "queues": {"work": {}},
            "bindings": [{"source": "events", "destination": "work", "routing_key": "#"}],
        }
    )
    stack.up()
    with client(stack.broker, stack.vhost) as channel:
        channel.queue_declare("work", passive=True)
        text = _destroy_interrupted(stack)
    assert "Traceback" not in text and "KeyboardInterrupt" not in text, text
    if api.has("vhosts", stack.vhost):  # It is gone if the signal came too late.
        eventually(lambda: api.get("vhosts", stack.vhost, "connections"), [])
    stack.destroy()
    assert not api.has("vhosts", stack.vhost)


def _destroy_interrupted(stack: Stack) -> str:
    """What `pulumi destroy` tells, with Ctrl-C as soon as it waits."""
    with stack.started("destroy", "--yes", "--skip-preview", "--run-program") as process:
        assert process.stdout is not None
        text = ""
        for line in process.stdout:
            text += line
            if "waiting up to" in line:
                press_ctrl_c(stack, process.pid)
                break
        rest, _ = process.communicate(timeout=SECONDS)
        return text + rest
