"""The examples that make a broker, on a real one in its place."""

from __future__ import annotations

from pathlib import Path

import pika
import pytest
import yaml

from tests.examples.clouds import SDKS, folder_of
from tests.live.conftest import MakeStack, engine, make_stack  # noqa: F401 - fixtures
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.folders import PROJECT
from toolchain.node import Broker

LOCAL = Path(__file__).parent / "local"
pytestmark = pytest.mark.timeout(900)


def laid_out(stack: Stack, example: str) -> tuple[str, str]:
    """Puts the rest of the example beside its program. Returns its services, whose names are as
    their users', which all vhosts share."""
    declared = yaml.safe_load((folder_of(example) / "topology.yaml").read_text())
    declared["vhost"]["name"] = stack.vhost
    services = declared["services"]
    declared["services"] = {f"{stack.vhost}-{name}": of for name, of in services.items()}
    (stack.folder / "topology.yaml").write_text(yaml.safe_dump(declared))
    (stack.folder / "broker.py").symlink_to(LOCAL / "broker.py")
    (stack.folder / "rabbitmq_topology").symlink_to(PROJECT / "topology")
    project = yaml.safe_load((stack.folder / "Pulumi.yaml").read_text())["name"]
    stack.configure_program(project)
    return f"{stack.vhost}-shop", f"{stack.vhost}-packer"


@pytest.mark.parametrize(
    ("example", "refused"), [(name, name == next(iter(SDKS))) for name in SDKS], ids=list(SDKS)
)
def test_one_up_makes_the_broker_and_the_topology_on_it(
    example: str,
    make_stack: MakeStack,  # noqa: F811
    broker: Broker,
    *,
    refused: bool,
) -> None:
    """`refused` also has a destroy refused, which has nothing to do with who sells the broker."""
    stack = make_stack(broker, folder_of(example))
    shop, packer = laid_out(stack, example)
    previewed = stack.run("preview")
    assert previewed.code == 0, previewed.text
    assert "The broker of Topology shop was not asked" in previewed.text
    made = stack.run("up", "--yes", "--skip-preview")
    assert made.code == 0, made.text
    assert set(stack.preview(refresh=True)) == {"same"}

    outputs = stack.outputs()
    assert outputs["amqp_url"].value == f"{broker.amqp}/{stack.vhost}"
    assert outputs["services"].secret
    services = outputs["services"].value
    with pika.BlockingConnection(pika.URLParameters(services[shop]["url"])) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("orders", "order.7.paid", b"a message", mandatory=True)

    if refused:
        kept = stack.run("destroy", "--yes", "--run-program", "--skip-preview")
        assert kept.code != 0
        assert "queue packing is not deleted: it holds 1 message" in kept.text
        # What stands for the broker is there, too.
        assert "broker" in {resource.get("id") for resource in stack.state()}

    with pika.BlockingConnection(pika.URLParameters(services[packer]["url"])) as connection:
        assert connection.channel().basic_get("packing", auto_ack=True)[2] == b"a message"
    gone = stack.run("destroy", "--yes", "--run-program", "--skip-preview")
    assert gone.code == 0, gone.text
    with Api(broker) as api:
        assert stack.vhost not in api.vhosts()
