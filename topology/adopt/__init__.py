"""An existing broker becomes a stack: what is there, written as a config dict that changes nothing.

Pure: from what was read of a broker, or of an exported definitions file, to a config dict, the list
of what is left out and why, Pulumi's import file, and at last the entries of a stack's state. What
talks to a broker or to Pulumi is in `topology.broker` and `topology.cli`.
"""

from .adoption import Adoption, adopt_vhost
from .definitions import read_definitions
from .found import Found, LeftOut
from .import_file import import_entries
from .selection import Selection, Users

__all__ = [
    "Adoption",
    "Found",
    "LeftOut",
    "Selection",
    "Users",
    "adopt_vhost",
    "import_entries",
    "read_definitions",
]
