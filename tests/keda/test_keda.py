"""What is written is what KEDA knows, and refers to the secrets that are made from the outputs."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from examples.services.kubernetes import manifest
from tests.cli.command import topology
from tests.support.programs import program

KEDA = "github.com/kedacore/keda/v2@v2.16.0"
SERVICES: dict[str, Any] = {
    "vhost": "shop",
    "exchanges": {"orders": {"type": "topic"}},
    "queues": {
        "packing": {"type": "quorum"},
        "returns": {},
        "ledger": {"single_active_consumer": True},
        "audit": {"type": "stream"},
    },
    "bindings": [
        {"source": "orders", "destination": name, "routing_key": "#"}
        for name in ("packing", "returns", "ledger", "audit")
    ],
    "services": {
        "shop": {"publishes": {"orders": ["o.*"]}},
        "Packer_1": {"consumes": ["packing", "returns"]},
        "booker": {"consumes": ["ledger"]},
        "auditor": {"consumes": ["audit"]},
    },
}


@cache
def keda() -> Path:
    """The folder of KEDA's module, from the Go proxy or the module cache."""
    command = [program("go", package="golang"), "mod", "download", "-json", KEDA]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    found = json.loads(done.stdout)
    assert "Error" not in found, found
    return Path(found["Dir"])


@cache
def schema(kind: str) -> dict[str, Any]:
    """Of the kind, as strict as `kubectl apply --validate=strict`: no unknown fields."""
    file = keda() / "config" / "crd" / "bases" / f"keda.sh_{kind.lower()}s.yaml"
    (version,) = yaml.safe_load(file.read_text())["spec"]["versions"]
    found: dict[str, Any] = _strict(version["schema"]["openAPIV3Schema"])
    # Every object has these, with a schema that Kubernetes itself knows.
    found["properties"]["metadata"] = {"type": "object"}
    return found


def _strict(value: Any) -> Any:
    if isinstance(value, list):
        return [_strict(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    found = {key: _strict(entry) for key, entry in value.items()}
    if value.get("type") == "object" and "properties" in value:
        found["additionalProperties"] = False
    return found


def written(folder: Path, *options: str, raw: Any = None) -> tuple[list[dict[str, Any]], str]:
    """The objects, and what was said beside them."""
    (folder / "shop.yaml").write_text(json.dumps(raw or SERVICES))
    done = topology("keda", "shop.yaml", *options, folder=folder)
    assert done.code == 0, done.err
    return list(yaml.safe_load_all(done.out)), done.err


@pytest.mark.full
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--min", "0", "--max", "50", "--value", "500", "--deployment", "{service}-v2"),
        ("--message-rate", "--management-secret", "rabbitmq", "--namespace", "shop"),
    ],
)
def test_keda_knows_every_field(tmp_path: Path, options: tuple[str, ...]) -> None:
    objects, _ = written(tmp_path, *options)
    assert len(objects) == 4
    known = set(
        re.findall(r'keda:"name=(\w+)', (keda() / "pkg/scalers/rabbitmq_scaler.go").read_text())
    )
    for found in objects:
        jsonschema.Draft7Validator(schema(found["kind"])).validate(found)
        for trigger in found["spec"].get("triggers", ()):
            assert set(trigger["metadata"]) <= known


@pytest.mark.full
def test_the_schema_sees_a_field_that_is_not_there(tmp_path: Path) -> None:
    objects, _ = written(tmp_path)
    (found, *_) = (one for one in objects if one["kind"] == "ScaledObject")
    found["spec"]["maxReplicas"] = 3
    with pytest.raises(jsonschema.ValidationError, match="maxReplicas"):
        jsonschema.Draft7Validator(schema("ScaledObject")).validate(found)


def test_a_service_is_scaled_by_each_queue_that_it_consumes(tmp_path: Path) -> None:
    objects, said = written(tmp_path, "--max", "7")
    scaled = {o["metadata"]["name"]: o["spec"] for o in objects if o["kind"] == "ScaledObject"}
    assert list(scaled) == ["amqp-packer-1", "amqp-booker"]
    packer = scaled["amqp-packer-1"]
    assert packer["scaleTargetRef"] == {"name": "packer-1"}
    assert (packer["minReplicaCount"], packer["maxReplicaCount"]) == (1, 7)
    assert [trigger["metadata"] for trigger in packer["triggers"]] == [
        {"protocol": "amqp", "queueName": name, "mode": "QueueLength", "value": "20"}
        for name in ("packing", "returns")
    ]
    assert scaled["amqp-booker"]["maxReplicaCount"] == 1
    assert "service booker: one replica" in said
    assert "service auditor: KEDA cannot tell" in said


def test_credentials_are_those_of_the_secrets_from_the_outputs(tmp_path: Path) -> None:
    objects, _ = written(tmp_path)
    references = [
        reference
        for found in objects
        if found["kind"] == "TriggerAuthentication"
        for reference in found["spec"]["secretTargetRef"]
    ]
    for service, reference in zip(["Packer_1", "booker"], references, strict=True):
        output = {"url": "amqp://h/v", "publishes": [], "consumes": []}
        secret = manifest(service, output, "default")
        assert reference["name"] == secret["metadata"]["name"]
        assert secret["stringData"][reference["key"]] == output["url"]
        assert reference["parameter"] == "host"
    names = {found["metadata"]["name"] for found in objects}
    for found in objects:
        for trigger in found["spec"].get("triggers", ()):
            assert trigger["authenticationRef"]["name"] in names


def test_the_management_api_is_asked_with_its_own_secret(tmp_path: Path) -> None:
    objects, said = written(tmp_path, "--min", "0", "--management-secret", "rabbitmq")
    assert "ended while it works" not in said
    (reference,) = objects[0]["spec"]["secretTargetRef"]
    assert reference == {"parameter": "host", "name": "rabbitmq", "key": "MANAGEMENT_URL"}
    metadata = objects[1]["spec"]["triggers"][0]["metadata"]
    assert (metadata["protocol"], metadata["vhostName"]) == ("http", "shop")
    assert "ended while it works" in written(tmp_path, "--min", "0")[1]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--message-rate",), "add --management-secret"),
        (("--min", "5", "--max", "2"), "--min: is more than --max"),
        (("--json", "-o", "x.yaml"), "leave --output out"),
    ],
)
def test_what_makes_no_sense_is_refused(
    tmp_path: Path, options: tuple[str, ...], reason: str
) -> None:
    (tmp_path / "shop.yaml").write_text(json.dumps(SERVICES))
    done = topology("keda", "shop.yaml", *options, folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert reason in done.err


def test_names_that_clash_in_kubernetes_are_refused(tmp_path: Path) -> None:
    services = {name: {"consumes": ["returns"]} for name in ("a.b", "a-b", "...")}
    (tmp_path / "shop.yaml").write_text(json.dumps({**SERVICES, "services": services}))
    done = topology("keda", "shop.yaml", folder=tmp_path)
    assert done.code == 1
    assert "would be called a-b in Kubernetes, as would a.b" in done.err
    assert "has no letter or digit" in done.err
