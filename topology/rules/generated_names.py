"""Names of what is added for the user: the policies that hold settings."""

from __future__ import annotations

from collections.abc import Iterator

from ..expand.settings import generated_policy_name
from .rule import Finding, error
from .view import View


@error("generated-policy-name")
def generated_policy_name_taken(view: View) -> Iterator[Finding]:
    """The settings of a queue or exchange become a policy of its own, named after it; a declared
    policy of this name would be replaced by it."""
    settled = view.expanded.settled
    for (section, name), policy in settled.applied.items():
        own = view.declared.policies.get(policy)
        generated = policy == generated_policy_name(section, name)
        if generated and own not in (None, settled.topology.policies[policy]):
            message = f"is the name of the policy that holds the settings of {section}.{name}"
            yield ("policies", policy), message, "choose another name"
