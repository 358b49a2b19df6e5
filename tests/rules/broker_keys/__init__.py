"""Which policy keys and queue arguments a broker knows, read from its own registries.

`test_broker_keys.py` compares each broker of a run with `keys.json`, and that file with the
program's own tables. A series that is new has to be added there, as the failing test shows it.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Final, TypeAlias

from testcontainers.community.rabbitmq import RabbitMqContainer

from toolchain.node import PrivateNode, installed_server
from toolchain.node_folder import NODE_NAME

Keys: TypeAlias = dict[str, list[str]]

FILE: Final = Path(__file__).with_name("keys.json")
TYPES: Final = ("classic", "quorum", "stream")
PLUGINS: Final = ("federation-upstream", "federation-upstream-set", "federation-upstream-pattern")

_REGISTERED: Final = "[atom_to_binary(N, utf8) || {{N, _}} <- rabbit_registry:lookup_all({})]"
_CAPABILITY: Final = "maps:get({}, rabbit_{}_queue:capabilities(), [])"
_PARTS: Final = {
    "policy_keys": _REGISTERED.format("policy_validator"),
    "operator_policy_keys": _REGISTERED.format("operator_policy_validator"),
    **{f"{name}_arguments": _CAPABILITY.format("queue_arguments", name) for name in TYPES},
    **{f"{name}_blocked": _CAPABILITY.format("unsupported_policies", name) for name in TYPES},
}
EXPRESSION: Final = f"[{', '.join(f'{{{name}, {term}}}' for name, term in _PARTS.items())}]."


def recorded() -> dict[str, Keys]:
    """By series, such as `4.3`."""
    found: dict[str, Keys] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def of_container(rabbitmq: RabbitMqContainer) -> Keys:
    code, output = rabbitmq.get_wrapped_container().exec_run(["rabbitmqctl", "eval", EXPRESSION])
    assert code == 0, output
    return _parsed(output.decode())


def of_node(node: PrivateNode) -> Keys:
    script, run = installed_server(), node.folder.load()
    assert script is not None
    assert run is not None
    answer = subprocess.run(
        [script.with_name("rabbitmqctl"), "-n", NODE_NAME, "eval", EXPRESSION],
        env=node.folder.environment(run),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=600,
    )
    return _parsed(answer.stdout)


def _parsed(answer: str) -> Keys:
    """Lists of binaries by atoms, as Erlang prints them."""
    found = re.findall(r"\{(\w+),\s*\[(.*?)\]\}", answer, re.DOTALL)
    assert len(found) == len(_PARTS), answer
    return {name: sorted(re.findall(r'<<"([^"]+)">>', terms)) for name, terms in found}
