"""Shows what came of documents: counts until there is an outcome of each.

`python portal.py 1000` prints JSON. `attempts` is how often each step worked on a document that was
finished.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter

from aio_pika.abc import AbstractIncomingMessage
from service import channel, run

OUTCOMES = ("finished", "failed")


async def portal(count: int) -> None:
    outcomes: dict[str, Counter[int]] = {queue: Counter() for queue in OUTCOMES}
    attempts: Counter[str] = Counter()
    complete = asyncio.Event()

    async def note(queue: str, message: AbstractIncomingMessage) -> None:
        document = json.loads(message.body)
        outcomes[queue][document["id"]] += 1
        attempts.update(document["attempts"])
        await message.ack()
        if len({*outcomes["finished"], *outcomes["failed"]}) == count:
            complete.set()

    async with channel() as opened:
        for name in OUTCOMES:
            queue = await opened.get_queue(name, ensure=False)
            await queue.consume(lambda message, name=name: note(name, message))
        await complete.wait()
    seen = outcomes["finished"] + outcomes["failed"]
    found = {
        "documents": len(seen),
        "finished": len(outcomes["finished"]),
        "failed": len(outcomes["failed"]),
        "twice": seen.total() - len(seen),
        "attempts": dict(sorted(attempts.items())),
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    run(portal(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
