"""A real Prometheus with the rules and scrape jobs of a test, on a port of its own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.support.programs import program
from toolchain.node_folder import LOOPBACK, free_ports

SECONDS = 240.0


class Prometheus:
    """What a running Prometheus says."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=f"http://{address}/api/v1", timeout=120)

    def ready(self) -> bool:
        try:
            return self._client.get("/status/runtimeinfo").is_success
        except httpx.HTTPError:
            return False

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples of an expression now. Raises where it is not one."""
        answer = self._client.get("/query", params={"query": expression})
        found: list[dict[str, Any]] = answer.raise_for_status().json()["data"]["result"]
        return found

    def targets(self) -> set[str]:
        """How the scraped endpoints are: `up`, `down` or `unknown`."""
        data = self._client.get("/targets").raise_for_status().json()["data"]
        return {target["health"] for target in data["activeTargets"]}

    def rules(self) -> set[str]:
        """How the evaluation of the rules goes: `ok`, `err` or `unknown`."""
        groups = self._client.get("/rules").raise_for_status().json()["data"]["groups"]
        return {rule["health"] for group in groups for rule in group["rules"]}

    def alerts(self) -> dict[tuple[str, str], str]:
        """(alert, queue or exchange) → `pending` or `firing`."""
        found = self._client.get("/alerts").raise_for_status().json()["data"]["alerts"]
        return {
            (
                alert["labels"]["alertname"],
                alert["labels"].get("queue") or alert["labels"].get("exchange") or "",
            ): alert["state"]
            for alert in found
        }

    def close(self) -> None:
        self._client.close()


@contextmanager
def prometheus(folder: Path, scrape: dict[str, Any], rules: Path) -> Iterator[Prometheus]:
    """Looks every second, at what it scrapes and at its rules."""
    (port,) = free_ports(1)
    settings = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules)],
        **scrape,
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(settings, allow_unicode=True))
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [
                program("prometheus", package="prometheus"),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={LOOPBACK}:{port}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    running = Prometheus(f"{LOOPBACK}:{port}")
    try:
        deadline = time.monotonic() + SECONDS
        while not running.ready():
            assert process.poll() is None and time.monotonic() < deadline, (
                folder / "prometheus.log"
            ).read_text()
            time.sleep(0.1)
        yield running
    finally:
        running.close()
        process.terminate()
        process.wait(10)
