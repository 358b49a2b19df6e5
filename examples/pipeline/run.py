"""Runs the pipeline: five processes, and the portal that counts what comes out.

pulumi stack output --stack pipeline --json --show-secrets | python run.py 1000

Each process gets its own AMQP_URL, and nothing else of the outputs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
STEPS = ("chunk", "embed", "infer", "postprocess")
SECONDS = 1800


def main() -> None:
    count = sys.argv[1] if len(sys.argv) > 1 else "1000"
    urls = read_urls(sys.stdin.read())
    with ExitStack() as ending:
        steps = {name: started(name, urls[name], ending) for name in STEPS}
        portal = started("portal", urls["portal"], ending, count)
        begin = time.monotonic()
        ingest = started("ingest", urls["ingest"], ending, count)
        sys.stdout.write(said(ingest))
        sys.stdout.flush()
        outcome = json.loads(said(portal))
        seconds = time.monotonic() - begin
        if ended := [name for name, process in steps.items() if process.poll() is not None]:
            sys.exit(f"error: {', '.join(ended)} ended too early")
    outcome["seconds"] = round(seconds, 1)
    sys.stdout.write(json.dumps(outcome) + "\n")


def read_urls(outputs: str) -> dict[str, str]:
    """By the service's name. Ends where these are not the pipeline's outputs in the clear."""
    try:
        services = json.loads(outputs)["services"]
        return {name: services[name]["url"] for name in ("ingest", *STEPS, "portal")}
    except (ValueError, KeyError, TypeError):
        sys.exit("error: pipe in the outputs of the stack pipeline, with --json and --show-secrets")


def started(name: str, url: str, ending: ExitStack, *arguments: str) -> subprocess.Popen[str]:
    """A process whose whole environment is its URL; it is told to end with the others."""
    process = subprocess.Popen(
        [sys.executable, str(FOLDER / f"{name}.py"), *arguments],
        env={"AMQP_URL": url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    ending.callback(ended, process)
    return process


def said(process: subprocess.Popen[str]) -> str:
    """What a process prints until it ends in good order."""
    text, _ = process.communicate(timeout=SECONDS)
    if process.returncode:
        sys.exit(f"error: {Path(str(process.args[1])).stem} has failed")
    return text


def ended(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


if __name__ == "__main__":
    main()
