"""Takes documents in; here it makes some up.

`python ingest.py 1000`
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from itertools import islice

from service import EXCHANGE, IN_FLIGHT, Document, channel, hand_on, run

FOR_EVER = 1_000_000
_WORDS = (
    *("stock", "order", "invoice", "parcel", "return", "customer", "price", "address"),
    *("late", "paid", "broken", "missing", "twice", "wrong", "today", "again"),
)


def documents(count: int) -> Iterator[Document]:
    """Texts with a question each. With some of them a step fails once, twice, or for ever."""
    for number in range(count):
        words = [_WORDS[number * 7 % 16 ^ place * place % 16] for place in range(48)]
        trouble = {}
        if number % 20 == 1:
            trouble["embed"] = 1
        if number % 50 == 2:
            trouble["infer"] = 2
        if number % 250 == 3:
            trouble["chunk"] = FOR_EVER
        yield {
            "id": number,
            "text": " ".join(words),
            "question": " ".join(words[20:24]),
            "urgent": number % 10 == 0,
            "trouble": trouble,
            "attempts": {},
        }


async def ingest(count: int) -> None:
    waiting = documents(count)
    async with channel(lasting=False) as opened:
        exchange = await opened.get_exchange(EXCHANGE, ensure=False)
        while batch := list(islice(waiting, IN_FLIGHT)):
            await asyncio.gather(
                *(hand_on(exchange, "document.uploaded", document) for document in batch)
            )
    sys.stdout.write(f"ingest: {count} documents published, each confirmed by the broker\n")


if __name__ == "__main__":
    run(ingest(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
