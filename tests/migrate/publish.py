"""A publisher that wants every message confirmed: `python -m tests.migrate.publish`.

Takes URL, exchange, routing key, messages a second, the most messages and the first number. Ends on
SIGTERM or when it has published all, and prints how many messages were published, confirmed ids and
all.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import suppress

import aio_pika
from aio_pika.abc import AbstractExchange
from aio_pika.exceptions import AMQPError, DeliveryError

BATCH = 50
_SECONDS = 120
_PAUSE = 0.1


class Publisher:
    """Messages are numbered; one that is not confirmed is published again, as clients do."""

    def __init__(
        self, url: str, exchange: str, key: str, rate: float, most: int, first: int
    ) -> None:
        self._url, self._exchange, self._key = url, exchange, key
        self._rate, self._most = rate, most
        self.stopping = asyncio.Event()
        self.confirmed = first
        """All numbers below it are confirmed."""
        self.again = 0
        """Messages that were published more than once."""
        self.returned = 0

    async def run(self) -> None:
        """Until it is stopped, whatever becomes of the connection."""
        while not self._ended:
            with suppress(AMQPError, OSError, TimeoutError, asyncio.CancelledError, RuntimeError):
                await self._connected()
            await asyncio.sleep(_PAUSE)

    @property
    def _ended(self) -> bool:
        return self.stopping.is_set() or self.confirmed >= self._most

    async def _connected(self) -> None:
        connection = await aio_pika.connect(self._url, timeout=_SECONDS)
        try:
            channel = await connection.channel(publisher_confirms=True)
            exchange = await channel.get_exchange(self._exchange, ensure=False)
            loop = asyncio.get_running_loop()
            began, first = loop.time(), self.confirmed
            while not self._ended:
                await self._batch(exchange)
                due = began + (self.confirmed - first) / self._rate
                await asyncio.sleep(max(0.0, due - loop.time()))
        finally:
            await asyncio.wait_for(connection.close(), _SECONDS)

    async def _batch(self, exchange: AbstractExchange) -> None:
        waiting = list(range(self.confirmed, self.confirmed + BATCH))
        while waiting:
            answers = await asyncio.gather(
                *(self._publish(exchange, number) for number in waiting), return_exceptions=True
            )
            failed = [n for n, answer in zip(waiting, answers, strict=True) if answer is not None]
            self.again += len(failed)
            self.returned += sum(isinstance(answer, DeliveryError) for answer in answers)
            if any(answer and not isinstance(answer, DeliveryError) for answer in answers):
                raise ConnectionError
            waiting = failed
        self.confirmed += BATCH

    async def _publish(self, exchange: AbstractExchange, number: int) -> None:
        message = aio_pika.Message(
            str(number).encode(),
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=str(number),
        )
        await exchange.publish(message, self._key, mandatory=True, timeout=_SECONDS)


async def _main() -> None:
    url, exchange, key, rate, most, first = sys.argv[1:]
    publisher = Publisher(url, exchange, key, float(rate), int(most), int(first))
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, publisher.stopping.set)
    await publisher.run()
    counts = {
        "confirmed": publisher.confirmed,
        "again": publisher.again,
        "returned": publisher.returned,
    }
    sys.stdout.write(json.dumps(counts))


if __name__ == "__main__":
    asyncio.run(_main())
