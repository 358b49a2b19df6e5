"""The examples that make a broker: with the real SDKs, Pulumi's mocks, and no cloud."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from pulumi.runtime import mocks

from tests.examples.clouds import SDKS, folder_of, forget, require_sdk
from tests.support.mocked_run import Echo, Registered, Run, run_function
from toolchain.folders import PROJECT

pytestmark = pytest.mark.full

SETTINGS: dict[str, dict[str, str]] = {
    "amazon-mq": {"password": "the broker's password", "email": "on-call@example.com"},
    "cloudamqp": {"email": "on-call@example.com"},
    "kubernetes": {"tlsSecret": "rabbit-tls"},
}
HOST = "broker.example"
MANAGEMENT = {
    "amazon-mq": f"https://{HOST}",
    "cloudamqp": f"https://{HOST}",
    "kubernetes": f"https://{HOST}:15671",
}
CERTIFICATE = trustme.CA().cert_pem.bytes().decode()
USERS = {"amazon-mq": "pulumi", "cloudamqp": "ab/c", "kubernetes": "default_user_x"}


class Cloud(Echo):
    """Makes brokers of all three kinds, and has no address for them while they are planned."""

    def __init__(self, *, made: bool) -> None:
        self._made = made

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        outputs = dict(args.inputs)
        if self._made:
            outputs |= _OUTPUTS.get(args.typ, {})
        numbered = args.typ.startswith("cloudamqp:")
        return "17" if numbered else f"{args.name}-id", outputs


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


_OUTPUTS: dict[str, dict[str, Any]] = {
    "aws:mq/broker:Broker": {
        "instances": [
            {
                "consoleUrl": f"https://{HOST}",
                "endpoints": [f"amqps://{HOST}:5671"],
            }
        ]
    },
    "cloudamqp:index/instance:Instance": {
        "host": HOST,
        "url": f"amqps://ab%2Fc:the%20broker's%20password@{HOST}/ab%2Fc",
    },
    "kubernetes:core/v1:Secret": {
        "data": {
            "host": base64(HOST),
            "username": base64("default_user_x"),
            "password": base64("the broker's password"),
            "ca.crt": base64(CERTIFICATE),
        }
    },
}

RunExample = Callable[..., Run]


@pytest.fixture
def run_example(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunExample]:
    """Runs an example as a preview; `made` is whether its broker is there already."""
    names = ("broker", "rabbitmq_topology")
    monkeypatch.syspath_prepend(str(installed))
    monkeypatch.setenv("PYTHONPATH", str(installed))

    def run(example: str, *, made: bool, **settings: str) -> Run:
        require_sdk(example)
        folder = folder_of(example)
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.chdir(tmp_path)
        (tmp_path / "topology.yaml").write_bytes((folder / "topology.yaml").read_bytes())

        def program() -> None:
            forget(names)
            runpy.run_path(str(folder / "__main__.py"), run_name="__main__")

        config = SETTINGS[example] | settings | {"offline": "true"}
        return run_function(program, Cloud(made=made), **config)

    yield run
    forget(names)


@pytest.mark.parametrize("example", SDKS)
def test_the_topology_waits_for_the_broker(example: str, run_example: RunExample) -> None:
    found = run_example(example, made=False)
    assert found.code == 0, found.said
    (said,) = (text for text in found.said if "once the broker is made" in text)
    assert "management_endpoint, amqp_endpoint" in said
    assert {one.name for one in found.of("Queue")} == {"shop/shop/packing", "shop/shop/unrouted"}


@pytest.mark.parametrize("example", SDKS)
def test_the_topology_gets_the_address_of_the_broker(example: str, run_example: RunExample) -> None:
    found = run_example(example, made=True)
    assert found.code == 0, found.said
    assert not [text for text in found.said if "once the broker is made" in text]
    (provider,) = (one for one in found.resources if one.type == "pulumi:providers:rabbitmq")
    assert plain(provider.inputs["endpoint"]) == MANAGEMENT[example]
    assert plain(provider.inputs["username"]) == USERS[example]
    assert provider.inputs["password"] == secret("the broker's password")
    assert {one.name for one in found.of("User")} == {"shop/packer", "shop/shop"}
    assert set(found.exports) == {"amqp_url", "services"}


def secret(value: str) -> dict[str, str]:
    return {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "value": value,
    }


def plain(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) and "value" in value else value


@pytest.mark.parametrize("example", SDKS)
def test_a_broker_is_never_replaced(example: str, run_example: RunExample) -> None:
    found = run_example(example, made=True)
    brokers = ("Broker", "Instance", "RabbitmqCluster")
    (broker,) = (one for kind in brokers for one in found.of(kind))
    assert broker.request.protect


def test_a_new_password_does_not_replace_a_broker_of_amazon_mq(run_example: RunExample) -> None:
    (broker,) = run_example("amazon-mq", made=True).of("Broker")
    assert list(broker.request.ignoreChanges) == ["users"]
    assert broker.inputs["deploymentMode"] == "CLUSTER_MULTI_AZ"
    assert broker.inputs["publiclyAccessible"] is True


def test_a_private_broker_of_amazon_mq(run_example: RunExample) -> None:
    subnets, groups = '["subnet-1"]', '["sg-1"]'
    found = run_example("amazon-mq", made=True, subnetIds=subnets, securityGroupIds=groups)
    (broker,) = found.of("Broker")
    assert broker.inputs["publiclyAccessible"] is False
    assert broker.inputs["subnetIds"] == ["subnet-1"]
    assert broker.inputs["securityGroups"] == ["sg-1"]


def test_cloudwatch_watches_the_broker_and_its_queues(run_example: RunExample) -> None:
    found = run_example("amazon-mq", made=True)
    alarms = {one.name: one.inputs for one in found.of("MetricAlarm")}
    assert set(alarms) == {
        "shop-cpu",
        "shop-memory",
        "shop-disk",
        "shop-packing-waiting",
        "shop-packing-consumers",
    }
    consumers = alarms["shop-packing-consumers"]
    assert consumers["comparisonOperator"] == "LessThanThreshold"
    assert consumers["threshold"] == 1
    of_queue = {"Broker": "shop", "VirtualHost": "shop", "Queue": "packing"}
    assert consumers["dimensions"] == of_queue
    queries = alarms["shop-memory"]["metricQueries"]
    assert [one["id"] for one in queries] == ["m0", "m1", "ratio"]
    (mail,) = found.of("TopicSubscription")
    assert mail.inputs["endpoint"] == "on-call@example.com"


def test_cloudamqp_watches_the_instance_and_its_queues(run_example: RunExample) -> None:
    found = run_example("cloudamqp", made=True, plan="bunny-3")
    alarms = {one.name: one.inputs for one in found.of("Alarm")}
    assert {name: one["type"] for name, one in alarms.items()} == {
        "cpu": "cpu",
        "memory": "memory",
        "disk": "disk",
        "unreachable": "server_unreachable",
        "netsplit": "netsplit",
        "packing-waiting": "queue",
        "packing-consumers": "consumer",
    }
    assert alarms["packing-waiting"]["queueRegex"] == "^packing$"
    assert {one["instanceId"] for one in alarms.values()} == {17}


@pytest.mark.parametrize("plan", ["lemur", "tiger"])
def test_a_shared_plan_of_cloudamqp_is_refused(plan: str, run_example: RunExample) -> None:
    found = run_example("cloudamqp", made=False, plan=plan)
    assert found.code == 1
    assert found.said[-1] == (
        f"config plan: {plan} is a shared plan, which has one vhost and no administrator; "
        "choose a dedicated plan, such as bunny-1"
    )
    assert found.resources == []


def kubernetes(found: Run, kind: str) -> Registered:
    (one,) = found.of(kind)
    return one


def test_kubernetes_waits_until_all_nodes_are_ready(run_example: RunExample) -> None:
    cluster = kubernetes(run_example("kubernetes", made=True), "RabbitmqCluster").inputs
    assert cluster["metadata"]["annotations"] == {
        "pulumi.com/waitFor": "condition=AllReplicasReady"
    }
    assert cluster["spec"]["tls"]["secretName"] == "rabbit-tls"


def test_kubernetes_gives_the_ca_to_the_provider(run_example: RunExample, tmp_path: Path) -> None:
    found = run_example("kubernetes", made=True)
    (provider,) = (one for one in found.resources if one.type == "pulumi:providers:rabbitmq")
    assert plain(provider.inputs["cacertFile"]) == "ca.pem"
    assert (tmp_path / "ca.pem").read_text() == CERTIFICATE


def test_another_way_to_the_management_api(run_example: RunExample) -> None:
    near = "https://localhost:15671"
    found = run_example("kubernetes", made=True, managementEndpoint=near)
    (provider,) = (one for one in found.resources if one.type == "pulumi:providers:rabbitmq")
    assert plain(provider.inputs["endpoint"]) == near


def test_prometheus_and_keda_get_what_the_topology_says(run_example: RunExample) -> None:
    found = run_example("kubernetes", made=True, namespace="queues")
    monitor = kubernetes(found, "ServiceMonitor").inputs["spec"]
    assert [one["path"] for one in monitor["endpoints"]] == ["/metrics", "/metrics/detailed"]
    assert {one["port"] for one in monitor["endpoints"]} == {"prometheus-tls"}
    groups = kubernetes(found, "PrometheusRule").inputs["spec"]["groups"]
    assert "shop: RabbitmqNoConsumers" in {one["name"] for one in groups}
    scaled = kubernetes(found, "ScaledObject").inputs
    assert scaled["spec"]["scaleTargetRef"] == {"name": "packer"}
    assert scaled["metadata"]["namespace"] == "queues"
    references = kubernetes(found, "TriggerAuthentication").inputs["spec"]["secretTargetRef"]
    secrets = {one.name for one in found.of("Secret")}
    assert {(one["parameter"], one["name"], one["key"]) for one in references} == {
        ("host", "amqp-packer", "AMQP_URL"),
        ("tls", "amqp-packer", "tls"),
        ("ca", "rabbit-tls", "ca.crt"),
    }
    assert {"amqp-packer", "amqp-shop"} <= secrets


@pytest.mark.timeout(600)
@pytest.mark.parametrize("example", SDKS)
def test_types_are_those_of_the_sdk(example: str, installed: Path, tmp_path: Path) -> None:
    require_sdk(example)
    settings = tmp_path / "mypy.ini"
    # All of pulumi_aws is imported by its `__init__`, and takes minutes; a part of it, seconds.
    settings.write_text(
        "[mypy]\nstrict = true\n\n"
        f"[mypy-pulumi,pulumi.*,{SDKS[example]}.*]\nfollow_imports = silent\n"
        + ("[mypy-pulumi_aws]\nfollow_imports = skip\n" if example == "amazon-mq" else "")
        + "[mypy-rabbitmq_topology.*]\nfollow_imports = silent\n"
        "[mypy-pcre2.*,pika.*,graphviz.*]\nignore_missing_imports = true\n"
    )
    folder = tmp_path / "project"
    shutil.copytree(folder_of(example), folder)
    cache = PROJECT / ".mypy_cache" / "examples" / example
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--config-file", str(settings)),
            *("--cache-dir", str(cache), "__main__.py", "broker.py"),
        ],
        cwd=folder,
        env=os.environ | {"MYPYPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
        timeout=580,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tests_have_the_sdks_of_the_examples() -> None:
    tested = (PROJECT / "tests" / "examples" / "requirements.txt").read_text().splitlines()
    for example in SDKS:
        needed = (folder_of(example) / "requirements.txt").read_text().splitlines()
        (sdk,) = (line for line in needed if not line.startswith("rabbitmq-topology"))
        assert sdk in tested
