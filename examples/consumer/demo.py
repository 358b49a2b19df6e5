"""`make demo`: the consumer's stack reads a topology's outputs, and a message goes its way.

Runs the commands that a person would run by hand; the README beside it has them.
"""

# ruff: noqa: T201 - what it prints is what it is for
from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

CONSUMER = Path(__file__).resolve().parent
TOPOLOGY = CONSUMER.parent.parent
DEV, DEMO, STACK = "dev", "demo", "dev"
"""Stacks of the topology, the second with a service in it; and the consumer's."""
CONNECTION = (
    "rabbitmq:endpoint",
    "rabbitmq:username",
    "rabbitmq:password",
    "rabbitmq-topology:amqpEndpoint",
)
"""Config by which the broker of the dev stack is reached."""


class DemoError(Exception):
    """The demo cannot go on; the text says why in one sentence."""


def main() -> None:
    require_topology()
    tell("Applying the stack rabbitmq-topology/demo, which has a service.")
    pulumi(TOPOLOGY, "stack", "select", DEMO, "--create")
    follow_dev()
    up(TOPOLOGY, DEMO)
    tell("Applying the stack topology-consumer/dev, which reads its outputs.")
    pulumi(CONSUMER, "stack", "select", STACK, "--create")
    up(CONSUMER, STACK)
    environment: dict[str, str] = outputs(CONSUMER, STACK, "--show-secrets")
    tell("What it exports for its worker:")
    for name, value in environment.items():
        tell(f"  {name:<13}  {without_password(value)}")
    tell("The worker, knowing nothing else:")
    run_worker(environment)


def tell(line: str) -> None:
    print(line, flush=True)


def require_topology() -> None:
    """Says what a newcomer has forgotten, where Pulumi would speak of an unknown stack."""
    try:
        found = outputs(TOPOLOGY, DEV)
    except DemoError as error:
        if "no stack named" not in str(error):
            raise
        found = {}
    if not found:
        raise DemoError("The dev stack is not up; run `make up` first.")


def follow_dev() -> None:
    """Where the dev stack was given another broker, such as on other ports, the demo goes there."""
    wanted, own = settings(DEV), settings(DEMO)
    for key in CONNECTION:
        if key in wanted and wanted[key]["value"] != own.get(key, {}).get("value"):
            kind = "--secret" if wanted[key]["secret"] else "--plaintext"
            command = ("config", "set", "--stack", DEMO, kind, key)
            pulumi(TOPOLOGY, *command, said=wanted[key]["value"])
            tell(f"Pulumi.demo.yaml: {key} is now as in Pulumi.dev.yaml.")


def settings(stack: str) -> dict[str, Any]:
    answer = pulumi(TOPOLOGY, "config", "--stack", stack, "--json", "--show-secrets")
    found: dict[str, Any] = json.loads(answer)
    return found


def up(folder: Path, stack: str) -> None:
    pulumi(folder, "up", "--stack", stack, "--yes", "--skip-preview", "--refresh")


def outputs(folder: Path, stack: str, *options: str) -> dict[str, Any]:
    answer = pulumi(folder, "stack", "output", "--stack", stack, "--json", *options)
    found: dict[str, Any] = json.loads(answer)
    return found


def without_password(text: str) -> str:
    return re.sub(r"(?<=://)([^:@/]*):[^@/]*(?=@)", r"\1:[secret]", text)


def pulumi(folder: Path, *arguments: str, said: str = "") -> str:
    """What the command prints; on failure, Pulumi's own reason."""
    program = shutil.which("pulumi")
    if program is None:
        raise DemoError("The Pulumi CLI is not on PATH; `make demo` puts it there.")
    done = subprocess.run(
        [program, *arguments, "--cwd", str(folder), "--non-interactive", "--color", "never"],
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}".strip()
        reason = re.search(r"error: (.+)", said)
        raise DemoError(reason[1] if reason else f"`pulumi {' '.join(arguments)}` failed: {said}")
    return done.stdout


def run_worker(environment: dict[str, str]) -> None:
    """Nothing else is in its environment, as in a container."""
    done = subprocess.run(
        [sys.executable, str(CONSUMER / "worker.py")],
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DemoError(done.stderr.strip().removeprefix("error: "))


if __name__ == "__main__":
    try:
        main()
    except DemoError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
