"""Installs Debian's rabbitmq-server without ever starting the system's own node."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import say

POLICY = Path("/usr/sbin/policy-rc.d")
SYSTEMD = Path("/run/systemd/system")


class InstallError(Exception):
    """The package cannot be installed here; the message says why."""


def install_rabbitmq() -> None:
    """Install the distribution's package, with its service neither started nor enabled."""
    if shutil.which("apt-get") is None:
        raise InstallError("this system has no apt-get")
    if os.geteuid() != 0:
        raise InstallError("installing a package needs root")
    say("  Installing Debian's rabbitmq-server (its system service stays off)")
    with _no_services():
        _run("apt-get", "update", "--quiet")
        _run("apt-get", "install", "--yes", "--no-install-recommends", "rabbitmq-server")
    if SYSTEMD.is_dir():
        _run("systemctl", "disable", "rabbitmq-server")


@contextmanager
def _no_services() -> Iterator[None]:
    """Debian's own switch: 101 forbids maintainer scripts to start what they install."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def _run(*command: str) -> None:
    try:
        subprocess.run(
            command,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or [f"exit code {error.returncode}"]
        raise InstallError(f"`{' '.join(command[:2])}` failed: {lines[-1]}") from error
