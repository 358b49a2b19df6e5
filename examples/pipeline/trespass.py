"""Tries what a service has no business with, with nothing but its AMQP_URL. It should be refused.

`python trespass.py queue=infer key=document.answered exchange=unrouted` prints JSON: what was
tried, and whether the broker permitted it.
"""

from __future__ import annotations

import asyncio
import json
import sys

import aio_pika
from aiormq.exceptions import ChannelAccessRefused
from service import EXCHANGE, channel, run


async def trespass(kind: str, name: str) -> bool:
    """Whether the broker permits it. A channel is closed by a refusal, so each has its own."""
    async with channel(lasting=False) as opened:
        try:
            if kind == "queue":
                queue = await opened.get_queue(name, ensure=False)
                message = await queue.get(fail=False)
                if message is not None:
                    await message.nack(requeue=True)
            else:
                exchange, key = (EXCHANGE, name) if kind == "key" else (name, "anything")
                target = await opened.get_exchange(exchange, ensure=False)
                await target.publish(aio_pika.Message(b"trespass"), routing_key=key)
        except ChannelAccessRefused:
            return False
        return True


async def main() -> None:
    tried = [argument.partition("=") for argument in sys.argv[1:]]
    permitted = await asyncio.gather(*(trespass(kind, name) for kind, _, name in tried))
    said = dict(zip(sys.argv[1:], permitted, strict=True))
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    run(main())
