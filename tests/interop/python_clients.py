"""The Python clients: pika, aio-pika and kombu."""

from __future__ import annotations

import asyncio

import aio_pika
import kombu
import pika

from tests.interop.delivery import ClientError, Delivery, Receipt, name_in

SECONDS = 120


def with_pika(delivery: Delivery) -> Receipt:
    exchange = name_in(delivery.exchange_url, "exchange")
    queue = name_in(delivery.queue_url, "queue")
    connection = pika.BlockingConnection(pika.URLParameters(delivery.url))
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare(queue, passive=True)
        channel.basic_publish(
            exchange, delivery.routing_key, delivery.body.encode(), mandatory=True
        )
        _, _, body = channel.basic_get(queue, auto_ack=True)
    finally:
        connection.close()
    return _receipt(exchange, queue, body)


def with_aio_pika(delivery: Delivery) -> Receipt:
    return asyncio.run(_with_aio_pika(delivery))


async def _with_aio_pika(delivery: Delivery) -> Receipt:
    # The robust connection would retry a refusal for ever.
    connection = await aio_pika.connect(delivery.url, timeout=SECONDS)
    async with connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.get_exchange(name_in(delivery.exchange_url, "exchange"))
        queue = await channel.get_queue(name_in(delivery.queue_url, "queue"))
        message = aio_pika.Message(delivery.body.encode())
        await exchange.publish(message, delivery.routing_key, mandatory=True, timeout=SECONDS)
        received = await queue.get(no_ack=True, timeout=SECONDS)
    return _receipt(exchange.name, queue.name, received.body)


def with_kombu(delivery: Delivery) -> Receipt:
    exchange = name_in(delivery.exchange_url, "exchange")
    queue = name_in(delivery.queue_url, "queue")
    returned: list[str] = []
    confirmed = {"confirm_publish": True}
    with kombu.Connection(
        delivery.url, connect_timeout=SECONDS, transport_options=confirmed
    ) as connection:
        channel = connection.channel()
        channel.queue_declare(queue, passive=True)
        producer = kombu.Producer(channel, on_return=lambda error, *_: returned.append(str(error)))
        producer.publish(
            delivery.body, delivery.routing_key, exchange=exchange, mandatory=True, retry=False
        )
        if returned:
            raise ClientError(returned[0])
        message = channel.basic_get(queue, no_ack=True)
    return _receipt(exchange, queue, message.body if message else None)


def _receipt(exchange: str, queue: str, body: str | bytes | None) -> Receipt:
    if body is None:
        raise ClientError(f"the queue {queue!r} is empty after a confirmed publish")
    return Receipt(exchange, queue, body if isinstance(body, str) else body.decode())
