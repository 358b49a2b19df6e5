"""How a component reaches its broker: values that may be outputs of other resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

import pulumi

from ..broker.connection import Connection as Known
from ..broker.tls import Tls
from ..endpoints import AMQP_SCHEMES, MANAGEMENT_SCHEMES, endpoint_problems, swapped_ports
from ..problems import Problem, did_you_mean

_REQUIRED: Final = {
    "management_endpoint": "https://broker.example:15671",
    "amqp_endpoint": "amqps://broker.example:5671",
    "username": "the name of a user with the tag administrator",
    "password": "its password, as a secret",
}
_SCHEMES: Final = {"management_endpoint": MANAGEMENT_SCHEMES, "amqp_endpoint": AMQP_SCHEMES}


@dataclass(frozen=True, kw_only=True)
class Connection:
    """Where a broker is, and how to log in. Each value may be an output of another resource."""

    management_endpoint: pulumi.Input[str] | None = None
    """The management API: `http[s]://host[:port]`."""
    amqp_endpoint: pulumi.Input[str] | None = None
    """Where clients connect: `amqp[s]://host[:port]`. The URLs of the outputs begin with it."""
    username: pulumi.Input[str] | None = None
    """A user with the tag administrator."""
    password: pulumi.Input[str] | None = field(default=None, repr=False)
    cacert_file: pulumi.Input[str] | None = None
    """PEM file with the CA of the broker's certificates; by default, those of this machine."""
    clientcert_file: pulumi.Input[str] | None = None
    """PEM file of the certificate to show to a broker that asks for one."""
    clientkey_file: pulumi.Input[str] | None = None
    """PEM file of its private key."""
    insecure: pulumi.Input[bool] | None = None
    """Trust whatever certificate the broker shows. For tests."""

    @classmethod
    def of(cls, value: object) -> tuple[Connection, list[Problem]]:
        """A connection, or a map with the same keys. Tells what is wrong with its keys."""
        if isinstance(value, cls):
            return value, []
        if not isinstance(value, Mapping):
            message = "must be a Connection, or a map with the same keys"
            return cls(), [Problem(("connection",), message)]
        known = [one.name for one in fields(cls)]
        problems = [
            Problem(
                ("connection", str(key)),
                "is not a known key",
                did_you_mean(str(key), known) or f"known keys: {', '.join(known)}",
            )
            for key in value
            if key not in known
        ]
        return cls(**{key: value[key] for key in known if key in value}), problems

    def values(self) -> dict[str, Any]:
        """Each value that is given, by its name."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in given.items() if value is not None}

    def sealed(self) -> dict[str, Any]:
        """The same for Pulumi's state, with the password as a secret."""
        return self.values() | {"password": pulumi.Output.secret(self.password)}

    def problems(self) -> Iterator[Problem]:
        """What is wrong with what is known already: plain values."""
        values = self.values()
        for name, example in _REQUIRED.items():
            if name not in values:
                yield Problem(("connection", name), "is missing", f"give {example}")
        known = {name: one for name, one in values.items() if not isinstance(one, pulumi.Output)}
        yield from _problems(known)
        if (self.clientcert_file is None) != (self.clientkey_file is None):
            pair = ("clientcert_file", "clientkey_file")
            missing, there = pair if self.clientcert_file is None else reversed(pair)
            yield Problem(("connection", missing), f"is missing, and {there} is there")

    @property
    def has_outputs(self) -> bool:
        """Whether the broker may be made in the same program."""
        return any(isinstance(value, pulumi.Output) for value in self.values().values())


def known(values: Mapping[str, Any]) -> tuple[Known, list[Problem]]:
    """The connection that resolved values make, and what is wrong with them."""
    problems = list(_problems(values, resolved=True))
    text = {name: str(value) for name, value in values.items() if name != "insecure"}
    tls = Tls(
        text.get("cacert_file"),
        text.get("clientcert_file"),
        text.get("clientkey_file"),
        insecure=bool(values.get("insecure")),
    )
    connection = Known(
        management_endpoint=text.get("management_endpoint", ""),
        amqp_endpoint=text.get("amqp_endpoint", ""),
        username=text.get("username", ""),
        password=text.get("password", ""),
        tls=tls,
    )
    return connection, problems


def _problems(values: Mapping[str, Any], *, resolved: bool = False) -> Iterator[Problem]:
    """Never shows a value: it may be a password."""
    for name, value in values.items():
        path = ("connection", name)
        if name == "insecure":
            if not isinstance(value, bool):
                yield Problem(path, "must be True or False")
        elif value is None or value == "":
            what = "is empty" if not resolved else "is empty: the output has no value"
            yield Problem(path, what, "give it a value")
        elif not isinstance(value, str):
            yield Problem(path, f"must be text, not {type(value).__name__}")
        elif name in _SCHEMES:
            yield from endpoint_problems(path, value, _SCHEMES[name])
    amqp, management = values.get("amqp_endpoint"), values.get("management_endpoint")
    if isinstance(amqp, str) and amqp:
        management = management if isinstance(management, str) else ""
        yield from swapped_ports(("connection", "amqp_endpoint"), amqp, management)
