"""Finds the real Pulumi engine: on PATH, by the official download, or built from Go modules.

Each way is tried in this order and says why it did not serve, so that a person who has none
of the three reads in one message what would help.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import httpx
from semver import VersionInfo

from . import engine_build
from .console import say
from .engine_build import PLUGIN_VERSION, BuildError
from .folders import cache_folder, project_folder

MINIMUM = VersionInfo.parse("3.250.0")
DOWNLOAD_SITE = "https://get.pulumi.com"
PROBE_SECONDS = 5.0
PLUGIN_SECONDS = 180.0


class EngineError(Exception):
    """No engine could be had; the message names every way and what stood against it."""


class Refused(Exception):
    """One way to an engine is closed; the message says why."""


@dataclass(frozen=True)
class Engine:
    """A Pulumi CLI with its Python language host and the RabbitMQ plugin within its reach."""

    programs: str
    version: str
    origin: str
    home: str | None = None

    def environment(self) -> dict[str, str]:
        """What a shell needs for a plain `pulumi` to be this engine; PATH is the caller's."""
        if self.home is None:
            return {}
        settings = {"PULUMI_HOME": self.home}
        # A PULUMI_HOME of our own must not hide an existing `pulumi login`.
        logins = pulumi_home()
        given = "PULUMI_CREDENTIALS_PATH" in os.environ
        if not given and str(logins) != self.home and (logins / "credentials.json").is_file():
            settings["PULUMI_CREDENTIALS_PATH"] = str(logins)
        return settings


def pulumi_home() -> Path:
    """Where the user's own Pulumi keeps its plugins and its logins."""
    return Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi").absolute()


def find() -> Engine:
    """The first way that works, said aloud and recorded for the commands that follow."""
    ways: tuple[tuple[str, Callable[[], Engine]], ...] = (
        ("pulumi on PATH", from_path),
        ("official download", from_download),
        ("build from Go modules", from_build),
    )
    closed: list[str] = []
    for name, way in ways:
        try:
            engine = way()
        except (Refused, BuildError) as reason:
            closed.append(f"  {name}: {reason}")
            say(closed[-1])
            continue
        say(f"Engine: {engine.origin}, Pulumi {engine.version} in {engine.programs}")
        record(engine)
        return engine
    raise EngineError(
        "No Pulumi engine could be had:\n" + "\n".join(closed) + "\n"
        f"Install the Pulumi CLI {MINIMUM} or newer (https://www.pulumi.com/docs/install/), or "
        f"allow access to {DOWNLOAD_SITE}, or install Go (https://go.dev/dl/), and run it again."
    )


def recorded() -> Engine | None:
    """The engine found before, as long as it is still there."""
    try:
        engine = Engine(**json.loads(_record_file().read_text()))
    except (OSError, ValueError, TypeError):
        return None
    there = shutil.which("pulumi", path=engine.programs) is not None
    return engine if there and not _stale(engine.programs) else None


def current() -> Engine:
    """The engine found before; a search only where there is none."""
    engine = recorded() or find()
    own = engine_build.own_home(Path(engine.programs), cache_folder())
    # A home of the user's own is left as it is.
    if own is not None and engine.home == str(own):
        engine_build.leave_log_out(own)
    return engine


def record(engine: Engine) -> None:
    """Remember the choice, so that only `make up` ever searches."""
    _record_file().parent.mkdir(parents=True, exist_ok=True)
    _record_file().write_text(json.dumps(asdict(engine), indent=2) + "\n")


def _record_file() -> Path:
    return project_folder() / "engine.json"


def from_path() -> Engine:
    """A `pulumi` that the user has already, when it can run this program."""
    found = shutil.which("pulumi")
    if found is None:
        raise Refused("not found")
    if _stale(Path(found).parent):
        raise Refused(f"{found} was built from modules that have changed since")
    engine = _accept(Path(found).parent, "pulumi on PATH", f"{found} is ")
    if shutil.which("pulumi-language-python") is None:
        raise Refused(f"{found} has no pulumi-language-python beside it")
    _need_plugin(engine)
    return replace(engine, home=str(pulumi_home()) if "PULUMI_HOME" in os.environ else None)


def from_download() -> Engine:
    """The official CLI of the pinned version, kept in the user's cache folder."""
    version = _installed("pulumi")
    target = cache_folder() / f"pulumi-{version}"
    if not (target / "bin" / "pulumi").is_file():
        _download(version, target)
    engine = _accept(target / "bin", "official download", "the downloaded CLI is ")
    _need_plugin(engine)
    return engine


def from_build() -> Engine:
    """An engine built from the Go modules that `toolchain/` pins, once per machine."""
    folder = engine_build.built(cache_folder()) or engine_build.build(cache_folder())
    engine = _accept(folder / "bin", "built from Go modules", "the built CLI is ")
    return replace(engine, home=str(folder / "home"))


def _installed(package: str) -> VersionInfo:
    """The version of an installed Python package."""
    return VersionInfo.parse(importlib.metadata.version(package))


def _stale(programs: str | Path) -> bool:
    return engine_build.stale(Path(programs), cache_folder())


def _accept(programs: Path, origin: str, subject: str) -> Engine:
    """The CLI in the folder, when its version will do."""
    environment = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(
            [str(programs / "pulumi"), "version"],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout.strip()
        version = VersionInfo.parse(answer.removeprefix("v"))
    except (OSError, subprocess.SubprocessError) as error:
        raise Refused(f"{subject}not able to run: {error}") from error
    except ValueError as error:
        raise Refused(f"{subject}of no release version ({answer!r})") from error
    if version.major != MINIMUM.major or version < MINIMUM:
        raise Refused(f"{subject}version {version}; this program needs {MINIMUM} or newer 3.x")
    return Engine(programs=str(programs), version=str(version), origin=origin)


def _need_plugin(engine: Engine) -> None:
    """The official RabbitMQ plugin is there, or is downloaded now as `pulumi up` would do."""
    if (pulumi_home() / "plugins" / f"resource-rabbitmq-v{PLUGIN_VERSION}").is_dir():
        return
    command = ["plugin", "install", "resource", "rabbitmq", PLUGIN_VERSION]
    try:
        subprocess.run(
            [str(Path(engine.programs) / "pulumi"), *command],
            env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PLUGIN_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Refused(
            f"Pulumi {engine.version} is there, but the RabbitMQ plugin {PLUGIN_VERSION} is not "
            f"installed and `pulumi {' '.join(command)}` cannot download it"
        ) from error


def _download(version: VersionInfo, target: Path) -> None:
    try:
        httpx.head(DOWNLOAD_SITE, timeout=PROBE_SECONDS)
    except httpx.HTTPError as error:
        raise Refused(f"{DOWNLOAD_SITE} cannot be reached ({error})") from error
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    say(f"Downloading the Pulumi CLI {version} from {DOWNLOAD_SITE}")
    # Imported here, since it takes longer than all else that most commands do.
    from pulumi.automation import PulumiCommand  # noqa: PLC0415

    try:
        PulumiCommand.install(root=str(draft), version=version)
        if not target.exists():
            draft.rename(target)
    except (OSError, subprocess.SubprocessError, RuntimeError) as error:
        raise Refused(f"{DOWNLOAD_SITE} did not give the CLI ({error})") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
