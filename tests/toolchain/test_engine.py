"""Which engine is taken, in which order, and what is said when there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pulumi.automation import _cmd

from tests.toolchain.fake_pulumi import fake_pulumi
from toolchain import engine, engine_build, go_build
from toolchain.engine import EngineError, Refused
from toolchain.engine_build import PLUGIN_VERSION, BuildError
from toolchain.folders import cache_folder


def on_path(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing ever listens on port 9 of the loopback address.
    monkeypatch.setattr(engine, "DOWNLOAD_SITE", "http://127.0.0.1:9")


@pytest.fixture
def download_site(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A site that can be reached, whose install script brings a CLI with the plugin."""

    class Answer(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answer)
    monkeypatch.setattr(engine, "DOWNLOAD_SITE", f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever)
    thread.start()
    package = fake_pulumi(home / "package", plugin="exit 0")

    def download(_url: str, path: str) -> None:
        # Called as: SCRIPT --no-edit-path --install-root ROOT --version VERSION
        Path(path).write_text(f'#!/bin/sh\nmkdir -p "$3" && cp -r {package} "$3/bin"\n')

    monkeypatch.setattr(_cmd, "_download_to_file", download)
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    """An engine that was built before."""
    monkeypatch.setattr(go_build, "go_version", lambda: "go9")
    cache = home / ".cache" / "rabbitmq-topology"
    folder = cache / f"engine-{engine_build.source_key()}-go9"
    fake_pulumi(folder / "bin", "v3.259.0")
    return folder


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("v3.249.9", "3.250.0 or newer"),
        ("v4.0.0", "3.250.0 or newer 3.x"),
        ("v2.25.2", "3.250.0 or newer"),
        ("v3.272.0-dev.0+dirty!", "no release version"),
        ("nonsense", "no release version"),
        ("exit 3", "not able to run"),
    ],
)
def test_a_cli_of_another_version_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, version: str, reason: str
) -> None:
    on_path(monkeypatch, fake_pulumi(home / "bin", version, plugin="exit 0"))
    with pytest.raises(Refused, match=reason):
        engine.from_path()


def test_a_cli_without_language_host_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fake_pulumi(home / "bin", language_host=False, plugin="exit 0")
    on_path(monkeypatch, folder)
    with pytest.raises(Refused, match="pulumi-language-python"):
        engine.from_path()


def test_a_cli_that_cannot_get_the_plugin_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path(monkeypatch, fake_pulumi(home / "bin", plugin="exit 1"))
    with pytest.raises(Refused, match=f"RabbitMQ plugin {PLUGIN_VERSION}"):
        engine.from_path()


def test_a_plugin_that_is_installed_is_not_downloaded(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path(monkeypatch, fake_pulumi(home / "bin", plugin="exit 1"))
    (home / ".pulumi" / "plugins" / f"resource-rabbitmq-v{PLUGIN_VERSION}").mkdir(parents=True)
    found = engine.from_path()
    assert (found.version, found.home) == ("3.272.0", None)


@pytest.mark.usefixtures("built", "download_site")
def test_the_cli_on_path_comes_first(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = fake_pulumi(home / "bin", "v3.251.0", plugin="exit 0")
    on_path(monkeypatch, folder)
    found = engine.find()
    assert found.programs == str(folder)
    assert f"Engine: pulumi on PATH, Pulumi 3.251.0 in {folder}" in capsys.readouterr().err


@pytest.mark.usefixtures("download_site", "built")
def test_the_download_comes_second(capsys: pytest.CaptureFixture[str]) -> None:
    found = engine.find()
    assert found.origin == "official download"
    assert Path(found.programs).is_relative_to(cache_folder())
    assert "pulumi on PATH: not found" in capsys.readouterr().err


@pytest.mark.usefixtures("download_site")
def test_a_download_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    first = engine.from_download()
    monkeypatch.setattr(engine, "DOWNLOAD_SITE", "http://127.0.0.1:9")
    assert engine.from_download() == first


@pytest.mark.usefixtures("download_site")
def test_a_broken_download_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def half(_url: str, path: str) -> None:
        Path(path).write_text('#!/bin/sh\nmkdir -p "$3/bin" && exit 1\n')

    monkeypatch.setattr(_cmd, "_download_to_file", half)
    with pytest.raises(Refused, match="did not give the CLI"):
        engine.from_download()
    assert not list(cache_folder().glob("pulumi-*"))


@pytest.mark.usefixtures("no_network")
def test_the_build_comes_last(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = engine.find()
    assert found.programs == str(built / "bin")
    assert found.home == str(built / "home")
    said = capsys.readouterr().err
    assert said.index("pulumi on PATH: not found") < said.index("official download: http")
    assert "built from Go modules, Pulumi 3.259.0" in said


@pytest.mark.usefixtures("no_network", "home")
def test_one_message_names_all_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(EngineError) as failure:
        engine.find()
    text = str(failure.value)
    for part in ("pulumi on PATH: not found", "official download:", "Go is not installed"):
        assert part in text
    for advice in ("Install the Pulumi CLI 3.250.0", "allow access to", "install Go"):
        assert advice in text


@pytest.mark.usefixtures("home", "no_network")
def test_a_build_that_fails_is_one_of_the_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_cache: Path) -> Path:
        raise BuildError("`go build -v` failed: no space left on device")

    monkeypatch.setattr(engine_build, "build", failing)
    with pytest.raises(EngineError, match=r"build from Go modules: .*no space left on device"):
        engine.find()


@pytest.mark.usefixtures("no_network")
def test_the_choice_is_kept_until_it_is_gone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fake_pulumi(home / "bin", plugin="exit 0")
    on_path(monkeypatch, folder)
    found = engine.find()
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert engine.current() == found
    shutil.rmtree(folder)
    assert engine.recorded() is None


@pytest.mark.usefixtures("no_network")
def test_a_build_of_changed_sources_is_not_used_again(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.find()
    assert engine.recorded() is not None
    monkeypatch.setattr(engine_build, "source_key", lambda: "changed")
    assert engine.recorded() is None
    on_path(monkeypatch, built / "bin")
    with pytest.raises(Refused, match="changed since"):
        engine.from_path()


@pytest.mark.usefixtures("built")
def test_a_login_stays_visible_beside_a_home_of_our_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = engine.from_build()
    assert "PULUMI_CREDENTIALS_PATH" not in found.environment()
    logins = home / ".pulumi"
    logins.mkdir()
    (logins / "credentials.json").write_text('{"current": "https://api.pulumi.com"}')
    assert found.environment()["PULUMI_CREDENTIALS_PATH"] == str(logins)
    monkeypatch.setenv("PULUMI_CREDENTIALS_PATH", "/elsewhere")
    assert "PULUMI_CREDENTIALS_PATH" not in found.environment()


@pytest.mark.usefixtures("no_network")
def test_a_built_engine_keeps_no_log(built: Path) -> None:
    log = built / "home" / "logs"
    log.mkdir(parents=True)
    (log / "pulumi-20261127T000000-1-up.log").touch()
    assert engine.current().home == str(built / "home")
    assert log.is_file(), "the CLI cannot make a folder of this name, and goes on without its log"
    engine.current()
    assert log.is_file()


@pytest.mark.usefixtures("no_network")
def test_a_home_of_the_users_own_keeps_its_log(
    built: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "pulumi" / "logs").mkdir(parents=True)
    (home / "pulumi" / "plugins" / f"resource-rabbitmq-v{PLUGIN_VERSION}").mkdir(parents=True)
    monkeypatch.setenv("PULUMI_HOME", str(home / "pulumi"))
    on_path(monkeypatch, built / "bin")
    assert engine.current().home == str(home / "pulumi")
    assert (home / "pulumi" / "logs").is_dir()
