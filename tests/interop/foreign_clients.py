"""The clients in other languages: programs that are built once and run for each delivery."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple
from pathlib import Path

from tests.interop.delivery import Client, ClientError, Delivery, Receipt
from toolchain.folders import cache_folder

_HERE = Path(__file__).parent
_BUILD_SECONDS = 300
_RUN_SECONDS = 240


class MissingTool(Exception):
    """The machine has no such language."""


def javascript_client() -> Client:
    """amqplib under node, its packages installed where git ignores them."""
    node, npm = _tool("node"), _tool("npm")
    folder = _HERE / "javascript"
    lock = (folder / "package-lock.json").read_text()
    # Written last, so that an installation that was cut off is done again.
    installed = folder / "node_modules" / ".installed-from-lock"
    if not installed.is_file() or installed.read_text() != lock:
        _build([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
        installed.write_text(lock)
    return _program([node, str(folder / "client.js")])


def go_client(build_folder: Path) -> Client:
    """amqp091-go, compiled into `build_folder`; Go's own cache makes the second time quick."""
    program = build_folder / "interop-client"
    _build(
        [_tool("go"), "build", "-mod=readonly", "-buildvcs=false", "-o", str(program), "."],
        _HERE / "go",
        GOWORK="off",
    )
    return _program([str(program)])


@contextmanager
def java_client() -> Iterator[Client]:
    """amqp-client, its jars from Maven in the user's cache. One process for all deliveries: Java
    takes a while to start."""
    java, folder = _tool("java"), _HERE / "java"
    _tool("javac")  # Its compiler runs the source as it stands.
    pom = (folder / "pom.xml").read_text()
    jars = cache_folder() / "interop-java" / hashlib.sha256(pom.encode()).hexdigest()[:16]
    installed = jars / ".installed"  # Written last, as above.
    if not installed.is_file():
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={jars}"]
        _build([_tool("mvn"), "--batch-mode", "--quiet", *goal], folder)
        installed.touch()
    command = [java, "-cp", str(jars / "*"), str(folder / "Client.java")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8") as process:
        yield lambda delivery: _by_line(process, delivery)
        process.communicate()


def _by_line(process: subprocess.Popen[str], delivery: Delivery) -> Receipt:
    assert process.stdin is not None and process.stdout is not None
    words = [b64encode(value.encode()).decode() for value in astuple(delivery)]
    process.stdin.write(" ".join(words) + "\n")
    process.stdin.flush()
    outcome, *answer = process.stdout.readline().split()
    values = [b64decode(word).decode() for word in answer]
    if outcome != "ok":
        raise ClientError(*values)
    return Receipt(*values)


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise MissingTool(f"{name} is not on PATH")
    return found


def _build(command: list[str], folder: Path, **environment: str) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_BUILD_SECONDS,
        check=False,
    )
    if done.returncode:
        raise ClientError(f"`{' '.join(command)}` in {folder} failed:\n{done.stderr.strip()}")


def _program(command: list[str]) -> Client:
    def deliver(delivery: Delivery) -> Receipt:
        done = subprocess.run(
            command,
            input=json.dumps(asdict(delivery)),
            capture_output=True,
            text=True,
            timeout=_RUN_SECONDS,
            check=False,
        )
        if done.returncode:
            raise ClientError(done.stderr.strip())
        return Receipt(**json.loads(done.stdout))

    return deliver
