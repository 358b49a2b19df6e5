"""Makes the state of a release, and `names.json`, from a stack with the config of `config.yaml`.

Once for each release: `FREEZE=0.2.0 pytest tests/safety/frozen` writes `state-0.2.0.json`, which
every later version has to go on with. No state is made again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.api import Api
from tests.support.stack import Stack
from topology.guard.earlier_states import EARLIER

HERE = Path(__file__).parent
_PASSING = ("created", "modified", "sourcePosition", "stackTrace")
_OTHER_HOOKS = (
    "rabbitmq-topology:change-policy",
    "rabbitmq-topology:create",
    "rabbitmq-topology:replace",
    "rabbitmq-topology:retained",
    "rabbitmq-topology:retry",
    "rabbitmq-topology:veto-protected",
)


def freeze(stack: Stack, release: str) -> None:
    """Takes the state of an applied stack, with marks where it differs from run to run."""
    exported = json.loads(stack.run("stack", "export").text)
    deployment = exported["deployment"]
    resources = [
        {key: value for key, value in resource.items() if key not in _PASSING}
        for resource in deployment.pop("resources")
    ]
    # One resource a line.
    lines = ",\n".join(json.dumps(resource, sort_keys=True) for resource in resources)
    rest = json.dumps(deployment, sort_keys=True)[1:-1]
    start = f'{{"version": {exported["version"]}, "deployment": {{{rest},\n"resources": [\n'
    text = f"{start}{lines}\n]}}}}\n"
    for mark, value in marks(stack).items():
        text = text.replace(value, mark)
    (HERE / f"state-{release}.json").write_text(text, encoding="utf-8")
    hooks = {
        hook
        for resource in resources
        for bound in resource.get("resourceHooks", {}).values()
        for hook in bound
    }
    table = {"names": names(stack), "hooks": sorted({*hooks, *_OTHER_HOOKS, *EARLIER})}
    (HERE / "names.json").write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


def marks(stack: Stack) -> dict[str, str]:
    """What stands for what in the frozen files."""
    broker = stack.broker
    with Api(broker) as api:
        cluster = api.get("global-parameters", "internal_cluster_id")["value"]
    return {
        "TOKEN": stack.vhost,
        "MANAGEMENT": broker.management,
        "AMQP": broker.amqp,
        "CLUSTER": cluster,
    }


def names(stack: Stack) -> dict[str, list[str]]:
    """Logical names of a stack's resources, by kind."""
    found: dict[str, list[str]] = {}
    for resource in stack.state():
        kind = resource["type"].rsplit(":", 1)[-1]
        if resource["type"].startswith(("rabbitmq:index", "pulumi:index")):
            name = resource["urn"].split("::", 3)[3].replace(stack.vhost, "TOKEN")
            found.setdefault(kind, []).append(name)
    return {kind: sorted(entries) for kind, entries in sorted(found.items())}


def table() -> dict[str, Any]:
    """The names that must stay."""
    kept: dict[str, Any] = json.loads((HERE / "names.json").read_text(encoding="utf-8"))
    return kept
