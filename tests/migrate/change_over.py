"""Queues cross from one broker to another and back under load, with kills and cut networks."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.migrate.pair import way_to
from tests.migrate.scene import EXCHANGE, Scene
from tests.migrate.traffic import ENDLESS, ended, started, url_of
from tests.safety.crash.proxy import Proxy

_RUNS = 12
_SECONDS = 300
_CUT_SECONDS = 2.0


@dataclass
class Crossings:
    """What a campaign came to."""

    migrations: int = 0
    kills: int = 0
    cuts: int = 0
    confirmed: int = 0
    again: int = 0
    """Messages that their publishers have published more than once."""
    seen: dict[str, Counter[int]] = field(default_factory=dict)

    def lost(self, published: dict[str, int]) -> list[tuple[str, int]]:
        return [
            (name, number)
            for name, count in published.items()
            for number in range(count)
            if not self.seen[name][number]
        ]

    def __str__(self) -> str:
        twice = sum(sum(counts.values()) - len(counts) for counts in self.seen.values())
        return (
            f"{self.migrations} migrations, {self.kills} kills, the network between the brokers "
            f"was cut {self.cuts} times, {self.confirmed} confirmed messages, {twice} came twice "
            f"({self.again} were published again by their publishers)"
        )


class ChangeOver:
    """Publishers and consumers of some queues, on the one broker or on the other."""

    def __init__(self, first: Scene, second: Scene, queues: int, rate: float) -> None:
        self._sides, self._rate = (first, second), rate
        self._names = [f"q{number}" for number in range(queues)]
        self._publishers: dict[str, subprocess.Popen[str]] = {}
        self._consumers: dict[str, subprocess.Popen[str]] = {}
        self.published = dict.fromkeys(self._names, 0)
        self.tally = Crossings(seen={name: Counter() for name in self._names})

    def run(self, rounds: int, kills: int, seconds: float) -> Crossings:
        """Each round is so long at least; `kills` runs of each are killed."""
        for name in self._names:
            self._sides[0].old_queue(name, queue_type="classic")
        try:
            self._consume(self._sides[0])
            self._publish(self._sides[0])
            for number in range(rounds):
                began = time.monotonic()
                old, new = self._sides if number % 2 == 0 else self._sides[::-1]
                with way_to(old.broker, new.broker) as way:
                    self._round(old, new, way, kills)
                time.sleep(max(0.0, began + seconds - time.monotonic()))
            self._stop_publishing()
            self._stop_consuming()
        finally:
            for process in (*self._publishers.values(), *self._consumers.values()):
                process.kill()
                process.communicate()
        self.tally.confirmed = sum(self.published.values())
        return self.tally

    def _round(self, old: Scene, new: Scene, way: Proxy, kills: int) -> None:
        given = json.dumps(self._given(old, new, way))
        for _ in range(kills):
            process = started("carry", given)
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=random.uniform(2, 20))  # noqa: S311 - no secret
            process.kill()
            process.communicate()
            self.tally.kills += 1
            way.cut()
            time.sleep(random.uniform(0, _CUT_SECONDS))  # noqa: S311
            way.mend()
            self.tally.cuts += 1
        process = started("carry", given)
        self._change_over(new)
        for _ in range(_RUNS):
            text, _ = process.communicate(timeout=_SECONDS)
            if process.returncode == 0:
                break
            process = started("carry", given)
        else:
            raise AssertionError(text)
        new.nothing_left()
        assert all(not found["messages"] for found in old.api.get("queues", old.vhost)), text
        self.tally.migrations += len(self._names)

    def _given(self, old: Scene, new: Scene, way: Proxy) -> dict[str, Any]:
        queue_type = "quorum" if new is self._sides[1] else "classic"
        config = {
            "vhost": new.vhost,
            "exchanges": {EXCHANGE: {"type": "topic"}},
            "queues": {name: {"type": queue_type} for name in self._names},
            "bindings": [
                {"source": EXCHANGE, "destination": name, "routing_key": f"{name}.#"}
                for name in self._names
            ],
        }
        source = {"stack": "old", "broker": old.access, "vhost": old.vhost, "uri": way.url}
        return {"config": config, "broker": new.access, "source": source}

    # Clients

    def _change_over(self, new: Scene) -> None:
        """While the migration runs: publishers first, then those who still consume the rest."""
        while len(new.api.get("queues", new.vhost)) < len(self._names):
            time.sleep(0.5)
        self._stop_publishing()
        self._publish(new)
        self._stop_consuming()
        self._consume(new)

    def _publish(self, place: Scene) -> None:
        url = url_of(place.broker, place.vhost)
        for name in self._names:
            numbers = (str(ENDLESS), str(self.published[name]))
            self._publishers[name] = started(
                "publish", url, EXCHANGE, f"{name}.x", str(self._rate), *numbers
            )

    def _stop_publishing(self) -> None:
        for process in self._publishers.values():
            process.terminate()
        for name, process in self._publishers.items():
            counts = ended(process)
            self.published[name] = counts["confirmed"]
            self.tally.again += counts["again"]

    def _consume(self, place: Scene) -> None:
        url = url_of(place.broker, place.vhost)
        for name in self._names:
            self._consumers[name] = started("consume", url, name)

    def _stop_consuming(self) -> None:
        for process in self._consumers.values():
            process.terminate()
        for name, process in self._consumers.items():
            counts = ended(process)
            self.tally.seen[name].update(counts["seen"])
            twice = {int(number): count for number, count in counts["twice"].items()}
            self.tally.seen[name].update(twice)
