"""The whole config dict: everything one stack declares in its vhost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ..version import VERSION, Version
from .base import Model, Name
from .binding import Binding
from .exchange import Exchange
from .federation import FederationUpstream
from .named_objects import NamedObjects, NamedPolicies, NamedQueues
from .permission import Permission, TopicPermission
from .policy import OperatorPolicy, Policy
from .queue import Queue
from .service import Service
from .shovel import Shovel
from .user import User
from .vhost import VHost


def _name_alone(value: Any) -> Any:
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, Mapping | VHost):
        return value
    raise PydanticCustomError("vhost_type", "must be a name, or a map with a name and settings")


def _is_version(text: str) -> str:
    try:
        Version.parse(text)
    except ValueError:
        raise PydanticCustomError(
            "version", "is not a RabbitMQ version; write it in quotes, as in '4.3' or '3.13.7'"
        ) from None
    return text


class Defaults(Model):
    """What every declaration of a kind starts from."""

    exchange: Exchange = Field(default_factory=Exchange)
    """Under every exchange."""
    queue: Queue = Field(default_factory=Queue)
    """Under every queue, and under the queue's profile."""


class Topology(Model):
    """Everything that a stack declares in its vhost."""

    rabbitmq_version: (
        Annotated[
            str,
            AfterValidator(_is_version),
            Field(json_schema_extra={"pattern": VERSION, "examples": ["4.3", "3.13"]}),
        ]
        | None
    ) = None
    """RabbitMQ version to check against where no broker can be asked; default: the newest known."""
    vhost: Annotated[VHost, BeforeValidator(_name_alone, json_schema_input_type=Name | VHost)]
    """The vhost that holds everything else: its name, or a map with its name and settings."""
    defaults: Defaults = Field(default_factory=Defaults)
    """What exchanges and queues start from; their own values win."""
    profiles: dict[Name, Queue] = Field(default_factory=dict)
    """Named sets of queue settings, which a queue takes with `profile: NAME`."""
    exchanges: dict[Name, Exchange] = Field(default_factory=dict)
    """Exchanges by name."""
    queues: dict[Name, Queue] = Field(default_factory=dict)
    """Queues and streams by name."""
    bindings: list[Binding] = Field(default_factory=list)
    """Routes from exchanges to queues and to other exchanges."""
    policies: dict[Name, Policy] = Field(default_factory=dict)
    """Policies by name."""
    operator_policies: dict[Name, OperatorPolicy] = Field(default_factory=dict)
    """Operator policies by name."""
    users: dict[Name, User] = Field(default_factory=dict)
    """Users by name."""
    permissions: list[Permission] = Field(default_factory=list)
    """What users may do in the vhost."""
    topic_permissions: list[TopicPermission] = Field(default_factory=list)
    """What users may do on topic exchanges."""
    services: dict[Name, Service] = Field(default_factory=dict)
    """Services by name: each gets a user, exactly the rights it needs, and a URL in the outputs."""
    federation_upstreams: dict[Name, FederationUpstream] = Field(default_factory=dict)
    """Federation upstreams by name."""
    shovels: dict[Name, Shovel] = Field(default_factory=dict)
    """Dynamic shovels by name."""
    protect: bool = False
    """Pulumi's protection for the vhost and every exchange and queue: none of them is deleted or
    replaced while it is on. Objects may say otherwise."""
    allow_deletion: NamedObjects = Field(default_factory=NamedObjects)
    """Objects that may be deleted although that loses messages or cuts off a client."""
    allow_message_loss: NamedQueues = Field(default_factory=NamedQueues)
    """Queues and streams in which a change of policies may drop messages that are there now, or end
    their dead-lettering. Without consent, such a change is refused."""
    allow_policy_loss: NamedPolicies = Field(default_factory=NamedPolicies)
    """Live policies that may stop applying to queues and exchanges because policies of this stack
    take their place. Without consent, such a change is refused."""
    retain: NamedObjects = Field(default_factory=NamedObjects)
    """Objects that stay on the broker when they leave the stack, in the run after the one that
    reads this first. With a queue stay its bindings, its policy, and what its patterns made."""
    adopt: bool = False
    """Take over what already exists on the broker, even where it differs from what is declared."""
    migrate: bool = False
    """Whether the command `migrate` may change what is fixed in a queue by moving its
    messages. Queues may say otherwise."""
    ignore_drift: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)
    """Objects on the broker that `drift` does not report although they are not declared: a name
    with `*` and `?`, of any kind (`reply-*`) or of one (`queue:reply-*`). Of the vhost itself,
    these are its tags, which no stack can declare."""
    ignore_rules: dict[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    """Rules that are not applied, by name, each with the reason why."""
