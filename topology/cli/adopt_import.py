"""`adopt --import`: takes what exists into the state of a stack. The broker is only read.

Pulumi imports the vhost, which brings the stack and the provider into the state in its own way.
Everything else is added in one write, as the program itself would have left it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..adopt.broker import properties_keys
from ..adopt.found import PropertiesKeys, Unheld
from ..adopt.import_file import BINDING, VHOST, import_entries
from ..adopt.registration import Registrations, registrations
from ..adopt.state import Identity, Taken, take_in
from ..adopt.to_config import shovel_entry, upstream_entry
from ..broker import BrokerReader, Management
from ..check import check_layers
from ..declare import declare
from ..declare.logical_name import logical_name
from ..drift import Ignore, State, compare
from ..drift.finding import Finding
from ..expand.settings import Settled
from ..kind import Kind
from ..outputs import outputs
from ..problems import ConfigError, Problem, render_path
from ..problems import Path as Place
from ..run import safety
from ..stack_config import StackConfig
from .adopt_write import plugin_version
from .exit_code import ExitCode, UsageError
from .pulumi.stack_config import stack_config
from .pulumi.stack_state import carry_out, stack_settings
from .state_backup import back_up_state, require_tried_engine
from .terminal import print_json, say

_TOPOLOGY: Final = "rabbitmq-topology:topology"
_URIS: Final = {
    "federation_upstreams": ("federation-upstream", ("uri",), upstream_entry),
    "shovels": ("shovel", ("source_uri", "destination_uri"), shovel_entry),
}
_QUIET: Final = ["--yes", "--skip-preview", "--generate-code=false", "--suppress-outputs"]


@dataclass(frozen=True, slots=True)
class _Look:
    """What the broker says to what the stack declares."""

    settled: Settled
    findings: tuple[Finding, ...]
    keys: PropertiesKeys


def import_stack(stack: str, file: Path, *, json: bool, any_engine: bool = False) -> ExitCode:
    """Raises `ConfigError` where what is declared is not what is there: then nothing is written."""
    _require_stack_program(stack)
    if not any_engine:
        require_tried_engine()
    named = dict(_read_import_file(file))
    _set_secrets(stack)
    config = stack_config(stack)
    with config.connection.management() as management:
        look = _look(config, management)
    _refuse_differences(look)
    made = registrations(stack.rpartition("/")[2], lambda: _declare(config, look.settled))
    _refuse_foreign(file, stack, named, made)
    ids = named | _hashed(look)
    vhost = look.settled.topology.vhost.name
    backup = back_up_state(stack)
    _import_vhost(stack, vhost)
    taken = take_in(_exported(stack), stack.rpartition("/")[2], made, ids)
    if taken.added:
        carry_out(
            f"take the state of stack {stack}",
            ["stack", "import", "--stack", stack],
            _as_json(taken.state),
        )
    say(f"the state before is in {backup}; pulumi stack import --file takes it back")
    _tell(stack, taken, named, made, json=json)
    return ExitCode.FINE


def _require_stack_program(stack: str) -> None:
    """What a program of the user's declares is in no config. Raises `UsageError`."""
    if _TOPOLOGY in stack_settings(stack):
        return
    raise UsageError(
        f"--import: stack {stack} has no {_TOPOLOGY} in its config, where a stack program declares "
        f"it. A Topology component takes over what exists, with its messages: write adopt: true "
        f"into its topology, and run pulumi up"
    )


def _refuse_foreign(
    file: Path, stack: str, named: Mapping[Identity, str], made: Registrations
) -> None:
    if named and named.keys().isdisjoint((one.type, one.name) for one in made.resources):
        message = f"names nothing that stack {stack} declares; is it the file of another stack?"
        raise ConfigError([Problem((), message, source=str(file))])


def _as_json(value: Any) -> str:
    return json.dumps(value)


def _read_import_file(file: Path) -> Iterator[tuple[Identity, str]]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except ValueError:
        raise ConfigError([Problem((), "is no JSON", source=str(file))]) from None
    entries = document.get("resources") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        message = "is not an import file of Pulumi: it has no list of resources"
        raise ConfigError([Problem((), message, source=str(file))])
    for index, entry in enumerate(entries):
        found = entry if isinstance(entry, dict) else {}
        values = [found.get(key) for key in ("type", "name", "id")]
        if not all(isinstance(value, str) for value in values):
            message = "needs a type, a name and an id, as text"
            raise ConfigError([Problem(("resources", index), message, source=str(file))])
        kind, name, identity = (str(value) for value in values)
        yield (kind, name), identity


def _set_secrets(stack: str) -> None:
    """URIs that the stack file leaves out, for they hold passwords, go from the broker into the
    stack's config, encrypted, without being shown or written anywhere else."""
    config = stack_config(stack)
    topology = config.topology.value
    missing = list(_missing_uris(topology)) if isinstance(topology, dict) else []
    if not missing:
        return
    vhost = topology.get("vhost")
    name = vhost.get("name") if isinstance(vhost, dict) else vhost
    with config.connection.management() as management:
        for place, component, entry_of in missing:
            found = management.find("parameters", component, str(name), str(place[1]))
            try:
                value = entry_of(found["value"])[str(place[2])] if found else None
            except (Unheld, KeyError):
                value = None
            if not isinstance(value, str):
                message = "is not set, and the broker has none"
                raise ConfigError([Problem(place, message, "set it with pulumi config set")])
            path = render_path((_TOPOLOGY, *place))
            carry_out(
                f"keep {render_path(place)}",
                ["config", "set", "--stack", stack, "--secret", "--path", path],
                value,
            )
            say(f"set, encrypted: {render_path(place)}")


def _missing_uris(topology: Mapping[str, Any]) -> Iterator[tuple[Place, str, Any]]:
    for section, (component, fields, entry_of) in _URIS.items():
        entries = topology.get(section)
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            for field in fields:
                if isinstance(entry, dict) and field not in entry:
                    yield (section, name, field), component, entry_of


def _look(config: StackConfig, management: Management) -> _Look:
    reader = BrokerReader(management)
    settled = check_layers(config.topology, reader.facts()).usable()
    vhost = settled.topology.vhost.name
    snapshot = reader.state(vhost)
    report = compare(settled.topology, snapshot, passwords={}, ignore=Ignore())
    keys = properties_keys(reader, vhost) if snapshot.vhost is not None else {}
    return _Look(settled, report.findings, keys)


def _refuse_differences(look: _Look) -> None:
    """What is not as declared must not be written down as if it were."""
    problems = [
        Problem((), f"{finding.kind.words} {finding.name}: {'; '.join(finding.differences)}")
        for finding in look.findings
        if finding.state is State.CHANGED and finding.kind not in (Kind.VHOST, Kind.USER)
    ]
    if any(f.state is State.MISSING and f.kind is Kind.VHOST for f in look.findings):
        name = look.settled.topology.vhost.name
        problems.append(Problem((), f"vhost {name}: is not on the broker"))
    if problems:
        raise ConfigError(problems)


async def _declare(config: StackConfig, settled: Settled) -> dict[str, Any]:
    guards, claims = safety(config, settled.topology)
    scope = await declare(settled, guards, claims, config.password_seed)
    urls = outputs(settled.topology, config.connection.amqp_endpoint, {}, scope.passwords)
    return urls | claims.output(scope.resources())


def _hashed(look: _Look) -> dict[Identity, str]:
    """The ids of bindings as the broker tells them now."""
    entries = import_entries(look.settled.topology, look.keys, plugin_version())
    return {(e["type"], e["name"]): e["id"] for e in entries if e["type"] == BINDING}


def _import_vhost(stack: str, vhost: str) -> None:
    """Pulumi's own import of the vhost, unless it is there. It loses nothing: what the provider
    reads of a vhost is all text, and nothing is ever replaced."""
    resources = (_exported(stack).get("deployment") or {}).get("resources") or []
    if any(entry.get("type") == VHOST for entry in resources):
        return
    entry = {"type": VHOST, "name": logical_name(vhost), "id": vhost, "version": plugin_version()}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "vhost.json"
        file.write_text(json.dumps({"resources": [entry]}), encoding="utf-8")
        carry_out(
            f"import the vhost into stack {stack}",
            ["import", "--stack", stack, "--file", str(file), *_QUIET],
        )


def _exported(stack: str) -> dict[str, Any]:
    text = carry_out(
        f"tell the state of stack {stack}", ["stack", "export", "--stack", stack, "--show-secrets"]
    )
    exported: dict[str, Any] = json.loads(text)
    return exported


def _tell(
    stack: str,
    taken: Taken,
    named: Mapping[Identity, str],
    made: Registrations,
    *,
    json: bool,
) -> None:
    registered = {(one.type, one.name) for one in made.resources}
    unknown = sorted(set(named) - registered)
    if json:
        print_json(
            {
                "stack": stack,
                "imported": [name for _, name in taken.added],
                "present": [name for _, name in taken.present],
                "not_imported": [name for _, name in taken.missing],
                "not_declared": [name for _, name in unknown],
            }
        )
        return
    lines = [f"{len(taken.added)} objects imported into stack {stack}; the broker was only read."]
    if taken.present:
        lines.append(f"{len(taken.present)} were in its state before.")
    lines += [f"not imported, for the import file does not name it: {n}" for _, n in taken.missing]
    lines += [f"not imported, for the stack does not declare it: {name}" for _, name in unknown]
    lines.append(f"Next: pulumi preview --stack {stack} --expect-no-changes")
    sys.stdout.write("\n".join(lines) + "\n")
