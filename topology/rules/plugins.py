"""What only a plugin knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.policy_definition import SHARDING, known_policy_keys
from ..problems import Path
from .rule import Finding, error
from .view import View

_SECTIONS: Final = {"shovels": "rabbitmq_shovel", "federation_upstreams": "rabbitmq_federation"}
_WITHOUT_SHARDS: Final = "routing-key"


@error("missing-plugin", ignorable=True)
def missing_plugin(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses shovels, upstreams and some keys of policies unless their plugin is enabled
    (400). Ignore the rule where another plugin brings the one that is needed."""
    for section, plugin in _SECTIONS.items():
        if getattr(view.declared, section):
            yield from _needed(view, (section,), plugin)
    for name, policy in view.declared.policies.items():
        for key in policy.definition.values():
            needed = known_policy_keys()[key].plugin
            if needed is not None:
                yield from _needed(view, ("policies", name, "definition", key), needed)


@error("sharding-key-without-shards")
def sharding_key_without_shards(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses a policy with the sharding plugin's `routing-key` and without
    `shards-per-node` (400)."""
    for name, policy in view.declared.policies.items():
        definition = policy.definition.values()
        if _WITHOUT_SHARDS in definition and "shards-per-node" not in definition:
            path = ("policies", name, "definition", _WITHOUT_SHARDS)
            message = f"is the key by which {SHARDING} binds its queues, and none are asked for"
            yield path, message, "set shards-per-node too, or leave it out"


def _needed(view: View, path: Path, plugin: str) -> Iterator[Finding]:
    # rabbitmq_shovel_management brings rabbitmq_shovel along, and so on.
    family = plugin.removeprefix("rabbitmq_")
    if view.broker.plugins is not None and not any(family in name for name in view.broker.plugins):
        message = f"needs the plugin {plugin}, and the broker has not enabled it"
        yield path, message, f"rabbitmq-plugins enable {plugin}"
