"""What the steps of the pipeline share: take a document, work on it, hand it on, lose none.

All that a process is told is AMQP_URL, from the stack's outputs. A document is acknowledged once
the broker has confirmed what came of it; a step that fails rejects it, and the topology brings it
back after a while, or keeps it among the failed.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage
from aio_pika.exceptions import DeliveryError
from aiormq.exceptions import AMQPError

EXCHANGE = "documents"
IN_FLIGHT = 200
"""Documents that a process works on at a time."""
PAUSE = 0.5
"""Seconds before a document is offered again to a broker that had no room for it."""
URGENT = 2

Document = dict[str, Any]


class StepFailed(Exception):
    """A step could not work on a document; a later attempt may."""


def step(queue: str, routing_key: str, work: Callable[[Document], Document]) -> None:
    """Works on what comes from `queue`, and publishes it with `routing_key`, until it is told to
    end (SIGTERM)."""
    run(_step(queue, routing_key, work))


def run(main: Any) -> None:
    """Runs a process; what the broker says against it is one line."""
    try:
        asyncio.run(main)
    except (AMQPError, OSError) as error:
        sys.exit(f"error: {error}")


@asynccontextmanager
async def channel(*, lasting: bool = True) -> AsyncIterator[AbstractChannel]:
    """A channel with publisher confirms to where AMQP_URL leads; `lasting` ones reconnect."""
    url = os.environ.get("AMQP_URL")
    if not url:
        sys.exit("error: AMQP_URL is not set; take it from the stack's output `services`")
    connect = aio_pika.connect_robust if lasting else aio_pika.connect
    async with await connect(url) as connection:
        opened = await connection.channel(publisher_confirms=True)
        await opened.set_qos(prefetch_count=IN_FLIGHT)
        yield opened


async def hand_on(exchange: AbstractExchange, routing_key: str, document: Document) -> None:
    """Returns once the broker has the document; where it has no room, this waits."""
    message = aio_pika.Message(
        json.dumps(document).encode(),
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=str(document["id"]),
        priority=URGENT if document["urgent"] else 0,
    )
    while True:
        try:
            await exchange.publish(message, routing_key=routing_key)
        except DeliveryError:
            await asyncio.sleep(PAUSE)
        else:
            return


async def told_to_end() -> None:
    """Returns on SIGTERM or Ctrl-C."""
    ending = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ending.set)
    await ending.wait()


async def _step(queue: str, routing_key: str, work: Callable[[Document], Document]) -> None:
    async with channel() as opened:
        exchange = await opened.get_exchange(EXCHANGE, ensure=False)
        source = await opened.get_queue(queue, ensure=False)

        async def handle(message: AbstractIncomingMessage) -> None:
            attempt = rejections(message, queue) + 1
            try:
                done = _attempted(json.loads(message.body), queue, attempt, work)
            except (StepFailed, ValueError, KeyError):
                await message.reject(requeue=False)
                return
            await hand_on(exchange, routing_key, done)
            await message.ack()

        tag = await source.consume(handle)
        await told_to_end()
        await source.cancel(tag)


def rejections(message: AbstractIncomingMessage, queue: str) -> int:
    """How often a message was rejected in a queue, as RabbitMQ notes it."""
    deaths: Any = message.headers.get("x-death") or []
    return sum(
        int(death["count"])
        for death in deaths
        if (_text(death["queue"]), _text(death["reason"])) == (queue, "rejected")
    )


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _attempted(
    document: Document, name: str, attempt: int, work: Callable[[Document], Document]
) -> Document:
    # To see retries happen, a document can say which step fails with it, and how often.
    if attempt <= document["trouble"].get(name, 0):
        raise StepFailed(name)
    return {**work(document), "attempts": {**document["attempts"], name: attempt}}
