"""What a component hands out for a service.

Annotations stay types here, and do not become text: Pulumi infers the provider's schema from them.
"""

from typing import TypedDict


class Service(TypedDict):
    """What a service gets: its own URL, with its credentials, and what it may do."""

    url: str
    username: str
    vhost: str
    publishes: list[str]
    consumes: list[str]
