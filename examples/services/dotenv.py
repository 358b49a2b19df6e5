"""A `.env` file for one service.

pulumi stack output --json --show-secrets | python -m examples.services.dotenv SERVICE > .env
"""

from __future__ import annotations

import json
import sys

from examples.services.outputs import read_services, variables


def main() -> None:
    services = read_services()
    names = ", ".join(sorted(services)) or "none"
    if len(sys.argv) != 2 or sys.argv[1] not in services:
        sys.exit(f"error: name one service of this stack: {names}")
    for name, value in variables(services[sys.argv[1]]).items():
        # A JSON string is also a quoted string of the dotenv format.
        sys.stdout.write(f"{name}={json.dumps(value, ensure_ascii=False)}\n")


if __name__ == "__main__":
    main()
