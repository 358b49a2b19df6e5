"""The migration as a process that can be killed: `python -m tests.migrate.carry`.

Takes JSON: a config dict, how its broker is reached, and perhaps another broker that queues come
from. Prints a line for each step.
"""

from __future__ import annotations

import json
import sys

from topology.broker import probe
from topology.broker.connection import Connection
from topology.check import check
from topology.cli.exit_code import ExitCode
from topology.cli.migrate_progress import line
from topology.migrate.model import Event
from topology.migrate.run import carry_out
from topology.migrate.source import Source
from topology.migrate.survey import survey
from topology.migrate.terms import Terms


def _tell(event: Event) -> None:
    sys.stdout.write(line(event) + "\n")
    sys.stdout.flush()


def _main() -> int:
    given = json.loads(sys.argv[1])
    connection = Connection(*given["broker"])
    source = None
    if old := given.get("source"):
        source = Source(old["stack"], Connection(*old["broker"]), old["vhost"], old["uri"])
    settled = check(given["config"]).usable()
    with connection.management() as management:
        version = probe(management).version
        plan = survey(management, settled, version, parallel=4, source=source)
    moves = [planned.move for planned in plan.moves]
    if plan.problems:
        sys.stdout.write("\n".join(str(problem) for problem in plan.problems))
        return ExitCode.REFUSED
    outcomes = carry_out(connection, moves, version, _tell, Terms(4, 120, source=source))
    return ExitCode.ERRORS if any(outcome.failure for outcome in outcomes) else ExitCode.FINE


if __name__ == "__main__":
    sys.exit(_main())
