"""The component: a topology and its broker, with all that a stack program does, in one object."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

import pulumi
import pulumi_rabbitmq as rabbitmq

from ..broker import BrokerError
from ..check import Checked
from ..config_files.stack_file import PROJECT
from ..declare import Scope, declare
from ..guard import Guards
from ..hooks.pending import Pending
from ..hooks.refusals import CODE
from ..hooks.router import HookRouter, Owner
from ..outputs import outputs
from ..ownership import Claims, Cluster, wrongly_unchanged
from ..parse.plain_secrets import plain_secrets
from ..password_seed import FEWEST_CHARACTERS, PasswordSeed
from ..place import Place
from ..problems import ConfigError, Problem
from ..run import broker_facts, guards_and_claims, look, refusals_at_start, watch
from ..stack_config import StackConfig
from ..version import BrokerFacts
from .connection import Connection, known
from .declaration import Declaration
from .recall import recall
from .service import Service

TYPE: Final = f"{PROJECT}:index:Topology"

BROKER_STARTS_SECONDS: Final = 120.0
"""How long a broker that was made in the same run may take until its management API answers."""

_AGAIN_SECONDS: Final = 2.0
_NAMES: Final[Mapping[str | int, str]] = {
    "rabbitmq:endpoint": "management_endpoint",
    "rabbitmq:username": "username",
    "rabbitmq:password": "password",
    "rabbitmq:cacertFile": "cacert_file",
    "rabbitmq:clientcertFile": "clientcert_file",
    "rabbitmq:clientkeyFile": "clientkey_file",
    "rabbitmq:insecure": "insecure",
    f"{PROJECT}:amqpEndpoint": "amqp_endpoint",
}


@dataclass(frozen=True, slots=True)
class _Made:
    """Keeps Pulumi from resolving all outputs for one."""

    outputs: Mapping[str, pulumi.Output[Any]]


class TopologyError(pulumi.RunError):
    """A topology that cannot be declared. Pulumi shows its text, without a traceback."""


class Topology(pulumi.ComponentResource):
    """A RabbitMQ topology on a broker.

    All that holds for a stack program holds for it: everything is checked before a broker is
    touched, what holds messages is not deleted, and what exists already is not overwritten.
    """

    amqp_url: pulumi.Output[str]
    """`amqp[s]://host[:port]/vhost`, without credentials."""
    exchange_urls: pulumi.Output[Mapping[str, str]]
    """By exchange: `amqp_url` and `#exchange=NAME`."""
    queue_urls: pulumi.Output[Mapping[str, str]]
    """By queue: `amqp_url` and `#queue=NAME`."""
    services: pulumi.Output[Mapping[str, Service]]
    """By service; a secret."""

    def __init__(
        self,
        name: str,
        topology: Mapping[str, Any] | None = None,
        connection: Connection | Mapping[str, pulumi.Input[Any]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
        *,
        file: str | Path | None = None,
        password_seed: pulumi.Input[str] | None = None,
    ) -> None:
        """`topology` is the config dict, or `file` a YAML file with it. Passwords and URIs in the
        dict may be outputs. `password_seed` is what generated passwords are made of, as the stack
        config's `passwordSeed`.

        The resources belong to a provider for this connection, or to the RabbitMQ provider of
        `opts.providers`, which then has to lead to the same broker.

        Raises `TopologyError` with every problem that can be known before the program runs on.
        """
        self._router = HookRouter.of_program()
        self._title = f"Topology {name}"
        try:
            self._connection, declaration, checked = self._looked_into(
                name, topology, file, connection, protect=bool(opts and opts.protect)
            )
        except ConfigError as error:
            raise self._refusal(error) from None
        self._declaration, self._seed = declaration, password_seed
        self._vhost = checked.expanded.settled.topology.vhost.name
        for broker in self._brokers():
            self._take(broker)
        inputs = {"topology": declaration.sealed(), "connection": self._connection.sealed()}
        super().__init__(TYPE, name, inputs, opts)
        made: pulumi.Output[_Made] = pulumi.Output.from_input(
            cast("Any", asyncio.ensure_future(self._made()))
        )
        # What uses an output comes after everything that is declared here.
        whole = pulumi.Output.all(self.urn, made)

        def output(key: str, otherwise: Any = None) -> Any:
            return whole.apply(lambda found: found[1].outputs.get(key, otherwise))

        self.amqp_url = output("amqp_url")
        self.exchange_urls, self.queue_urls = output("exchange_urls"), output("queue_urls")
        self.services = pulumi.Output.secret(output("services", {}))

    def _looked_into(
        self,
        name: str,
        topology: object,
        file: object,
        connection: object,
        *,
        protect: bool,
    ) -> tuple[Connection, Declaration, Checked]:
        """Everything that can be found out without a broker. Raises `ConfigError`."""
        problems: list[Problem] = []
        if "/" in name:
            problems.append(Problem(("name",), "must not have a /", "logical names begin with it"))
        if connection is None:
            hint = "give a Connection"
            found, wrong = Connection(), [Problem(("connection",), "is missing", hint)]
        else:
            found, wrong = Connection.of(connection)
            wrong = wrong or list(found.problems())
        problems += wrong
        try:
            declaration = Declaration.of(topology, file, protect=protect)
            checked = declaration.check()
            problems += checked.errors
        except ConfigError as error:
            problems += error.problems
        if problems:
            raise ConfigError(problems)
        return found, declaration, checked

    def _brokers(self) -> list[object]:
        """By what two topologies of one program may be known to have the same broker."""
        endpoint = self._connection.management_endpoint
        return [endpoint.rstrip("/") if isinstance(endpoint, str) else id(endpoint)]

    def _take(self, broker: object) -> None:
        other = self._router.take(broker, self._vhost, self._title)
        if other is not None:
            what = (
                f"is declared by {other} on the same broker: each would delete the other's queues"
            )
            hint = "declare it once, with everything that is in it"
            problem = Problem(("topology", "vhost"), f"vhost {self._vhost} {what}", hint)
            raise self._refusal(ConfigError([problem]))

    def _refusal(self, error: ConfigError) -> TopologyError:
        self._router.refused = True
        problems = [replace(problem, path=_own(problem.path)) for problem in error.problems]
        return TopologyError(f"{self._title}: {ConfigError(problems)}")

    async def _made(self) -> _Made:
        """Declares everything; returns the outputs."""
        # What this comes after is there, as in `depends_on`.
        urn = await self.urn.future()
        if urn is None or self._router.refused:
            return _Made({})
        try:
            return _Made(await self._declared(urn))
        except ConfigError as error:
            raise self._refusal(error) from None

    async def _declared(self, urn: str) -> dict[str, pulumi.Output[Any]]:
        config, unasked, declaration = await self._config()
        facts = None if unasked else await self._facts(config)
        checked = declaration.check(facts)
        settled = checked.usable()
        what = f"state of the broker of {self._title}"
        looked = await self._router.threads.run(what, look, config, self._vhost, self._pending)
        if looked.cluster_id:
            self._take(looked.cluster_id)
        owner = Owner(urn, self._vhost)
        provider = self._provider_for(self._connection.sealed())
        await self._require_same_broker(provider, config)
        place = Place(owner, self._router, self, provider, unasked=unasked)
        cluster = Cluster(looked.cluster_id, adopt=settled.topology.adopt)
        guards, claims = guards_and_claims(
            settled.topology, config.password_seed, looked, cluster, place
        )
        self._tell(checked)
        await recall(place, cluster, claims)
        watch(guards)
        if not cluster.foreign:
            await self._refuse_at_start(guards)
        scope = await declare(settled, guards, claims, config.password_seed)
        for _, resource in scope.resources():
            name = resource.pulumi_resource_name.removeprefix(place.logical_name(""))
            owner.declared.add((resource.pulumi_resource_type, name))
        await self._require_present(claims, scope)
        await scope.answered()
        found = self._outputs(checked, scope)
        self.register_outputs(found)
        return found

    async def _config(self) -> tuple[StackConfig, bool, Declaration]:
        """The connection as far as it is known, and whether it is too little to ask the broker."""
        values: dict[str, Any] = {}
        unknown = []
        with self._pending.waiting_for(f"connection of {self._title}"):
            for name, value in self._connection.values().items():
                output = pulumi.Output.from_input(value)
                if await output.is_known():
                    values[name] = await output.future()
                else:
                    unknown.append(name)
            declaration = await self._declaration.resolved()
            seed = await pulumi.Output.from_input(self._seed).future()
        connection, problems = known(values)
        problems += self._seed_problems(seed)
        if unknown and not pulumi.runtime.is_dry_run():
            message = "is not known in this update: the resource that gives it was not made"
            problems += [Problem(("connection", name), message) for name in unknown]
        if problems:
            raise ConfigError(problems)
        if unknown:
            pulumi.log.warn(
                f"The broker of {self._title} was not asked: {', '.join(unknown)} will be known "
                f"once the broker is made. The topology was checked offline.",
                resource=self,
            )
        offline = pulumi.Config(PROJECT).get_bool("offline") or False
        stack = f"{pulumi.get_project()}/{pulumi.get_stack()}/{self.pulumi_resource_name}"
        config = StackConfig(
            declaration.layers,
            connection,
            PasswordSeed(stack, seed or ""),
            offline=offline or bool(unknown),
        )
        return config, bool(unknown), declaration

    async def _facts(self, config: StackConfig) -> BrokerFacts | None:
        """What the broker is. One that was made in the same run may not answer at once."""
        patient = self._connection.has_outputs and not pulumi.runtime.is_dry_run()
        end = time.monotonic() + (BROKER_STARTS_SECONDS if patient else 0.0)

        def answer() -> BrokerFacts | None:
            while True:
                try:
                    return broker_facts(config)
                except BrokerError:
                    if time.monotonic() >= end:
                        raise
                    time.sleep(_AGAIN_SECONDS)

        what = f"management API of {self._title}: {config.connection.management_endpoint}"
        return await self._router.threads.run(what, answer)

    def _provider_for(self, values: Mapping[str, Any]) -> pulumi.ProviderResource:
        given = self.get_provider("rabbitmq:index/queue:Queue")
        if given is not None:
            return given
        return rabbitmq.Provider(
            f"{self.pulumi_resource_name}/provider",
            endpoint=values["management_endpoint"],
            username=values["username"],
            password=values["password"],
            cacert_file=values.get("cacert_file"),
            clientcert_file=values.get("clientcert_file"),
            clientkey_file=values.get("clientkey_file"),
            insecure=values.get("insecure"),
            opts=pulumi.ResourceOptions(parent=self),
        )

    async def _require_same_broker(
        self, provider: pulumi.ProviderResource, config: StackConfig
    ) -> None:
        """The guards ask the broker of the connection, and a provider of the user's deletes."""
        told = pulumi.Output.from_input(getattr(provider, "endpoint", None))
        endpoint = await told.future() if await told.is_known() else None
        expected = config.connection.management_endpoint
        if endpoint and expected and endpoint.rstrip("/") != expected.rstrip("/"):
            message = "has another endpoint than connection.management_endpoint"
            hint = "give the provider of this broker, or none"
            raise ConfigError([Problem(("opts", "providers", "rabbitmq"), message, hint)])

    @property
    def _pending(self) -> Pending:
        return self._router.threads.pending

    def _tell(self, checked: Checked) -> None:
        topology = checked.expanded.settled.topology
        plain = (
            replace(
                problem, message="is in plain text", hint="give it as an output, which is secret"
            )
            for problem in plain_secrets(topology)
            if problem.path not in self._declaration.outputs
        )
        for warning in (*checked.warnings, *plain):
            pulumi.log.warn(str(warning), resource=self)
        for note in checked.expanded.settled.notes:
            pulumi.log.info(note, resource=self)

    async def _refuse_at_start(self, guards: Guards) -> None:
        found = await refusals_at_start(guards)
        if found:
            self._router.refused = True
            last = f"{CODE} this run has changed nothing of {self._title}"
            raise TopologyError("\n".join([f"{self._title} is refused:", *found, last]))

    async def _require_present(self, claims: Claims, scope: Scope) -> None:
        absent = await claims.absence.left(scope.resources())
        if not absent:
            return
        message = wrongly_unchanged(absent, another=claims.cluster.another)
        if not pulumi.runtime.is_dry_run():
            self._router.refused = True
            raise TopologyError(f"{self._title}: {message}")
        pulumi.log.warn(message, resource=self)

    def _outputs(self, checked: Checked, scope: Scope) -> dict[str, pulumi.Output[Any]]:
        endpoint: pulumi.Output[Any] = pulumi.Output.from_input(self._connection.amqp_endpoint)
        access = checked.expanded.access

        def contract(key: str) -> pulumi.Output[Any]:
            return endpoint.apply(
                lambda known: outputs(scope.topology, known, access, scope.passwords)[key]
            )

        keys = ["amqp_url", "exchange_urls", "queue_urls", *(["services"] if access else [])]
        return {key: contract(key) for key in keys}

    def _seed_problems(self, seed: object) -> list[Problem]:
        path = ("password_seed",)
        if seed is not None and not isinstance(seed, str):
            return [Problem(path, "must be text")]
        if seed is not None and len(seed) < FEWEST_CHARACTERS:
            message = f"has fewer than {FEWEST_CHARACTERS} characters: it could be guessed"
            return [Problem(path, message, "make one with openssl rand -hex 32")]
        return []


def _own(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """What a stack's config calls a value, by its name here."""
    return ("connection", _NAMES[path[0]]) if path and path[0] in _NAMES else path
