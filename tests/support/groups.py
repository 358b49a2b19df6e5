"""Which tests one worker of pytest-xdist runs together."""

from __future__ import annotations

import re
from typing import Final

from xdist.scheduler import LoadScopeScheduling

from tests.support.brokers import sources

_PARAMETERS: Final = re.compile(r"\[(.*)\]$")


class ByFileAndBroker(LoadScopeScheduling):  # type: ignore[misc] # pytest-xdist exports no types
    """The tests of a file, apart for each broker that they are there for."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        found = _PARAMETERS.search(test)
        parameters = found[1].split("-") if found else []
        label = next((label for label in sources() if label in parameters), "")
        return f"{file}@{label}"
