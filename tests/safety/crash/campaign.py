"""Strikes at random moments of random commands, each followed by the documented recovery."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import pytest

from tests.safety.crash.proxy import Proxy
from tests.safety.crash.strike import VICTIMS, Moment, kill, struck
from tests.safety.crash.world import UP, World

Strike = Callable[[subprocess.Popen[str]], None]
Operation = Literal["change", "refresh", "destroy"]

COMMANDS: dict[Operation, tuple[str, ...]] = {
    "change": UP,
    "refresh": ("refresh", "--yes", "--skip-preview"),
    "destroy": ("destroy", "--yes", "--skip-preview", "--run-program"),
}
_LINES: dict[Operation, int] = {"change": 80, "refresh": 60, "destroy": 40}
"""About as many as a command says."""

_CUT_SECONDS = 2.0


def seeded(seed: int) -> random.Random:
    """Chance that can be told again."""
    return random.Random(seed)  # noqa: S311 - nothing secret comes of it


@dataclass
class Tally:
    """What all campaigns of a run come to."""

    points: int = 0
    lost: int = 0

    def __str__(self) -> str:
        return f"points tried {self.points}, messages lost {self.lost}"


@dataclass(frozen=True)
class Campaign:
    """Crashes one world, point by point."""

    world: World
    chance: random.Random
    tally: Tally

    def point(
        self,
        name: str,
        strike: Strike,
        *,
        checkpoints: bool,
        before_recovery: Callable[[], None] = lambda: None,
    ) -> None:
        """Strikes once, recovers, and looks at everything."""
        operation = self.chance.choice(list(COMMANDS))
        moment = Moment.random(self.chance, _LINES[operation])
        what = f"{name} struck at {moment} of {operation}, checkpoints {checkpoints}"
        with pytest.MonkeyPatch.context() as patch:
            if not checkpoints:
                patch.setenv("PULUMI_SKIP_CHECKPOINTS", "true")
            if operation == "change":
                self.world.choose(second=not self.world.second)
            struck(self.world.stack, COMMANDS[operation], moment, strike)
            before_recovery()
            said = self.world.recover()
        self.tally.points += 1
        lost = self.world.lost()
        self.tally.lost += len(lost)
        assert said.code == 0, f"{what}\n{said.text}"
        wrong = [*self.world.differences(), *(f"lost from {message}" for message in lost)]
        assert not wrong, "\n".join([what, *wrong, said.text])


def process_strikes() -> Mapping[str, Strike]:
    """SIGKILL for each kind of process."""
    return {victim: kill(victim) for victim in VICTIMS}


def network_strike(*proxies: Proxy) -> Strike:
    """Cuts the network for a while."""
    return partial(_cut, proxies)


def _cut(proxies: tuple[Proxy, ...], _: subprocess.Popen[str]) -> None:
    for proxy in proxies:
        proxy.cut()
    time.sleep(_CUT_SECONDS)
    for proxy in proxies:
        proxy.mend()
