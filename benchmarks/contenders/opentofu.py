"""OpenTofu with the provider that the Pulumi plugin bridges.

Both are built from Go modules; OpenTofu takes the provider from a folder (`dev_overrides`), so that
nothing is asked of a registry.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from benchmarks.command import Command
from benchmarks.landscape import Landscape
from benchmarks.operation import Operation
from toolchain.folders import cache_folder
from toolchain.go_build import Build, Part, pinned
from toolchain.node import Broker

SOURCES = Path(__file__).parents[1]
_PROVIDER = "terraform-provider-rabbitmq"
_ADDRESS = "cyrilgdn/rabbitmq"
_APPLY = ("apply", "-auto-approve")

_ARGUMENTS: Final = {
    Operation.UP: _APPLY,
    Operation.PREVIEW: ("plan",),
    Operation.REFRESH: (*_APPLY, "-refresh-only"),
    Operation.ONE_QUEUE: _APPLY,
    Operation.POLICIES: _APPLY,
    Operation.DESTROY: ("destroy", "-auto-approve"),
}


def programs() -> Build:
    """OpenTofu and the provider, as the modules beside this pin them."""
    tofu, provider = SOURCES / "opentofu", SOURCES / "provider"
    return Build(
        "opentofu",
        "OpenTofu",
        (
            Part(
                "tofu",
                tofu,
                "github.com/opentofu/opentofu/cmd/tofu",
                None,
                version(),
            ),
            Part(
                _PROVIDER,
                provider,
                f"github.com/terraform-providers/{_PROVIDER}",
                "main.version",
                provider_version(),
            ),
        ),
    )


def version() -> str:
    """Of OpenTofu, as it is pinned."""
    return pinned(SOURCES / "opentofu", "github.com/opentofu/opentofu")


def provider_version() -> str:
    """Of the provider, as it is pinned."""
    return pinned(SOURCES / "provider", f"github.com/cyrilgdn/{_PROVIDER}")


def built() -> Path | None:
    """The folder of the programs, if they were built before."""
    found = programs().built(cache_folder())
    return found / "bin" if found else None


def build() -> Path:
    """The folder of the programs, built unless they are there. Raises `BuildError`."""
    return programs().build(cache_folder()) / "bin"


class OpenTofu:
    """A folder with a configuration in JSON, and its state."""

    def __init__(self, bin_folder: Path, folder: Path, broker: Broker) -> None:
        self._tofu = str(bin_folder / "tofu")
        self._folder = folder
        folder.mkdir(parents=True)
        cli = folder / "cli.tfrc"
        cli.write_text(
            f'provider_installation {{\n  dev_overrides {{ "{_ADDRESS}" = "{bin_folder}" }}\n'
            "  direct {}\n}\n"
        )
        self._settings = {
            "TF_CLI_CONFIG_FILE": str(cli),
            "CHECKPOINT_DISABLE": "true",
            "RABBITMQ_ENDPOINT": broker.management,
            "RABBITMQ_USERNAME": broker.username,
            "RABBITMQ_PASSWORD": broker.password,
        }

    def write(self, landscape: Landscape) -> None:
        (self._folder / "main.tf.json").write_text(json.dumps(_configuration(landscape)))

    def command(self, operation: Operation) -> Command | None:
        if operation not in _ARGUMENTS:
            return None
        arguments = (self._tofu, *_ARGUMENTS[operation], "-input=false", "-no-color")
        return Command(arguments, self._folder, self._settings)

    def state_bytes(self) -> int | None:
        return (self._folder / "terraform.tfstate").stat().st_size


def _configuration(landscape: Landscape) -> dict[str, Any]:
    wanted = landscape.definitions()
    in_vhost = {"vhost": "${rabbitmq_vhost.vhost.name}"}
    resources: dict[str, Any] = {
        "rabbitmq_vhost": {"vhost": {"name": landscape.vhost}},
        "rabbitmq_exchange": {
            exchange["name"]: in_vhost
            | {
                "name": exchange["name"],
                "settings": {"type": exchange["type"], "durable": True},
            }
            for exchange in wanted["exchanges"]
        },
        "rabbitmq_queue": {
            queue["name"]: in_vhost
            | {
                "name": queue["name"],
                "settings": {"durable": True, "arguments_json": json.dumps(queue["arguments"])},
            }
            for queue in wanted["queues"]
        },
        "rabbitmq_binding": {
            binding["destination"]: in_vhost
            | {
                "source": f"${{rabbitmq_exchange.{binding['source']}.name}}",
                "destination": f"${{rabbitmq_queue.{binding['destination']}.name}}",
                "destination_type": binding["destination_type"],
                "routing_key": binding["routing_key"],
            }
            for binding in wanted["bindings"]
        },
        "rabbitmq_policy": {
            policy["name"].replace(".", "-"): in_vhost
            | {
                "name": policy["name"],
                "policy": {
                    "pattern": policy["pattern"],
                    "priority": policy["priority"],
                    "apply_to": policy["apply-to"],
                    "definition": policy["definition"],
                },
            }
            for policy in wanted["policies"]
        },
    }
    return {
        "terraform": {"required_providers": {"rabbitmq": {"source": _ADDRESS}}},
        "provider": {"rabbitmq": {}},
        "resource": {kind: named for kind, named in resources.items() if named},
    }
