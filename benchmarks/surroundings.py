"""On what a bench ran: a figure without its machine, versions and settings says nothing."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks.contenders import opentofu
from toolchain.engine import Engine
from toolchain.engine_build import PLUGIN_VERSION
from toolchain.node import Broker

_GIBIBYTE = 2**30


def surroundings(engine: Engine, broker: Broker, *, tofu: bool, rounds: int) -> dict[str, str]:
    """By what each is called."""
    memory = psutil.virtual_memory().total / _GIBIBYTE
    load, _, _ = os.getloadavg()
    found = {
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {_system()}",
        "load before": f"{load:.1f} processes",
        "broker": f"RabbitMQ {broker.version}, {broker.origin}, on the same machine",
        "engine": f"Pulumi {engine.version}, {engine.origin}",
        "SDK": f"pulumi {importlib.metadata.version('pulumi')} on Python {_python()}",
        "plugin": f"pulumi-rabbitmq {PLUGIN_VERSION}",
        "rounds": f"{rounds}; in each, another contender begins",
    }
    if tofu:
        found["OpenTofu"] = f"{opentofu.version()}, provider {opentofu.provider_version()}"
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"


def _python() -> str:
    return platform.python_version()
