"""Builds programs from Go modules that a go.mod and a go.sum pin, once per machine.

The result is a folder in the cache with the programs in its `bin`. It is complete or absent: built
aside, then renamed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .command import run
from .console import Meter, meter, say
from .lock import alone

GO_SETTINGS = {"GOWORK": "off", "GOFLAGS": "", "CGO_ENABLED": "0"}
"""For `go`, over the environment: the same programs on every machine."""


class BuildError(Exception):
    """Nothing can be built here; the message says why."""


@dataclass(frozen=True)
class Part:
    """One program: the folder of the go.mod that pins it, its package, its version flag."""

    program: str
    folder: Path
    package: str
    version_variable: str | None
    """Where the program wants to find its version; None where it knows."""
    version: str


@dataclass(frozen=True)
class Build:
    """Programs that are built together, into a folder that begins with `name`."""

    name: str
    title: str
    parts: tuple[Part, ...]
    finish: Callable[[Path], None] = lambda _: None
    """Adds to the folder what else belongs there."""

    def source_key(self) -> str:
        """Changes whenever anything changes that the programs are built from."""
        digest = hashlib.sha256()
        for part in self.parts:
            digest.update(repr((part.program, part.package, part.version)).encode())
            for path in sorted(part.folder.iterdir()):
                if path.name.endswith("_test.go"):
                    continue
                digest.update(f"\0{path.name}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
        return digest.hexdigest()[:12]

    def built(self, cache: Path) -> Path | None:
        """A finished build of the present sources, with the present Go if there is one."""
        pattern = f"{self.name}-{self.source_key()}-{go_version() or '*'}"
        return next(iter(sorted(cache.glob(pattern))), None)

    def build(self, cache: Path) -> Path:
        """The folder with the programs; built now unless it is there already."""
        compiler = go_version()
        if compiler is None:
            raise BuildError("Go is not installed.")
        target = cache / f"{self.name}-{self.source_key()}-{compiler}"
        with alone(cache / f"{self.name}.lock", self.title):
            if target.is_dir():
                return target
            draft = target.with_name(f"{target.name}.building")
            shutil.rmtree(draft, ignore_errors=True)
            programs = draft / "bin"
            programs.mkdir(parents=True)
            say(f"Building {self.title} from Go modules (once; minutes on a small machine):")
            for part in self.parts:
                _compile(part, programs)
            self.finish(draft)
            draft.rename(target)
        return target


def pinned(folder: Path, dependency: str) -> str:
    """The version of a module that the go.mod in a folder requires, or takes for another one."""
    text = (folder / "go.mod").read_text()
    found = re.search(
        rf"^(?:require|replace .* =>)?\s*{re.escape(dependency)} (v\S+)", text, re.MULTILINE
    )
    if found is None:
        raise BuildError(f"{folder.parent.name}/{folder.name}/go.mod does not pin {dependency}.")
    return found.group(1)


def go_version() -> str | None:
    """Such as go1.26.0-linux-amd64, or None where Go is not installed."""
    if shutil.which("go") is None:
        return None
    answer = go(["env", "GOVERSION", "GOOS", "GOARCH"], Path(__file__).parent)
    return "-".join(answer.split())


def _compile(part: Part, programs: Path) -> None:
    with meter(f"{part.program} {part.version}: modules") as modules:
        packages = go(["list", "-mod=readonly", "-deps", part.package], part.folder, modules)
    flags = "-s -w"
    if part.version_variable:
        flags += f" -X {part.version_variable}={part.version}"
    output = programs / part.program
    with meter(f"{part.program} {part.version}: packages") as compiled:
        compiled.expect(len(packages.split()))
        command = ["build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false"]
        command += ["-ldflags", flags, "-o", str(output), part.package]
        go(command, part.folder, compiled)


def go(arguments: Iterable[str], folder: Path, progress: Meter | None = None) -> str:
    """What `go` prints, run in a folder."""
    with tempfile.TemporaryFile("w+") as output:
        run(
            ["go", *arguments],
            BuildError,
            folder=folder,
            settings=GO_SETTINGS,
            output=output,
            on_line=progress.advance if progress else None,
        )
        output.seek(0)
        return output.read()
