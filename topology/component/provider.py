"""The component for programs in other languages: a provider, whose schema Pulumi infers from here.

The resources and the state are those of the component in Python. Its hooks run in the provider's
process, which the engine starts with a program that declares the component, and keeps until the
last deletion.
"""

# No postponed annotations: Pulumi reads the types themselves.
import asyncio
from typing import Any, TypedDict

import pulumi
from pulumi.provider.experimental import component_provider_host
from pulumi.runtime import rpc

from .. import __version__
from ..config_files.stack_file import PROJECT
from ..hooks.router import host
from .connection import Connection
from .service import Service
from .topology import Topology as InPython


class TopologyArgs(TypedDict, total=False):
    """The values of the connection are inputs of their own, so that each may be an output."""

    topology: pulumi.Input[dict[str, Any]]
    """The config dict. Passwords and URIs in it may be outputs."""
    management_endpoint: pulumi.Input[str]
    """The management API: http[s]://host[:port]."""
    amqp_endpoint: pulumi.Input[str]
    """Where clients connect: amqp[s]://host[:port]. The URLs of the outputs begin with it."""
    username: pulumi.Input[str]
    """A user with the tag administrator."""
    password: pulumi.Input[str]
    """Its password, as a secret."""
    cacert_file: pulumi.Input[str]
    """PEM file with the CA of the broker's certificates."""
    clientcert_file: pulumi.Input[str]
    """PEM file of the certificate to show to a broker that asks for one."""
    clientkey_file: pulumi.Input[str]
    """PEM file of its private key."""
    insecure: pulumi.Input[bool]
    """Trust whatever certificate the broker shows. For tests."""
    password_seed: pulumi.Input[str]
    """What generated passwords are made of: at least 32 characters, a secret."""


class Topology(InPython):
    """A RabbitMQ topology on a broker. No run deletes a queue that holds messages."""

    amqp_url: pulumi.Output[str]
    """amqp[s]://host[:port]/vhost, without credentials."""
    exchange_urls: pulumi.Output[dict[str, str]]
    """By exchange."""
    queue_urls: pulumi.Output[dict[str, str]]
    """By queue."""
    services: pulumi.Output[dict[str, Service]]
    """By service; a secret."""

    def __init__(
        self, name: str, args: TopologyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        given: dict[str, Any] = dict(args)
        topology = _outputs_within(given.pop("topology", None))
        seed = given.pop("password_seed", None)
        super().__init__(name, topology, Connection(**given), opts, password_seed=seed)


def serve() -> None:
    """Serves the component to the engine that has started this process."""
    host()
    component_provider_host([Topology], PROJECT, version=__version__)


def _outputs_within(value: Any) -> Any:
    """A value of the wire, in which what is not known yet stands where it is.

    A map with a secret in it may come as one output. What the model takes for secrets is marked in
    the state in any case.
    """
    if isinstance(value, str) and value == rpc.UNKNOWN:
        return _unknown()
    if isinstance(value, dict):
        return {key: _outputs_within(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_outputs_within(entry) for entry in value]
    if isinstance(value, float) and value.is_integer():
        # Numbers are sent as floats.
        return int(value)
    return value


def _unknown() -> pulumi.Output[Any]:
    loop = asyncio.get_running_loop()
    nothing: asyncio.Future[Any] = loop.create_future()
    nothing.set_result(None)
    is_known = loop.create_future()
    is_known.set_result(False)
    return pulumi.Output(set(), nothing, is_known)
