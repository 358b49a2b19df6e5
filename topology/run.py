"""What a run of the Pulumi program does beside the straight way from config to resources."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn

import pulumi

from .broker import probe
from .check import Checked
from .config_files.stack_file import PROJECT
from .declare import Scope
from .declare.logical_name import binding_name
from .guard import GuardedBroker, Guarding, Guards, refused_at_start
from .hooks.command_line import seen, whole_command
from .hooks.engine_state import read_state
from .hooks.pending import Pending
from .hooks.refusals import CODE, MESSAGE_WAS_SHOWN
from .hooks.watch import Watch
from .model import Topology
from .ownership import (
    Claims,
    Cluster,
    Inventory,
    claims,
    missing,
    read_inventory,
    wrongly_unchanged,
)
from .parse.plain_secrets import plain_secrets
from .password_seed import PasswordSeed
from .place import Place
from .problems import ConfigError, Problem, Severity
from .stack_config import StackConfig
from .version import BrokerFacts

_FRAMES = 8
"""Of the stack: from the SDK's registration out to the function that declares a resource."""


def unburden() -> None:
    """Keeps the SDK from telling the engine, for each resource, what nobody asks for.

    Three debug messages, which are shown with `--debug` only, and for each of which the program
    stands still; and the way from the program's start to the declaration, which is the same for
    all resources of a kind. Together they are more than half of the program's time.
    `RABBITMQ_TOPOLOGY_DEBUG` lets them through.
    """
    if not os.environ.get("RABBITMQ_TOPOLOGY_DEBUG"):
        pulumi.log.debug = _unsaid
        sys.tracebacklimit = _FRAMES


def leave_interrupts_to_engine() -> None:
    """Keeps Ctrl-C from ending the program with a traceback in the middle of a hook.

    A terminal sends SIGINT to the engine and to this process alike. The engine cancels the run:
    operations that have begun are finished, and written to the state. Their hooks run here until
    then; the engine ends the program.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _unsaid(*_: object, **__: object) -> None:
    """Takes what `pulumi.log.debug` takes."""


def broker_facts(config: StackConfig) -> BrokerFacts | None:
    """What the stack's broker says of itself. Raises `BrokerError` if it cannot be asked.

    Pulumi plans the creation of resources without asking the provider, so a preview against a
    broker that is down would be green. A stack that is previewed where its broker cannot be
    reached says so with `offline`: then it tells that nothing was asked, and returns None.
    """
    if not config.offline:
        with config.connection.management() as management:
            return probe(management)
    path = ("rabbitmq-topology:offline",)
    if not pulumi.runtime.is_dry_run():
        message = "is for previews: an update must ask the broker what it would overwrite"
        raise ConfigError([Problem(path, message, "take it out of this stack's config")])
    pulumi.log.warn("The broker was not asked (rabbitmq-topology:offline is set).")
    return None


@dataclass(frozen=True, slots=True)
class Looked:
    """What the broker had when a run began."""

    broker: GuardedBroker
    inventory: Inventory = field(default_factory=Inventory)
    cluster_id: str | None = None


def look(config: StackConfig, vhost: str, pending: Pending) -> Looked:
    """Reads what is there, once. Raises `BrokerError`. `pending` is told of each request."""
    broker = GuardedBroker(config.connection, pending.waiting_for, log=pulumi.log.info)
    if config.offline:
        return Looked(broker)
    inventory = read_inventory(broker.reader, vhost, partial(binding_name, vhost))
    cluster_id = broker.reader.cluster_id()
    if not pulumi.runtime.is_dry_run():
        broker.begin(vhost)
    return Looked(broker, inventory, cluster_id)


def safety(config: StackConfig, topology: Topology) -> tuple[Guards, Claims]:
    """The guards of what this run could delete, and the claims on what it could overwrite.

    Raises `ConfigError` if the broker lacks what is declared as existing.
    """
    place = Place.of_stack(topology.vhost.name)
    looked = look(config, topology.vhost.name, place.router.threads.pending)
    cluster = Cluster(looked.cluster_id, adopt=topology.adopt)
    return guards_and_claims(topology, config.password_seed, looked, cluster, place)


def guards_and_claims(
    topology: Topology, seed: PasswordSeed, looked: Looked, cluster: Cluster, place: Place
) -> tuple[Guards, Claims]:
    """The same for a topology anywhere in a program."""
    if looked.inventory.asked:
        _tell_missing(list(missing(topology, looked.inventory)))
    threads = place.router.threads
    claimed = Claims(
        claims(topology, seed), looked.inventory, looked.broker.reader, cluster, threads, place
    )
    preview = pulumi.runtime.is_dry_run()
    guarding = Guarding(looked.broker, topology, preview, claimed.goes, seen())
    guards = Guards(guarding, cluster, claimed.going, threads, place)
    claimed.before_deletion = guards.refuse_in_protected_vhost
    return guards, claimed


def _tell_missing(problems: list[Problem]) -> None:
    """Shows warnings. Raises `ConfigError` if there is any error, before anything is made."""
    if errors := [one for one in problems if one.severity is Severity.ERROR]:
        raise ConfigError(errors)
    for warning in problems:
        pulumi.log.warn(str(warning))


def tell(checked: Checked) -> None:
    """Shows warnings, and what was worked out for the user, in Pulumi's own diagnostics."""
    settled = checked.expanded.settled
    for warning in (*checked.warnings, *_unencrypted(settled.topology)):
        pulumi.log.warn(str(warning))
    for note in settled.notes:
        pulumi.log.info(note)


def _unencrypted(topology: Topology) -> Iterator[Problem]:
    """Warnings for secrets in plain text: Pulumi says of a config value only whether any part of
    it is encrypted."""
    if not pulumi.runtime.is_config_secret(f"{PROJECT}:topology"):
        yield from plain_secrets(topology)
    seed = f"{PROJECT}:passwordSeed"
    if pulumi.Config(PROJECT).get("passwordSeed") and not pulumi.runtime.is_config_secret(seed):
        message, hint = "is in plain text", f"encrypt it: pulumi config set --secret {seed}"
        yield Problem((seed,), message, hint, Severity.WARNING)


def watch(guards: Guards) -> None:
    """Begins to report when nothing moves, once for a program."""
    router = guards.place.router
    if not router.watched:
        router.watched = True
        Watch(router.threads.pending, pulumi.log.warn).start()


async def begin(guards: Guards, cluster: Cluster) -> None:
    """Learns which broker the state was made with, and warns if this is another.

    From here on, a run in which nothing moves for a minute reports what it waits for.
    """
    watch(guards)
    await cluster.recall()
    if cluster.foreign:
        pulumi.log.warn(cluster.warning)
    else:
        await _refuse_at_start(guards)


async def _refuse_at_start(guards: Guards) -> None:
    """Ends an update before it changes anything, with every refusal that is known by now."""
    found = await refusals_at_start(guards)
    if found:
        for text in found:
            pulumi.log.error(text)
        pulumi.log.error(f"{CODE} this run has changed nothing")
        sys.exit(MESSAGE_WAS_SHOWN)


async def refusals_at_start(guards: Guards) -> list[str]:
    """Why an update would be refused, as far as the state and the broker show before it changes
    anything of this topology. Empty in a preview, where the hooks refuse."""
    command = None if pulumi.runtime.is_dry_run() else whole_command()
    if command is None:
        return []
    state = await read_state()
    if state is None:
        return []
    place = guards.place
    if place.component is not None:
        state = {urn: entry for urn, entry in state.items() if place.owns(urn)}
    what = "guards of what this run would delete"
    return await guards.threads.run(what, refused_at_start, guards.guarding, state, command)


async def require_present(claims: Claims, scope: Scope) -> None:
    """Shows what the state tells of and the broker has not: a preview warns, an update fails before
    it deletes anything.

    The program itself ends, once the engine has answered what is asked: one that ends in the middle
    of another registration leaves a traceback beside the message.
    """
    absent = await claims.absence.left(scope.resources())
    if not absent:
        return
    message = wrongly_unchanged(absent, another=claims.cluster.another)
    if pulumi.runtime.is_dry_run():
        pulumi.log.warn(message)
    else:
        pulumi.log.error(message)
        sys.exit(MESSAGE_WAS_SHOWN)


def stop(error: ConfigError) -> NoReturn:
    """Ends the program with the problems as its only message, and nothing registered."""
    pulumi.log.error(str(error))
    sys.exit(MESSAGE_WAS_SHOWN)
