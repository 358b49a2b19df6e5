"""From a topology to Prometheus alerting rules and a Grafana dashboard for it.

Which series a broker exports depends on its version. A rule is only written where they exist; what
cannot be watched is said.
"""

from .dashboard import dashboard
from .document import rules_document, scrape_document
from .rule import Rule
from .unit_tests import unit_tests
from .watch import Watch, watch

__all__ = [
    "Rule",
    "Watch",
    "dashboard",
    "rules_document",
    "scrape_document",
    "unit_tests",
    "watch",
]
