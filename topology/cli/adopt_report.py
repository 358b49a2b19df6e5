"""What `adopt` tells of what it found, wrote and left out."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from ..adopt import Adoption, Found, LeftOut
from ..adopt.server_made import GUEST, global_parameter_is_own
from ..command import COMMAND
from ..problems import render_path
from .adopt_write import Plan
from .stack_keys import TOPOLOGY

_SHOWN: Final = 12
"""Names on one line; `--json` has all."""


def as_text(plans: list[Plan], found: Found, folder: Path) -> str:
    """For people: what is adopted, what is not and why, and what to run."""
    return (
        "\n".join(line for plan in plans for line in _plan(plan, folder))
        + "".join(f"\n{line}" for line in _of_broker(found))
        + "\n"
    )


def as_dict(plans: list[Plan], found: Found, folder: Path) -> dict[str, Any]:
    """For machines."""
    return {
        "rabbitmq_version": str(found.facts.version),
        "stacks": [_plan_dict(plan, folder) for plan in plans],
        "left_out": list(_of_broker(found)),
    }


def commands(plan: Plan, folder: Path) -> tuple[str, str, str]:
    """What brings a stack file to life; the last of them tells that nothing would change."""
    stack = shlex.quote(plan.stack)
    file = shlex.quote(str(plan.import_file(folder)))
    return (
        f"pulumi stack init {stack}",
        f"python -m topology adopt --stack {stack} --import {file}",
        f"pulumi preview --stack {stack} --expect-no-changes",
    )


def commands_for_new_broker(plan: Plan, folder: Path) -> Iterator[str]:
    """What makes it all on a broker that has nothing of it yet."""
    stack = shlex.quote(plan.stack)
    yield f"pulumi stack init {stack}"
    if (users := plan.users_file(folder)) is not None:
        yield f"rabbitmqctl import_definitions {shlex.quote(str(users))}"
    for path in plan.adoption.secrets if plan.adoption else ():
        key = shlex.quote(render_path((TOPOLOGY, *path)))
        yield f"pulumi config set --stack {stack} --secret --path {key}"
    yield f"pulumi up --stack {stack}"


def _missing_users(plan: Plan) -> str:
    """The users that a new broker must have before the stack is applied."""
    users = plan.config[TOPOLOGY].get("users", {})
    names = [name for name, user in users.items() if user.get("existing")]
    if not names or plan.users:
        return ""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _plan(plan: Plan, folder: Path) -> Iterator[str]:
    adoption = plan.adoption
    if adoption is None:
        yield f"vhost {plan.vhost}: not adopted"
        for problem in plan.problems:
            yield f"  - {problem}"
        yield ""
        return
    separate = plan.topology_file(folder)
    beside = f", which extends {separate}" if separate else ""
    yield f"vhost {plan.vhost} -> {plan.stack_file(folder)}{beside}"
    counts = [f"{number} {_noun(section, number)}" for section, number in adoption.counts().items()]
    yield f"  adopted: {', '.join(['1 vhost', *counts])}"
    yield from _left_out(adoption)
    for remark in adoption.remarks:
        yield f"  stays as it is on the broker, and cannot be declared: {remark}"
    if adoption.secrets:
        yield "  in no file, for they hold passwords; the second command sets them, encrypted:"
        yield from (f"    {render_path(path)}" for path in adoption.secrets)
    if adoption.written_out:
        yield "  adopted, with settings that the broker leaves to its defaults; the first update"
        yield "  after a refresh writes them out, which starts the link anew:"
        yield from (
            f"    {one.kind.words} {one.name}: {one.reason}" for one in adoption.written_out
        )
    if plan.hashed:
        one = plan.hashed == 1
        what = "1 binding with arguments" if one else f"{plan.hashed} bindings with arguments"
        yield f"  not in the import file: {what}, whose id is known only on the broker;"
        yield "    the second command asks it"
    if ignored_rules := adoption.config.get("ignore_rules"):
        yield "  ignored rules, as it works on the broker; look at each and take it out again:"
        yield from (f"    {rule}: {reason}" for rule, reason in ignored_rules.items())
    if warnings := adoption.checked.warnings:
        number = "1 warning" if len(warnings) == 1 else f"{len(warnings)} warnings"
        yield f"  {number}: {COMMAND} check {shlex.quote(str(plan.stack_file(folder)))}"
    yield from _to_run(plan, folder)
    yield ""


def _to_run(plan: Plan, folder: Path) -> Iterator[str]:
    has_it = " where the broker has all of it" if plan.new_broker else ""
    yield f"  to run{has_it}, with RABBITMQ_PASSWORD set:"
    yield from (f"    {command}" for command in commands(plan, folder))
    if plan.new_broker:
        yield "  to run for a new broker, with RABBITMQ_PASSWORD set:"
        yield from (f"    {command}" for command in commands_for_new_broker(plan, folder))
        if users := _missing_users(plan):
            yield f"    which needs users that it does not make: {users};"
            yield "    --users hashes writes a file with them, --users generated has them made"


def _left_out(adoption: Adoption) -> Iterator[str]:
    made = [one for one in adoption.left_out if one.server_made]
    other = [one for one in adoption.left_out if not one.server_made]
    if made:
        yield "  left out, made by RabbitMQ, a plugin or a client:"
        yield from _by_reason(made)
    if other:
        yield "  left out, and stays as it is on the broker:"
        yield from _by_reason(other)


def _by_reason(left_out: list[LeftOut]) -> Iterator[str]:
    order = attrgetter("kind", "reason")
    for (kind, reason), group in groupby(sorted(left_out, key=order), order):
        names = [one.name or "(the default exchange)" for one in group]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        yield f"    {kind.words} {', '.join(names[:_SHOWN])}{more}: {reason}"


def _of_broker(found: Found) -> Iterator[str]:
    """What belongs to no vhost, and so to no stack."""
    for name in found.global_parameters:
        if not global_parameter_is_own(name):
            yield f"left out: global parameter {name}, which no stack can declare"
    users = {name for snapshot in found.vhosts.values() for name in snapshot.users}
    for name in sorted(users):
        if name == GUEST:
            yield f"left out: user {name}, RabbitMQ's own"
        elif not found.rights.get(name):
            yield f"left out: user {name}, who has no rights in any vhost"


def _noun(section: str, number: int) -> str:
    plural = section.replace("_", " ")
    if number != 1:
        return plural
    return plural.removesuffix("ies") + "y" if plural.endswith("ies") else plural.removesuffix("s")


def _plan_dict(plan: Plan, folder: Path) -> dict[str, Any]:
    adoption = plan.adoption
    if adoption is None:
        problems = [str(problem) for problem in plan.problems]
        return {"vhost": plan.vhost, "stack": None, "problems": problems}
    separate = plan.topology_file(folder)
    return {
        "vhost": plan.vhost,
        "stack": plan.stack,
        "stack_file": str(plan.stack_file(folder)),
        "topology_file": str(separate) if separate else None,
        "import_file": str(plan.import_file(folder)),
        "users_file": str(users) if (users := plan.users_file(folder)) else None,
        "adopted": adoption.counts(),
        "left_out": [
            {
                "kind": str(one.kind),
                "name": one.name,
                "reason": one.reason,
                "server_made": one.server_made,
            }
            for one in adoption.left_out
        ],
        "written_out": [
            {"kind": str(one.kind), "name": one.name, "settings": one.reason}
            for one in adoption.written_out
        ],
        "remarks": list(adoption.remarks),
        "secrets": [render_path(path) for path in adoption.secrets],
        "ignored_rules": adoption.config.get("ignore_rules", {}),
        "warnings": [str(problem) for problem in adoption.checked.warnings],
        "commands": list(commands(plan, folder)),
        "commands_for_new_broker": (
            list(commands_for_new_broker(plan, folder)) if plan.new_broker else []
        ),
        "problems": [],
    }
