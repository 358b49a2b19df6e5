"""Migrations of several queues at once, under load, killed and begun again."""

from __future__ import annotations

import json
import random
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.migrate.scene import EXCHANGE, Scene
from tests.migrate.traffic import Balance, Traffic, started, traffic, url_of

_SECONDS = 300
_RUNS = 12
_KILLED = -9


@dataclass
class Tally:
    """What a campaign came to."""

    migrations: int = 0
    kills: int = 0
    seconds: float = 0
    balances: list[Balance] = field(default_factory=list)

    def __str__(self) -> str:
        confirmed = sum(balance.confirmed for balance in self.balances)
        lost = sum(len(balance.lost) for balance in self.balances)
        twice = sum(balance.twice for balance in self.balances)
        again = sum(balance.again for balance in self.balances)
        cancelled = sum(balance.cancelled for balance in self.balances)
        return (
            f"{self.migrations} migrations, {self.kills} kills, "
            f"{confirmed} confirmed messages, {lost} lost, {twice} came twice ({again} were "
            f"published again by their publishers), {cancelled} cancelled consumers, "
            f"{self.seconds:.0f} s"
        )

    @property
    def lost(self) -> list[int]:
        return [number for balance in self.balances for number in balance.lost]


class Campaign:
    """Queues that become quorum, classic, quorum again …, while their clients go on."""

    def __init__(self, place: Scene, queues: int, rate: float) -> None:
        self._place, self._rate = place, rate
        self._names = [f"q{number}" for number in range(queues)]
        self.tally = Tally()

    def run(self, rounds: int, kills: int, messages: int = 0) -> Tally:
        """At least so many rounds, and more until so many messages have been published."""
        began = time.monotonic()
        for name in self._names:
            self._place.old_queue(name, queue_type="classic")
        with ExitStack() as ending:
            url = url_of(self._place.broker, self._place.vhost)
            loads: list[Traffic] = []
            for name in self._names:
                load = ending.enter_context(traffic(url, EXCHANGE, f"{name}.x", name))
                load.publish(self._rate)
                load.consume()
                loads.append(load)
            time.sleep(5)
            for number in count():
                if number >= rounds and self._published() >= messages:
                    break
                self._round("quorum" if number % 2 == 0 else "classic", kills)
            self.tally.balances = [load.balance() for load in loads]
        self.tally.seconds = time.monotonic() - began
        return self.tally

    def _published(self) -> int:
        found = self._place.api.get("exchanges", self._place.vhost, EXCHANGE)
        return int((found.get("message_stats") or {}).get("publish_in") or 0)

    def _round(self, queue_type: str, kills: int) -> None:
        config = {
            "vhost": self._place.vhost,
            "migrate": True,
            "exchanges": {EXCHANGE: {"type": "topic"}},
            "queues": {name: {"type": queue_type} for name in self._names},
            "bindings": [
                {"source": EXCHANGE, "destination": name, "routing_key": f"{name}.#"}
                for name in self._names
            ],
        }
        for _ in range(kills):
            process = self._carry(config)
            try:
                process.communicate(timeout=random.uniform(0.5, 22))  # noqa: S311 - no secret
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                self.tally.kills += 1
        text = ""
        for _ in range(_RUNS):
            process = self._carry(config)
            text, _ = process.communicate(timeout=_SECONDS)
            if process.returncode == 0:
                break
        else:
            raise AssertionError(text)
        types = {self._place.type_of(name) for name in self._names}
        assert types == {queue_type}, text
        self._place.nothing_left()
        self.tally.migrations += len(self._names)

    def _carry(self, config: dict[str, Any]) -> subprocess.Popen[str]:
        given = {"config": config, "broker": self._place.access}
        return started("carry", json.dumps(given))
