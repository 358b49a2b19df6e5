"""Whether something that exists on the broker becomes this stack's."""

from __future__ import annotations

from collections.abc import Callable

from ..broker import BrokerError, BrokerReader
from ..hooks.refusals import Refused
from .contents import read_contents
from .objects import Claim

_NOUNS = {
    "VHost": "vhost",
    "OperatorPolicy": "operator policy",
    "FederationUpstream": "federation upstream",
}

_LOST = (
    "  If a run of this stack made it and was killed before its state was written, its password is",
    "  lost: declare the user or its service with adopt: true for one run, and it gets a new one.",
    "  Where rabbitmq-topology:passwordSeed is set before a run, no password is lost with it.",
)


class Foreign(Refused):
    """The object exists, is not this stack's, and differs from what is declared. It stays so."""


def take_over(claim: Claim, password: str | None, reader: BrokerReader) -> str:
    """What to tell the user of an object that Pulumi is about to create; empty if it is new.

    `password` is what a user would get, if it is known. Raises `Foreign` if an object of this name
    exists and would be changed without consent.
    """
    try:
        found = claim.find(reader)
    except BrokerError as error:
        reason = "; ".join(problem.message for problem in error.problems)
        raise Foreign(
            f"{_called(claim)} is not created: whether it exists is unknown ({reason})"
        ) from None
    if found is None:
        return ""
    difference = claim.compare(password, found)
    if not difference:
        return f"{_called(claim)} exists as declared, and now belongs to this stack"
    if claim.adopt and claim.changeable:
        return f"{_called(claim)} exists and is taken over (adopt): {'; '.join(difference)}"
    raise Foreign(_refusal(claim, difference))


def others_in(vhost: str, declares: Callable[[tuple[str, str]], bool], reader: BrokerReader) -> str:
    """What to tell of a vhost that becomes this stack's and holds what it does not declare; empty
    if it holds nothing else.

    `declares` takes the type and name of a resource.
    """
    try:
        found = read_contents(reader, vhost)
    except BrokerError as error:
        reason = "; ".join(problem.message for problem in error.problems)
        return f"vhost {vhost} exists, and what else it holds is unknown ({reason})"
    others = found.without(lambda one: declares((one[0].resource, one[1])))
    if not others:
        return ""
    return (
        f"vhost {vhost} holds objects that this stack does not declare: {others}. They stay as "
        f"they are, and the vhost is not deleted as long as it holds any. If another stack makes "
        f"the vhost, declare it here with existing: true"
    )


def _refusal(claim: Claim, difference: list[str]) -> str:
    lines = [f"{_called(claim)} exists on the broker and differs from what is declared:"]
    lines += [f"  - {line}" for line in difference]
    if claim.changeable:
        lines.append("  To take it over and change it, declare it with adopt: true")
        if claim.generated:
            lines += _LOST
        if claim.resource in ("User", "VHost"):
            lines.append("  To refer to it without managing it, declare it with existing: true")
    else:
        lines.append("  RabbitMQ cannot change it: declare it as it is, or use another name")
    return "\n".join(lines)


def _called(claim: Claim) -> str:
    noun = _NOUNS.get(claim.resource)
    if claim.resource == "Permissions":
        return f"the permission of user {claim.name}"
    if claim.resource == "TopicPermissions":
        return f"the topic permission of user {claim.name}"
    return f"{noun or claim.resource.lower()} {claim.name}"
