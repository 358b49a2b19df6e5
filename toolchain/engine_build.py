"""Builds the Pulumi engine from pinned Go modules, for networks that reach nothing else.

The result is a folder with the CLI, its Python language host and, in a PULUMI_HOME of its
own, the RabbitMQ plugin.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

from .command import run
from .go_build import Build, BuildError, Part, go, pinned

SOURCES = Path(__file__).resolve().parent
PLUGIN_VERSION = importlib.metadata.version("pulumi-rabbitmq")
SDK = "github.com/pulumi/pulumi/sdk/v3"
NAME = "engine"


def parts() -> tuple[Part, ...]:
    """The programs to build, with the versions that their go.mod files pin."""
    common = f"{SDK}/go/common/version.Version"
    cli, language = SOURCES / "cli", SOURCES / "language-python"
    return (
        Part(
            "pulumi",
            cli,
            "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
            common,
            pinned(cli, "github.com/pulumi/pulumi/pkg/v3"),
        ),
        Part(
            "pulumi-language-python",
            language,
            f"{SDK}/python/cmd/pulumi-language-python",
            common,
            pinned(language, SDK),
        ),
        Part(
            "pulumi-resource-rabbitmq",
            SOURCES / "provider-rabbitmq",
            ".",
            "main.version",
            PLUGIN_VERSION,
        ),
    )


def source_key() -> str:
    """Changes whenever anything that the engine is built from changes."""
    return _engine().source_key()


def built(cache: Path) -> Path | None:
    """A finished build of the present sources, with the present Go if there is one."""
    return _engine().built(cache)


def build(cache: Path) -> Path:
    """The folder of the built engine; built now unless it is there already."""
    return _engine().build(cache)


def stale(programs: Path, cache: Path) -> bool:
    """Whether the folder is an engine built here from sources that have changed since."""
    own = own_home(programs, cache) is not None
    return own and not programs.parent.name.startswith(f"{NAME}-{source_key()}-")


def own_home(programs: Path, cache: Path) -> Path | None:
    """The PULUMI_HOME of an engine that was built here; None for any other engine."""
    folder = programs.parent
    ours = folder.parent == cache and folder.name.startswith(f"{NAME}-")
    return folder / "home" if ours else None


def leave_log_out(home: Path) -> None:
    """Has the engine run without its log, in a PULUMI_HOME that belongs to an engine built here.

    Since 3.249 the CLI formats, compresses and encrypts every debug message into a file in
    `$PULUMI_HOME/logs`. No setting turns that off; where the folder cannot be made, the CLI goes on
    without. So a regular file has its place.
    """
    logs = home / "logs"
    if logs.is_file():
        return
    earlier = home / f"logs.{os.getpid()}"
    # A run that makes the folder at this moment keeps it until the next time.
    with suppress(OSError):
        logs.rename(earlier)
    with suppress(OSError):
        logs.touch()
    shutil.rmtree(earlier, ignore_errors=True)


def _engine() -> Build:
    return Build(NAME, "the Pulumi engine", parts(), _complete)


def _complete(draft: Path) -> None:
    _copy_scripts(draft / "bin")
    _install_plugin(draft)


def _copy_scripts(programs: Path) -> None:
    """The language host runs two scripts that the SDK's module carries as files."""
    module = f"{SDK}@{pinned(SOURCES / 'cli', SDK)}"
    answer = json.loads(go(["mod", "download", "-json", module], SOURCES / "cli"))
    python = Path(answer["Dir"]) / "python"
    for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        copy = programs / Path(script).name
        shutil.copyfile(python / script, copy)
        copy.chmod(0o755)


def _install_plugin(draft: Path) -> None:
    """Into a PULUMI_HOME beside the engine: this build never stands in for the official one."""
    plugin = draft / "bin" / "pulumi-resource-rabbitmq"
    command = [str(draft / "bin" / "pulumi"), "plugin", "install", "resource", "rabbitmq"]
    run(
        [*command, PLUGIN_VERSION, "--file", str(plugin)],
        BuildError,
        folder=draft,
        settings={"PULUMI_HOME": str(draft / "home"), "PULUMI_SKIP_UPDATE_CHECK": "true"},
    )
    plugin.unlink()


__all__ = [
    "PLUGIN_VERSION",
    "BuildError",
    "build",
    "built",
    "leave_log_out",
    "own_home",
    "parts",
    "source_key",
    "stale",
]
