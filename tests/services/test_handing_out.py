"""The programs that hand services their URLs, given what a stack exports."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import yaml

SERVICES = {
    "Order Packer": {
        "url": "amqps://packer:s3cret@broker:5671/shop",
        "username": "packer",
        "vhost": "shop",
        "publishes": ["orders"],
        "consumes": ["a", "b"],
    }
}


def run(program: str, outputs: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"examples.services.{program}", *arguments]
    text = outputs if isinstance(outputs, str) else json.dumps(outputs)
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def exported(**more: Any) -> dict[str, Any]:
    return {"contract_version": 1, "services": SERVICES, **more}


def test_a_service_gets_a_dotenv_file() -> None:
    done = run("dotenv", exported(), "Order Packer")
    assert done.stdout == (
        'AMQP_URL="amqps://packer:s3cret@broker:5671/shop"\n'
        'AMQP_PUBLISHES="orders"\n'
        'AMQP_CONSUMES="a,b"\n'
    )


def test_each_service_gets_a_secret() -> None:
    done = run("kubernetes", exported(), "shop")
    (secret,) = yaml.safe_load_all(done.stdout)
    assert (secret["kind"], secret["metadata"]["name"]) == ("Secret", "amqp-order-packer")
    assert secret["metadata"]["namespace"] == "shop"
    assert secret["stringData"]["AMQP_URL"] == "amqps://packer:s3cret@broker:5671/shop"


def test_mistakes_are_told_in_one_line() -> None:
    for program, outputs, arguments, said in (
        ("dotenv", exported(), ["nobody"], "name one service of this stack: Order Packer"),
        ("dotenv", "not json", ["x"], "pipe `pulumi stack output --json --show-secrets`"),
        ("dotenv", exported(services="[secret]"), ["x"], "add --show-secrets"),
        ("kubernetes", exported(contract_version=2), [], "version 1 is understood, not 2"),
    ):
        done = run(program, outputs, *arguments)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert said in done.stderr


def test_two_services_never_share_a_secret() -> None:
    services = {"a b": SERVICES["Order Packer"], "a-b": SERVICES["Order Packer"]}
    done = run("kubernetes", exported(services=services))
    assert (done.returncode, done.stdout) == (1, "")
    assert "several services would become amqp-a-b" in done.stderr
