"""Brokers for tests, and the account of which ones a run has used."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.brokers import Brokers, sources
from tests.support.summary import Summary
from tests.support.unavailable import Unavailable
from toolchain import node_folder
from toolchain.node import Broker, PrivateNode, installed_server


def on_ci() -> bool:
    """On CI, a broker that is missing fails the run: it would pass for having been tested."""
    return os.environ.get("CI", "").lower() in ("1", "true")


# How long an example takes is the machine's matter, and no test's.
settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any-machine")


def pytest_configure(config: pytest.Config) -> None:
    """Each of the processes side by side chooses ports of its own: a port is looked for some time
    before somebody listens on it."""
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        number, count = int(worker["workerid"].removeprefix("gw")), int(worker["workercount"])
        node_folder.CANDIDATES = node_folder.CANDIDATES[number::count]


@pytest.fixture(scope="session")
def brokers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Brokers]:
    """The brokers of this run; tests ask for `broker` or `each_broker` instead."""
    found = Brokers(tmp_path_factory.mktemp("brokers"))
    Summary.of(request.config).add(
        "brokers of this run", lambda: (*found.used(), *found.refusals())
    )
    # Whoever terminates the run gets what Ctrl-C gives: the brokers are ended.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield found
    found.end()
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="module", autouse=True)
def no_users_are_left(brokers: Brokers) -> Iterator[None]:
    """No test file meets the users of another."""
    yield
    brokers.remove_users()


@pytest.fixture(scope="session")
def broker(brokers: Brokers) -> Broker:
    """The newest RabbitMQ that is to be had."""
    return _found(brokers.newest)


@pytest.fixture(scope="session", params=list(sources()))
def each_broker(request: pytest.FixtureRequest, brokers: Brokers) -> Broker:
    """Every RabbitMQ that is to be had, one after the other."""
    return _found(partial(brokers.get, request.param))


@pytest.fixture(scope="module", params=list(sources()))
def each_own_broker(
    request: pytest.FixtureRequest, brokers: Brokers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Broker]:
    """As `each_broker`, started for one test file alone."""
    folder = tmp_path_factory.mktemp("broker") / request.param
    with ExitStack() as ending:
        yield _found(lambda: ending.enter_context(brokers.own(request.param, folder)))


@pytest.fixture
def node(tmp_path: Path) -> Iterator[PrivateNode]:
    """One that no other test uses: it may be restarted, killed, and its files broken. Asked for
    before the stacks on it, it outlives them."""
    if installed_server() is None:
        pytest.skip("no rabbitmq-server is installed")
    with PrivateNode(tmp_path / "node") as node:
        yield node


def _found(find: Callable[[], Broker]) -> Broker:
    try:
        return find()
    except Unavailable as reason:
        refusal = str(reason)
    if on_ci():
        pytest.fail(refusal, pytrace=False)
    pytest.skip(refusal)


def pytest_report_header() -> str:
    """What may be used."""
    return f"brokers: any of {', '.join(sources())}; each is started when a test needs it"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker sends its part of the summary to the process that prints it."""
    sent: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    if sent is not None:
        sent["summary"] = Summary.of(session.config).own()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended, or crashed with nothing to say."""
    if sections := getattr(node, "workeroutput", {}).get("summary"):
        Summary.of(node.config).add_worker(sections)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """What was used, and the figures that matter."""
    for title, lines in Summary.of(config).sections().items():
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.line(line)
