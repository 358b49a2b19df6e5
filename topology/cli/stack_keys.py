"""The keys of a stack's config beside the topology: what they are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ..config_files.stack_file import PROJECT, is_secure
from ..endpoints import (
    AMQP_SCHEMES,
    MANAGEMENT_SCHEMES,
    endpoint_problems,
    proxy_problems,
    swapped_ports,
)
from ..problems import Problem, Severity, did_you_mean

PROVIDER: Final = "rabbitmq"
TOPOLOGY: Final = f"{PROJECT}:topology"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a stack's config."""

    name: str
    description: str
    schemes: tuple[str, ...] = ()
    """Of an address, the URL schemes it may have."""
    proxy: bool = False
    """Whether it is a proxy's address."""
    flag: bool = False
    """Whether it is true or false, and no text."""
    may_be_secret: bool = True
    """Whether it may be encrypted. What the outputs and messages show may not."""

    def problems(self, value: Any) -> Iterator[Problem]:
        """What is wrong with the value as the stack file has it. Never shows it."""
        path = (self.name,)
        if is_secure(value):
            if not self.may_be_secret:
                message = "a secret cannot stand here: it is shown in outputs and messages"
                yield Problem(path, message, "write it in the clear")
        elif self.flag:
            if value not in (True, False, "true", "false"):
                yield Problem(path, "must be true or false")
        elif not isinstance(value, str):
            yield Problem(path, "must be text", "put it in quotes")
        elif not value:
            yield Problem(path, "is empty", "leave the key out, or give it a value")
        elif self.schemes:
            yield from endpoint_problems(path, value, self.schemes)
        elif self.proxy:
            yield from proxy_problems(path, value)
            if "@" in value:
                message = "holds credentials in plain text"
                hint = f"encrypt it: pulumi config set --secret {self.name}"
                yield Problem(path, message, hint, Severity.WARNING)


KEYS: Final = (
    Key(
        f"{PROJECT}:amqpEndpoint",
        "Where clients connect: `amqp[s]://host[:port]`. The outputs' URLs begin with it.",
        AMQP_SCHEMES,
        may_be_secret=False,
    ),
    Key(
        f"{PROJECT}:offline",
        "Whether the broker must not be asked, as in a preview on a machine that cannot reach it.",
        flag=True,
    ),
    Key(
        f"{PROJECT}:passwordSeed",
        "A secret of 32 characters or more to make passwords from: if a run was killed before its "
        "state was written, the next makes the same ones. Without it, they are random. "
        "`openssl rand -hex 32 | pulumi config set --secret rabbitmq-topology:passwordSeed`",
    ),
    Key(
        f"{PROVIDER}:endpoint",
        "The management API: `http[s]://host[:port]`. Also from RABBITMQ_ENDPOINT.",
        MANAGEMENT_SCHEMES,
        may_be_secret=False,
    ),
    Key(
        f"{PROVIDER}:username",
        "User with the tag administrator. Also from RABBITMQ_USERNAME.",
    ),
    Key(
        f"{PROVIDER}:password",
        "Its password, as a secret: `pulumi config set --secret rabbitmq:password`. Also from "
        "RABBITMQ_PASSWORD.",
    ),
    Key(
        f"{PROVIDER}:cacertFile",
        "PEM file with the CA of the broker's certificates, for `https://` and `amqps://` alike. "
        "By default, the CAs that the machine trusts. Also from RABBITMQ_CACERT.",
    ),
    Key(
        f"{PROVIDER}:clientcertFile",
        "PEM file of the certificate to show to a broker that asks for one. Also from "
        "RABBITMQ_CLIENTCERT.",
    ),
    Key(
        f"{PROVIDER}:clientkeyFile",
        "PEM file of the client certificate's key. Also from RABBITMQ_CLIENTKEY.",
    ),
    Key(
        f"{PROVIDER}:proxy",
        "Proxy in front of the management API: `http[s]://[user:password@]host[:port]` or "
        "`socks5://…`; a secret, if it holds a password. Also from RABBITMQ_PROXY. Without it, "
        "HTTP_PROXY, HTTPS_PROXY and NO_PROXY hold, but for this machine's own addresses. AMQP "
        "does not go through it.",
        proxy=True,
    ),
    Key(
        f"{PROVIDER}:insecure",
        "Whether certificates are trusted without verification. Also from RABBITMQ_INSECURE.",
        flag=True,
    ),
)


_AMQP: Final = f"{PROJECT}:amqpEndpoint"
_MANAGEMENT: Final = f"{PROVIDER}:endpoint"


def key_problems(config: dict[str, Any]) -> Iterator[Problem]:
    """What is wrong with a stack's keys; `config` has them all with their namespaces."""
    known = {key.name: key for key in KEYS}
    for name, value in config.items():
        if name in known:
            yield from known[name].problems(value)
        elif name != TOPOLOGY and name.partition(":")[0] in (PROJECT, PROVIDER):
            names = [*known, TOPOLOGY]
            hint = did_you_mean(name, names) or f"known keys: {', '.join(names)}"
            yield Problem((name,), "is not a known key; Pulumi would ignore it", hint)
    amqp, api = (config.get(name) for name in (_AMQP, _MANAGEMENT))
    if isinstance(amqp, str):
        yield from swapped_ports((_AMQP,), amqp, api if isinstance(api, str) else "")
