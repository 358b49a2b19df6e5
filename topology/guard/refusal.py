"""What a user reads when a deletion is refused: what stands in the way, and the ways on."""

from __future__ import annotations

from topology.broker.error import BrokerError


class Refusal(Exception):
    """A deletion that would lose messages or cut somebody off. Stops it, and leaves all as it is.

    Pulumi shows the text of an exception that a hook raises.
    """


def refused(kind: str, name: str, reason: str, *ways: str) -> Refusal:
    """`kind` is `queue`, `exchange` or `vhost`."""
    consent = "vhost: true" if kind == "vhost" else f"{kind}s: [{name}]"
    listed = "".join(f"  - {way}\n" for way in ways)
    return Refusal(
        f"{kind} {name} is not deleted: it {reason}.\n"
        f"  Ways on:\n"
        f"{listed}"
        f"  - consent to the loss, in the config dict: allow_deletion: {{{consent}}}\n"
        f"  - keep it on the broker, out of this stack: release: {{{consent}}}"
    )


def unasked(kind: str, name: str, error: BrokerError) -> Refusal:
    """The broker could not be asked, so nothing is known, so nothing is deleted."""
    reasons = "".join(f"  - {problem}\n" for problem in error.problems)
    return Refusal(
        f"{kind} {name} is not deleted: the broker could not be asked what would be lost.\n"
        f"{reasons}"
        f"  Run the same command again when it can be."
    )
