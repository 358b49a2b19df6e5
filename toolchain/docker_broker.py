"""The dev broker as a Docker container of this clone's own."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time

from .console import say
from .dev_stack import DevStack
from .folders import PROJECT
from .node import Broker
from .plugins import PLUGINS
from .probe import ForeignServiceError, probe

DEFAULT_IMAGE = "rabbitmq:4-management"
START_SECONDS = 120.0
PULL_SECONDS = 900.0


class DockerError(Exception):
    """Docker cannot run the broker; the message says why."""


def image() -> str:
    """The image to run, which the environment may choose."""
    return os.environ.get("RABBITMQ_IMAGE") or DEFAULT_IMAGE


def container_name() -> str:
    """One container per clone, so that two clones never share or end each other's."""
    clone = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:8]
    return f"rabbitmq-topology-dev-{clone}"


def reachable() -> str | None:
    """Why no Docker engine can be used, or None when one can."""
    if shutil.which("docker") is None:
        return "docker is not installed"
    try:
        _docker("version", "--format", "{{.Server.Version}}", timeout=20)
    except DockerError as error:
        return f"no Docker engine can be reached ({error})"
    return None


def start(stack: DevStack) -> Broker:
    """Run the container, or wake the one that was stopped, until clients can connect."""
    name = container_name()
    kept = _exists(name) and _settings(name) == _wanted(stack)
    if kept:
        _docker("start", name)
    else:
        remove()
        need_image(image())
        _run(name, stack)
    try:
        broker = _wait(name, stack)
        # The image brings the management plugin alone.
        _docker("exec", name, "rabbitmq-plugins", "enable", "--quiet", *PLUGINS, timeout=120)
    except DockerError:
        if kept:
            stop()
        else:
            remove()
        raise
    return broker


def stop() -> None:
    """Stop the container and keep its data."""
    if _exists(container_name()):
        _docker("stop", container_name())


def remove() -> None:
    """Remove the container and its data."""
    if _exists(container_name()):
        _docker("rm", "--force", "--volumes", container_name())


def running() -> bool:
    """Whether the container runs."""
    answer = _docker("ps", "--quiet", "--filter", f"name=^{container_name()}$")
    return bool(answer.strip())


def _wanted(stack: DevStack) -> str:
    """What a container is made for, in a label: with other settings it is made anew."""
    facts = (stack.management[1], stack.amqp[1], stack.username, stack.password, image())
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _settings(name: str) -> str:
    template = '{{index .Config.Labels "rabbitmq-topology.settings"}}'
    return _docker("inspect", "--format", template, name).strip()


def _exists(name: str) -> bool:
    answer = _docker("ps", "--all", "--quiet", "--filter", f"name=^{name}$")
    return bool(answer.strip())


def need_image(name: str) -> None:
    """Have an image in the Docker engine, pulled if need be. Raises `DockerError`."""
    try:
        _docker("image", "inspect", name)
    except DockerError:
        say(f"  Pulling {name}")
        _docker("pull", "--quiet", name, timeout=PULL_SECONDS)


def _run(name: str, stack: DevStack) -> None:
    try:
        _docker(
            "run",
            "--detach",
            f"--name={name}",
            # The node's name, and with it its data folder, comes from the host's name.
            "--hostname=rabbitmq-topology",
            f"--label=rabbitmq-topology.settings={_wanted(stack)}",
            f"--publish=127.0.0.1:{stack.management[1]}:15672",
            f"--publish=127.0.0.1:{stack.amqp[1]}:5672",
            "--env=RABBITMQ_DEFAULT_USER",
            "--env=RABBITMQ_DEFAULT_PASS",
            image(),
            environment={
                "RABBITMQ_DEFAULT_USER": stack.username,
                "RABBITMQ_DEFAULT_PASS": stack.password,
            },
        )
    except DockerError:
        # Docker leaves the container behind when, say, its port turns out to be taken.
        remove()
        raise


def _wait(name: str, stack: DevStack) -> Broker:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if not running():
            raise DockerError(f"the container ended: {_docker('logs', '--tail=5', name)}")
        try:
            if broker := probe(stack, f"Docker container {name} ({image()})"):
                return broker
        except ForeignServiceError:
            # Docker's proxy accepts connections before the broker inside does.
            pass
        time.sleep(0.5)
    raise DockerError(f"the container {name} did not answer in {START_SECONDS:.0f} s")


def _docker(*arguments: str, timeout: float = 60, environment: dict[str, str] | None = None) -> str:
    try:
        return subprocess.run(
            ["docker", *arguments],  # noqa: S607 - the user's docker, wherever PATH has it
            env=os.environ | (environment or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=True,
        ).stdout
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or [f"exit code {error.returncode}"]
        raise DockerError(lines[-1]) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DockerError(f"`docker {arguments[0]}` failed: {error}") from error
