"""A live broker, read as what there is to adopt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..broker import BrokerReader, Management
from ..problems import ConfigError, Problem, did_you_mean
from .found import Found, PropertiesKeys


def read_broker(management: Management, vhosts: Sequence[str] = ()) -> Found:
    """Reads the vhosts of these names, or all. Raises `ConfigError` if one does not exist."""
    reader = BrokerReader(management)
    facts, names = reader.facts(), reader.vhost_names()
    missing = [name for name in vhosts if name not in names]
    if missing:
        raise ConfigError(
            Problem((), f"the broker has no vhost {name}", did_you_mean(name, names))
            for name in missing
        )
    chosen = list(vhosts) or names
    return Found(
        facts=facts,
        vhosts={name: reader.state(name) for name in chosen},
        properties_keys={name: properties_keys(reader, name) for name in chosen},
        global_parameters=tuple(reader.global_parameters()),
        rights=Counter(permission.user for permission in reader.rights()),
    )


def properties_keys(reader: BrokerReader, vhost: str) -> PropertiesKeys:
    """How the broker calls the bindings of a vhost."""
    bindings = reader.bindings(vhost, keys=True).bindings
    return {binding.identity: binding.properties_key for binding in bindings}
