"""The component of programs in other languages: it is declared by one process, and its hooks run in
another, that of the provider."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.live.conftest import MakeStack
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.folders import PROJECT
from toolchain.node import Broker

PROGRAM = Path(__file__).parent / "programs" / "remote"
PROVIDER = f"""#!/bin/sh
PYTHONPATH={PROJECT} exec {sys.executable} -c \
'from topology.component.provider import serve; serve()' "$@"
"""


@pytest.fixture
def remote(make_stack: MakeStack, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A stack of a program with two topologies of the provider, which the engine finds on PATH."""
    stack = make_stack(broker, PROGRAM)
    (stack.folder / "topology").symlink_to(PROJECT / "topology")
    provider = stack.folder / "bin" / "pulumi-resource-rabbitmq-topology"
    provider.parent.mkdir()
    provider.write_text(PROVIDER)
    provider.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([os.environ["PATH"], str(provider.parent)]))
    stack.configure_program("remote", vhost=stack.vhost)
    return stack


@pytest.mark.timeout(900)
def test_guards_hold_in_the_process_of_the_provider(remote: Stack, broker: Broker) -> None:
    up = remote.run("up", "--yes", "--skip-preview")
    assert up.code == 0, up.text
    same = remote.run("preview", "--expect-no-changes")
    assert same.code == 0, same.text
    vhost = f"{remote.vhost}-two"
    outputs = remote.outputs()
    assert outputs["urls"].value == {"q": f"{broker.amqp}/{remote.vhost}-one#queue=q"}
    assert outputs["services"].secret
    verified = remote.command("verify", "--stack", remote.name, "--component", "two")
    assert verified.code == 0, verified.text

    with Api(broker) as api:
        assert api.publish(vhost, "amq.default", "q")
        api.until_sampled(vhost, "q", 1)
    for command in (["destroy", "--preview-only"], ["destroy", "--yes", "--skip-preview"]):
        refused = remote.run(*command, "--run-program")
        assert refused.code != 0
        assert "queue q is not deleted: it holds 1 message" in refused.text
    # Nothing runs the provider here, so its hooks are missing: the engine deletes nothing.
    alone = remote.run("destroy", "--yes", "--skip-preview")
    assert alone.code != 0
    assert "delete hooks" in alone.text, alone.text
    remote.set_plain("remote:without", "true")
    taken_out = remote.run("up", "--yes", "--skip-preview")
    assert taken_out.code != 0
    assert "was not registered" in taken_out.text, taken_out.text
    remote.set_plain("remote:without", "false")

    with Api(broker) as api:
        assert api.has("queues", vhost, "q")
        assert api.take(vhost, "q") == 1
        api.until_sampled(vhost, "q", 0)
    gone = remote.run("destroy", "--yes", "--skip-preview", "--run-program")
    assert gone.code == 0, gone.text
    with Api(broker) as api:
        assert not [name for name in api.vhosts() if remote.token in name]
