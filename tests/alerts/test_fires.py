"""A real Prometheus scrapes a real RabbitMQ, and alerts fire when what they are for happens."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pika
import pytest
import yaml

from tests.cli.command import topology
from tests.features.eventually import eventually
from tests.rules.applying import put
from tests.support.api import Api
from tests.support.prometheus import Prometheus, prometheus
from toolchain.node import Broker
from topology.alerts import watch
from topology.alerts.metric import SHOVELS, UP
from topology.check import check
from topology.version import BrokerFacts, Version

NOWHERE = "amqp://127.0.0.1:1"
FILES = ("-o", "rules.yml", "--scrape", "scrape.yml", "--dashboard", "dashboard.json")


def _topology(vhost: str) -> dict[str, Any]:
    return {
        "vhost": vhost,
        "exchanges": {"events": {"type": "topic"}},
        "queues": {
            "work": {"type": "quorum", "message_ttl": 3_600_000, "dead_letter": True},
            "short": {"max_length": 10, "max_length_bytes": 1000},
        },
        "bindings": [
            {"source": "events", "destination": "work", "routing_key": "work"},
            {"source": "events", "destination": "short", "routing_key": "short"},
        ],
        "shovels": {
            "move": {
                "source_uri": NOWHERE,
                "source_queue": "short",
                "destination_uri": NOWHERE,
                "destination_queue": "work",
            }
        },
        "services": {
            "source": {"publishes": {"events": ["#"]}},
            "worker": {"consumes": ["work"]},
        },
    }


@dataclass(frozen=True)
class Watched:
    """A vhost on a broker, and a Prometheus that looks at it by what the command wrote."""

    broker: Broker
    vhost: str
    raw: dict[str, Any]
    folder: Path
    prometheus: Prometheus

    @property
    def version(self) -> Version:
        return Version.parse(self.broker.version)

    def state(self, alert: str, of: str = "") -> str:
        return self.prometheus.alerts().get((f"Rabbitmq{alert}", of), "calm")

    def tells_of(self, alert: str, of: str = "") -> bool:
        """Pending at first, and firing where this test takes longer than the alert waits."""
        return self.state(alert, of) in ("pending", "firing")

    def connected(self) -> pika.BlockingConnection:
        parameters = pika.URLParameters(f"{self.broker.amqp}/{self.vhost}")
        parameters.credentials = pika.PlainCredentials(self.broker.username, self.broker.password)
        return pika.BlockingConnection(parameters)


@pytest.fixture(scope="module")
def watched(each_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder, vhost = tmp_path_factory.mktemp("alerts"), f"alerts-{uuid4().hex[:8]}"
    raw = _topology(vhost)
    (folder / "shop.yaml").write_text(json.dumps(raw))
    node = urlsplit(each_broker.metrics).netloc
    options = ("--node", node, "--rabbitmq-version", each_broker.version)
    done = topology("alerts", "shop.yaml", *FILES, *options, folder=folder)
    assert done.code == 0, done.err
    scrape = yaml.safe_load((folder / "scrape.yml").read_text())
    with Api(each_broker) as api:
        put(api, check(raw, BrokerFacts(Version.parse(each_broker.version))).usable())
        value = {"src-uri": NOWHERE, "src-queue": "short", "dest-uri": NOWHERE}
        body = {"value": {**value, "dest-queue": "work", "reconnect-delay": 60}}
        api.put("parameters", "shovel", vhost, "move", body=body)
        try:
            with prometheus(folder, scrape, folder / "rules.yml") as running:
                eventually(running.targets, {"up"})
                eventually(running.rules, {"ok"})
                yield Watched(each_broker, vhost, raw, folder, running)
        finally:
            api.delete("vhosts", vhost)


def test_every_series_that_a_rule_looks_at_is_exported(watched: Watched) -> None:
    expanded = check(watched.raw, BrokerFacts(watched.version)).expanded
    rules = watch(expanded, watched.version).rules
    metrics = {metric for rule in rules for metric in rule.metrics if metric is not UP}
    (job,) = (
        job
        for job in yaml.safe_load((watched.folder / "scrape.yml").read_text())["scrape_configs"]
        if job["job_name"] == "rabbitmq-detailed"
    )
    aggregated = httpx.get(watched.broker.metrics).text
    detailed = httpx.get(f"{watched.broker.metrics}/detailed", params=job["params"]).text
    for metric in metrics:
        exported = detailed if metric.family else aggregated
        assert re.search(rf"^# TYPE {metric.name} ", exported, re.MULTILINE), metric


def test_a_dead_letter_and_an_unroutable_message_are_told_of(watched: Watched) -> None:
    dropped = ("MessagesDropped", "events" if watched.version >= (4, 0) else "")
    eventually(lambda: watched.tells_of("NoConsumers", "work"), wanted=True)
    assert watched.state("DeadLetters", "work.dead-letter") == "calm"
    with watched.connected() as connection:
        channel = connection.channel()
        channel.basic_publish("events", "work", b"broken")
        channel.basic_publish("events", "nowhere", b"lost")
        for number in range(9):
            channel.basic_publish("events", "short", f"{number}".encode())
        for method, _, _ in channel.consume("work", inactivity_timeout=120):
            assert method is not None
            channel.basic_reject(method.delivery_tag, requeue=False)
            break
        eventually(lambda: watched.state("DeadLetters", "work.dead-letter"), "firing")
        eventually(lambda: watched.state("NoConsumers", "work"), "calm")
        eventually(lambda: watched.tells_of("QueueNearlyFull", "short"), wanted=True)
        eventually(lambda: watched.state(*dropped), "firing")
        with Api(watched.broker) as api:
            assert api.take(watched.vhost, "work.dead-letter") == 1
        eventually(lambda: watched.state("DeadLetters", "work.dead-letter"), "calm")


def test_a_shovel_that_does_not_run_is_told_of(watched: Watched) -> None:
    if watched.version < SHOVELS.since:
        pytest.skip(f"RabbitMQ tells of shovels from {SHOVELS.since} on")
    eventually(lambda: watched.tells_of("ShovelDown"), wanted=True)


def test_the_dashboard_asks_what_is_there(watched: Watched) -> None:
    dashboard = json.loads((watched.folder / "dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            found = watched.prometheus.query(target["expr"])
            assert found or "ALERTS" in target["expr"] or "rate(" in target["expr"], target
