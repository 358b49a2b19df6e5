"""What the command is called: where the package is installed, and in a clone of its repository."""

from __future__ import annotations

from typing import Final

PACKAGE: Final = __name__.partition(".")[0]
"""`rabbitmq_topology` where it is installed, `topology` in a clone."""

INSTALLED: Final = PACKAGE != "topology"

COMMAND: Final = "rabbitmq-topology" if INSTALLED else f"python -m {PACKAGE}"
"""How a shell starts it. In a clone, nothing is installed that would have a name of its own."""

SHORT: Final = "rabbitmq-topology" if INSTALLED else PACKAGE
"""What `completion` makes a shell know."""

ENGINE_HINT: Final = (
    "install it: https://www.pulumi.com/docs/install/"
    if INSTALLED
    else 'eval "$(make -s env)" puts the one that was found there'
)
"""For where there is no Pulumi CLI."""
