"""One vhost of a broker → the config dict that declares it as it is."""

from __future__ import annotations

import copy
import glob
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..broker.state import VhostState
from ..check import Checked
from ..drift import Finding, Ignore, State, compare
from ..expand.settings import Settled
from ..kind import Kind
from ..problems import Path
from ..version import NEWEST, BrokerFacts
from .collect import draft_of, objects
from .draft import KINDS, Advance, Draft, label, nothing
from .fit import checked, fit
from .found import Found, LeftOut
from .selection import Selection
from .to_config import left_to_rabbitmq, secret_fields

_ORDER = ("rabbitmq_version", "vhost", *KINDS, "ignore_drift", "ignore_rules")
_SECTIONS = {kind: section for section, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Adoption:
    """A vhost as a stack."""

    vhost: str
    config: Mapping[str, Any]
    """The config dict, with its secrets in the clear: see `written`."""
    left_out: tuple[LeftOut, ...]
    secrets: tuple[tuple[str, str, str], ...]
    """Where the config dict holds one."""
    written_out: tuple[LeftOut, ...]
    """Shovels and upstreams of which a refresh sees less than is declared: see
    `left_to_rabbitmq`."""
    remarks: tuple[str, ...]
    """In what the vhost itself differs from what can be declared; it stays so."""
    checked: Checked

    @property
    def settled(self) -> Settled:
        return self.checked.usable()

    def written(self) -> dict[str, Any]:
        """The config dict without its secrets, as it may stand in a file."""
        config = copy.deepcopy(dict(self.config))
        for section, name, field in self.secrets:
            del config[section][name][field]
        return {key: config[key] for key in sorted(config, key=_ORDER.index)}

    def counts(self) -> dict[str, int]:
        """How many objects of each section are adopted."""
        return {section: len(self.config[section]) for section in KINDS if section in self.config}


def adopt_vhost(
    name: str, found: Found, selection: Selection, advance: Advance = nothing
) -> Adoption:
    """Raises `ConfigError` if the vhost itself cannot be declared."""
    snapshot = found.vhosts[name]
    facts = found.facts
    draft = draft_of(name, snapshot, selection, facts.version, advance)
    base = _base(facts)
    while True:
        config = fit(draft, base, facts)
        if _keep_together(draft, snapshot) or _drop_unneeded_users(draft):
            continue
        result = checked(config, facts)
        findings = _differences(result.usable(), snapshot)
        reasons = dict(_unequal(findings, draft))
        if not draft.take_out(reasons):
            break
    silent = _ignored(findings, draft, selection)
    if snapshot.vhost and snapshot.vhost.tags:
        silent.append(f"{Kind.VHOST}:{glob.escape(name)}")
    if silent:
        config["ignore_drift"] = silent
    return Adoption(
        vhost=name,
        config=config,
        left_out=tuple(draft.left_out),
        secrets=tuple(_secrets(config)),
        written_out=tuple(_written_out(config, snapshot)),
        remarks=tuple(_remarks(findings, snapshot)),
        checked=result,
    )


def _remarks(findings: tuple[Finding, ...], snapshot: VhostState) -> Iterator[str]:
    for finding in findings:
        if finding.kind is Kind.VHOST:
            yield from finding.differences
    if snapshot.vhost is not None and snapshot.vhost.protected_from_deletion:
        yield "the vhost is protected from deletion, so a destroy is refused"


def size(found: Found) -> int:
    """How many objects `adopt_vhost` looks at in all vhosts."""
    return sum(objects(snapshot) for snapshot in found.vhosts.values())


def _base(facts: BrokerFacts) -> dict[str, Any]:
    # What is checked without a broker is checked for the one that this was found on.
    return {} if facts.version >= NEWEST else {"rabbitmq_version": str(facts.version)}


def _differences(settled: Settled, snapshot: VhostState) -> tuple[Finding, ...]:
    report = compare(settled.topology, snapshot, passwords={}, ignore=Ignore())
    return report.findings


def _unequal(findings: tuple[Finding, ...], draft: Draft) -> Iterator[tuple[Path, str]]:
    """What would be declared as something else than it is."""
    for finding in findings:
        if finding.state is State.UNDECLARED or finding.kind in (Kind.VHOST, Kind.USER):
            continue
        section = _SECTIONS[finding.kind]
        reason = "; ".join(finding.differences) or "it would be declared as something else"
        entries = draft.sections[section]
        if isinstance(entries, dict):
            yield (section, finding.name), reason
        else:
            for index, entry in enumerate(entries):
                if label(section, entry) == finding.name:
                    yield (section, index), reason


def _keep_together(draft: Draft, snapshot: VhostState) -> bool:
    """All topic permissions of a user are one resource: with one of them left out, the resource
    would take it away."""
    listed = draft.sections["topic_permissions"]
    kept = Counter(entry["user"] for entry in listed)
    whole = Counter(user for user, _ in snapshot.topic_permissions)
    return draft.take_out(
        {
            ("topic_permissions", index): f"another topic permission of {entry['user']} is left out"
            for index, entry in enumerate(listed)
            if kept[entry["user"]] < whole[entry["user"]]
        }
    )


def _drop_unneeded_users(draft: Draft) -> bool:
    """Users are only referred to. Returns whether there were any too many."""
    listed = [*draft.sections["permissions"], *draft.sections["topic_permissions"]]
    needed = {entry["user"] for entry in listed}
    users = draft.sections["users"]
    draft.sections["users"] = {name: user for name, user in users.items() if name in needed}
    return len(draft.sections["users"]) < len(users)


def _ignored(findings: tuple[Finding, ...], draft: Draft, selection: Selection) -> list[str]:
    """Patterns for all that is on the broker and is not declared, so that `drift` tells of what
    comes later."""
    patterns = list(selection.texts)
    known = Ignore.of(patterns)
    left_out = {(one.kind, one.name) for one in draft.left_out}
    for finding in findings:
        place = (finding.kind, finding.name)
        if finding.state is State.UNDECLARED and place in left_out and not known.covers(*place):
            patterns.append(f"{finding.kind}:{glob.escape(finding.name)}")
    return patterns


def _written_out(config: Mapping[str, Any], snapshot: VhostState) -> Iterator[LeftOut]:
    places = (
        (Kind.FEDERATION_UPSTREAM, "federation_upstreams", "federation-upstream"),
        (Kind.SHOVEL, "shovels", "shovel"),
    )
    for kind, section, component in places:
        for name in config.get(section, {}):
            missing = left_to_rabbitmq(component, snapshot.parameters[component, name])
            if missing:
                yield LeftOut(kind, name, ", ".join(missing))


def _secrets(config: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for section in ("federation_upstreams", "shovels"):
        for name, entry in config.get(section, {}).items():
            for field in secret_fields(entry):
                yield section, name, field
