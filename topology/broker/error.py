"""What is raised where a broker cannot be asked."""

from __future__ import annotations

from ..problems import ConfigError


class BrokerError(ConfigError):
    """The broker could not be asked: it is down, is another service, or refuses the user."""
