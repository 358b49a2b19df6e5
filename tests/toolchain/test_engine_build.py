"""The build as such: what its key covers, and that it is whole or absent. Go is a stand-in."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from toolchain import engine_build
from toolchain.engine_build import BuildError

GO = """#!/bin/sh
case "$1" in
    env) echo go1.99 linux amd64 ;;
    list) echo "go: downloading one" >&2; echo a; echo b ;;
    mod) echo '{{"Dir": "{module}"}}' ;;
    build)
        echo "$PWD $*" >> {log}
        {build}
        for word in "$@"; do [ "$last" = -o ] && output=$word; last=$word; done
        printf '#!/bin/sh\\necho "$PULUMI_HOME" > {log}.home\\n' > "$output"; chmod +x "$output" ;;
esac
"""


@pytest.fixture
def cache(home: Path) -> Path:
    return home / "cache"


@pytest.fixture
def log(home: Path) -> Path:
    return home / "go.log"


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "sources"
    shutil.copytree(engine_build.SOURCES, copy, ignore=shutil.ignore_patterns("*.py", "*.pyc"))
    monkeypatch.setattr(engine_build, "SOURCES", copy)
    return copy


def go(home: Path, log: Path, monkeypatch: pytest.MonkeyPatch, build: str = "true") -> None:
    """A `go` on PATH that writes down its builds, runs `build`, and makes a script."""
    module = home / "module" / "python"
    for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        (module / script).parent.mkdir(parents=True, exist_ok=True)
        (module / script).write_text(script)
    folder = home / "go"
    folder.mkdir(exist_ok=True)
    (folder / "go").write_text(GO.format(module=module.parent, log=log, build=build))
    (folder / "go").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize(
    "name",
    [
        "cli/go.mod",
        "cli/go.sum",
        "language-python/go.sum",
        "provider-rabbitmq/main.go",
        "provider-rabbitmq/vhost.go",
        "provider-rabbitmq/schema.json",
    ],
)
def test_the_key_changes_with_the_sources(sources: Path, name: str) -> None:
    before = engine_build.source_key()
    assert engine_build.source_key() == before
    content = (sources / name).read_bytes()
    (sources / name).write_bytes(content[:-1] + b" ")
    assert engine_build.source_key() != before


def test_the_key_stays_when_a_test_changes(sources: Path) -> None:
    before = engine_build.source_key()
    (sources / "provider-rabbitmq" / "answers_test.go").write_text("package main\n")
    assert engine_build.source_key() == before


@pytest.mark.usefixtures("sources")
def test_the_key_changes_with_the_plugin_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = engine_build.source_key()
    monkeypatch.setattr(engine_build, "PLUGIN_VERSION", "9.9.9")
    assert engine_build.source_key() != before


def test_the_versions_are_those_of_the_modules() -> None:
    for part in engine_build.parts()[:2]:
        assert f" {part.version}\n" in (part.folder / "go.mod").read_text()


def test_a_build_is_complete(
    home: Path, cache: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(home, log, monkeypatch)
    folder = engine_build.build(cache)
    assert folder.name == f"engine-{engine_build.source_key()}-go1.99-linux-amd64"
    assert {path.name for path in (folder / "bin").iterdir()} == {
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
    }
    # The plugin went into a home beside the engine, and nothing into the user's own.
    assert (home / "go.log.home").read_text().strip().endswith(".building/home")
    assert not (home / ".pulumi").exists()
    assert log.read_text().count("-mod=readonly") == 3


def test_a_build_happens_once(
    home: Path, cache: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(home, log, monkeypatch)
    assert engine_build.built(cache) is None
    first = engine_build.build(cache)
    assert engine_build.build(cache) == first == engine_build.built(cache)
    assert len(log.read_text().splitlines()) == 3


def test_a_build_serves_where_go_is_gone(
    home: Path, cache: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(home, log, monkeypatch)
    folder = engine_build.build(cache)
    shutil.rmtree(home / "go")
    assert engine_build.built(cache) == folder
    with pytest.raises(BuildError, match="Go is not installed"):
        engine_build.build(cache / "another")


def test_a_failed_build_leaves_no_engine_and_the_next_one_works(
    home: Path, cache: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(home, log, monkeypatch, 'echo "verifying module: checksum mismatch" >&2; exit 1')
    with pytest.raises(BuildError, match=r"`go build -v` failed: .*checksum mismatch"):
        engine_build.build(cache)
    assert engine_build.built(cache) is None
    go(home, log, monkeypatch)
    assert engine_build.build(cache) == engine_build.built(cache)


def test_a_second_run_waits_for_the_first(
    home: Path, cache: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(home, log, monkeypatch, "sleep 1")
    script = f"""
from pathlib import Path
from toolchain import engine_build
print(engine_build.build(Path({str(cache)!r})))
"""
    command = [sys.executable, "-c", script]

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=engine_build.SOURCES.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    with start() as first:
        while not log.exists():
            time.sleep(0.05)
        with start() as second:
            built = {process.communicate(timeout=240)[0] for process in (first, second)}
            assert (first.returncode, second.returncode) == (0, 0)
    assert len(built) == 1
    assert len(log.read_text().splitlines()) == 3
