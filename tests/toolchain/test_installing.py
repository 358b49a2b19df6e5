"""Installing RabbitMQ and making images: around the package tools, and without them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from toolchain import debian, dev_broker, docker_broker, image
from toolchain.debian import InstallError
from toolchain.dev_broker import BrokerError
from toolchain.dev_stack import DevStack
from toolchain.image import SUITES, Image, ImageError
from toolchain.node_folder import free_ports

APT = """#!/bin/sh
cat {policy} >> {log}
echo "$*" >> {log}
{end}
"""


@pytest.fixture
def policy(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Debian would look whether services may start; the user is root, without systemd."""
    file = home / "policy-rc.d"
    monkeypatch.setattr(debian, "POLICY", file)
    monkeypatch.setattr(debian, "SYSTEMD", home / "no-systemd")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return file


def apt(home: Path, policy: Path, monkeypatch: pytest.MonkeyPatch, end: str = "") -> Path:
    """An `apt-get` that writes down the policy that it finds and what it is asked for."""
    log = home / "apt.log"
    (home / "bin").mkdir()
    script = home / "bin" / "apt-get"
    script.write_text(APT.format(policy=policy, log=log, end=end))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin:/bin")
    return log


def test_the_package_is_installed_with_its_service_off(
    home: Path, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = apt(home, policy, monkeypatch)
    debian.install_rabbitmq()
    said = log.read_text()
    assert said.count("exit 101") == 2
    assert "install --yes --no-install-recommends rabbitmq-server" in said
    assert not policy.exists()


def test_a_policy_that_was_there_stays(
    home: Path, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy.write_text("theirs")
    log = apt(home, policy, monkeypatch)
    debian.install_rabbitmq()
    assert "theirs" in log.read_text()
    assert policy.read_text() == "theirs"


def test_a_failed_installation_is_explained_and_leaves_no_policy(
    home: Path, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt(home, policy, monkeypatch, 'echo "E: Unable to locate package" >&2; exit 100')
    with pytest.raises(InstallError, match=r"`apt-get update` failed: E: Unable to locate"):
        debian.install_rabbitmq()
    assert not policy.exists()


def test_only_root_installs(home: Path, policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = apt(home, policy, monkeypatch)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(InstallError, match="needs root"):
        debian.install_rabbitmq()
    assert not log.exists()


@pytest.mark.usefixtures("policy")
def test_without_apt_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InstallError, match="no apt-get"):
        debian.install_rabbitmq()


@pytest.mark.usefixtures("policy")
def test_without_any_broker_one_message_says_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(dev_broker, "installed_server", lambda: None)
    management, amqp = free_ports(2)
    stack = DevStack(f"http://localhost:{management}", f"amqp://localhost:{amqp}", "a", "b")
    monkeypatch.setattr(DevStack, "read", lambda: stack)
    with pytest.raises(BrokerError) as failure:
        dev_broker.up()
    for part in (
        "Docker: docker is not installed",
        "private node: this system has no apt-get",
        "docs.docker.com/engine/install",
        "apt-get install rabbitmq-server",
    ):
        assert part in str(failure.value)


@pytest.mark.usefixtures("home")
def test_a_broker_elsewhere_is_not_started_here(monkeypatch: pytest.MonkeyPatch) -> None:
    management, amqp = free_ports(2)
    stack = DevStack(f"https://localhost:{management}", f"amqps://localhost:{amqp}", "a", "b")
    monkeypatch.setattr(DevStack, "read", lambda: stack)
    with pytest.raises(BrokerError, match="only at http://localhost:PORT"):
        dev_broker.up()


@pytest.mark.usefixtures("home")
def test_a_docker_engine_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    reason = docker_broker.reachable()
    assert reason is not None
    assert reason.startswith(("docker is not installed", "no Docker engine can be reached"))


def test_an_unknown_series_has_no_image() -> None:
    with pytest.raises(ImageError, match=r"'9\.9' can be made; there are 4\.3, 4\.0"):
        image.provide("9.9")


@pytest.mark.parametrize("fact", ["PLUGINS", "CONFIGURATION", "CHANGES", "DEAD_WEIGHT"])
def test_an_image_of_another_recipe_is_another_one(
    monkeypatch: pytest.MonkeyPatch, fact: str
) -> None:
    recipes = {series: Image(series).recipe for series in SUITES}
    assert len(set(recipes.values())) == len(SUITES)
    monkeypatch.setattr(image, fact, ("changed",))
    assert all(Image(series).recipe != recipe for series, recipe in recipes.items())


@pytest.mark.usefixtures("home")
def test_an_image_without_debootstrap_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "_present", lambda _image: False)
    monkeypatch.setattr(image, "KEYRING", Path("/nowhere"))
    with pytest.raises(ImageError, match="apt-get install debootstrap debian-archive-keyring"):
        image.provide("4.3")
