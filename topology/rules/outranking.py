"""Policies that are stronger than those which hold the settings of queues and exchanges."""

from __future__ import annotations

from collections.abc import Iterator

from ..expand.effective_policy import Kind, matching
from ..expand.settings import GENERATED_PRIORITY
from .rule import Finding, error
from .view import View


@error("outranking-policy")
def outranking_policy(view: View) -> Iterator[Finding]:
    """The settings of a queue or exchange are applied by a policy of its own. RabbitMQ applies only
    the strongest policy, so one of a higher priority would switch them off."""
    settled = view.expanded.settled
    strong = {
        name: policy
        for name, policy in view.declared.policies.items()
        if policy.priority >= GENERATED_PRIORITY
    }
    hidden: dict[str, str] = {}
    for (section, name), applied in settled.applied.items():
        if strong and applied in settled.generated:
            kind = _kind(view, section, name)
            for policy in matching(strong, name, kind, view.version):
                hidden.setdefault(policy, f"{section}.{name}")
    for policy, place in hidden.items():
        message = f"is stronger than the policy that holds the settings of {place}"
        yield ("policies", policy, "priority"), message, f"write less than {GENERATED_PRIORITY}"


def _kind(view: View, section: str, name: str) -> Kind:
    if section == "exchanges":
        return "exchange"
    return view.topology.queues[name].type or "classic"
