"""`pulumi new` from the template, with the wheel in a virtualenv that has nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pika
import pytest

from tests.features.eventually import eventually
from tests.live.conftest import engine  # noqa: F401 - a fixture
from tests.support.api import Api
from toolchain.engine import Engine
from toolchain.folders import PROJECT
from toolchain.node import Broker

SECONDS = 600


@pytest.mark.live
@pytest.mark.timeout(1500)
def test_new_up_preview_and_destroy(
    wheel: Path,
    engine: Engine,  # noqa: F811
    broker: Broker,
    tmp_path: Path,
) -> None:
    folder, backend = tmp_path / "orders", tmp_path / "backend"
    folder.mkdir()
    backend.mkdir()
    wheels = [str(wheel.parent), os.environ.get("PIP_FIND_LINKS", "")]
    environment = os.environ | {
        "PIP_FIND_LINKS": " ".join(filter(None, wheels)),
        "PULUMI_BACKEND_URL": f"file://{backend}",
        "PULUMI_CONFIG_PASSPHRASE": "only for tests",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # The language host takes the Python that is first.
        "PATH": os.pathsep.join(
            [str(folder / "venv" / "bin"), engine.programs, os.environ["PATH"]]
        ),
    }
    environment.pop("PYTHONPATH", None)

    def run(*command: str) -> str:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # `pulumi new` would do the next three, too. The language host that is built here ignores where
    # Pulumi.yaml wants the virtualenv, and puts its files between those of the project.
    template = str(PROJECT / "templates" / "stack")
    run("pulumi", "new", template, "--yes", "--name", "orders", "--generate-only")
    assert "name: orders" in (folder / "Pulumi.yaml").read_text()
    # The broker is shared: another test may have what the template declares.
    vhost, declared = f"template-{uuid4().hex[:8]}", folder / "Pulumi.dev.yaml"
    declared.write_text(declared.read_text().replace("my-vhost", vhost))
    run(sys.executable, "-m", "venv", "venv")
    run("venv/bin/python", "-m", "pip", "install", "--quiet", "--requirement", "requirements.txt")
    run("pulumi", "stack", "init", "dev")
    for key, value in (
        ("rabbitmq:endpoint", broker.management),
        ("rabbitmq:username", broker.username),
        ("rabbitmq-topology:amqpEndpoint", broker.amqp),
    ):
        run("pulumi", "config", "set", key, value)
    run("pulumi", "config", "set", "--secret", "rabbitmq:password", broker.password)
    assert "Pulumi.dev.yaml: fine" in run("rabbitmq-topology", "check")

    with Api(broker) as api:
        try:
            run("pulumi", "up", "--yes")
            run("pulumi", "preview", "--expect-no-changes", "--refresh")
            outputs = json.loads(run("pulumi", "stack", "output", "--json"))
            url = outputs["queue_url"].replace("//", f"//{broker.username}:{broker.password}@", 1)
            with pika.BlockingConnection(pika.URLParameters(url)) as connection:
                channel = connection.channel()
                channel.confirm_delivery()
                channel.basic_publish("my-exchange", "my-routing-key", b"m", mandatory=True)
                assert channel.basic_get("my-queue", auto_ack=True)[2] == b"m"
            # Statistics lag: what they count long after the run began is taken for
            # a message of a publisher that goes on.
            eventually(lambda: counted(api, vhost), 1)
            run("pulumi", "destroy", "--yes", "--run-program")
            assert vhost not in api.vhosts()
        finally:
            api.delete("vhosts", vhost)


def counted(api: Api, vhost: str) -> int:
    """Messages that came to the exchange, as statistics have it."""
    statistics = api.exchanges(vhost)["my-exchange"].get("message_stats") or {}
    return int(statistics.get("publish_in") or 0)
