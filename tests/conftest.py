"""Brokers for tests, what a test is marked as, and the account of what a run has used."""

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

from tests.support import brokers as broker_sources
from tests.support.brokers import LOCAL_NODE, Brokers, sources
from tests.support.sharing import Server, Source, shared
from tests.support.summary import Summary
from tests.support.unavailable import Unavailable
from toolchain import node_folder
from toolchain.node import Broker, PrivateNode, installed_server

BROKERS = "brokers of this run"
LIVE = {"brokers", "each_own_broker", "engine", "node"}
"""Fixtures that need an engine or a broker: what asks for one of them, at whatever remove, is
marked `live`. All others of that kind ask for one of these."""
PARAMETERS = ("each_broker", "each_own_broker", "end_broker")
"""Fixtures that are there once for each RabbitMQ."""

_SERVER = pytest.StashKey[Server]()


def on_ci() -> bool:
    """On CI, a broker that is missing fails the run: it would pass for having been tested."""
    return os.environ.get("CI", "").lower() in ("1", "true")


# How long an example takes is the machine's matter, and no test's.
settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any-machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    """For CI, which runs `make test` first."""
    parser.addoption(
        "--rest",
        action="store_true",
        help="leave out what `make test` runs: offline tests, and the smoke tests on the newest",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Each of the processes side by side chooses ports of its own: a port is looked for some time
    before a program listens on it."""
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        number, count = int(worker["workerid"].removeprefix("gw")), int(worker["workercount"])
        node_folder.CANDIDATES = node_folder.CANDIDATES[number::count]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks what is live, before `-m` chooses."""
    if LIVE & set(getattr(item, "fixturenames", ())):
        item.add_marker(pytest.mark.live)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what `make test` runs, if that is wanted, and orders the rest."""
    if config.getoption("rest"):
        left_out = [item for item in items if _is_quick(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not _is_quick(item)]
    # What takes long begins first, so that no worker is left alone with it at the end.
    items.sort(key=lambda item: item.get_closest_marker("live") is None)


def _label(item: pytest.Item) -> str | None:
    """The broker that a test is there for, of several."""
    parameters: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    return next((parameters[name] for name in PARAMETERS if name in parameters), None)


def _is_quick(item: pytest.Item) -> bool:
    """Whether `make test` runs it."""
    if item.get_closest_marker("live") is None:
        return item.get_closest_marker("full") is None
    smoke = item.get_closest_marker("smoke") is not None
    return smoke and _label(item) in (None, next(iter(sources())))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Workers take the tests of one file on one broker together, as their stacks are made once."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from tests.support.groups import ByFileAndBroker  # noqa: PLC0415 - where xdist is in use

    return ByFileAndBroker(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Workers use the brokers of the process that starts them."""
    config: pytest.Config = node.config
    if _SERVER not in config.stash:
        factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]  # noqa: SLF001 - as xdist does
        server = config.stash[_SERVER] = Server(factory.mktemp("brokers"))
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        Summary.of(config).add(BROKERS, server.brokers.account)
    node.workerinput["brokers"] = config.stash[_SERVER].place


@pytest.fixture(scope="session")
def brokers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Source]:
    """The brokers of this run; tests ask for `broker` or `each_broker` instead."""
    # A run that is terminated gets what Ctrl-C gives: its brokers are ended.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    worker: dict[str, Any] | None = getattr(request.config, "workerinput", None)
    if worker is not None:
        yield shared(worker["brokers"])
    else:
        found = Brokers(tmp_path_factory.mktemp("brokers"))
        Summary.of(request.config).add(BROKERS, found.account)
        yield found
        found.end()
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def broker(brokers: Source) -> Broker:
    """The newest RabbitMQ that is to be had. There has to be one: a test that is skipped would
    pass for one that was run."""
    try:
        return brokers.newest()
    except Unavailable as reason:
        refusal = str(reason)
    pytest.fail(f"no RabbitMQ to test with: {refusal}", pytrace=False)


@pytest.fixture(scope="session", params=list(sources()))
def each_broker(request: pytest.FixtureRequest, brokers: Source) -> Broker:
    """Every RabbitMQ that is to be had, one after the other."""
    return _found(partial(brokers.get, request.param))


@pytest.fixture(
    scope="session", params=list(dict.fromkeys([*sources()][:: len(sources()) - 1 or 1]))
)
def end_broker(request: pytest.FixtureRequest, brokers: Source) -> Broker:
    """The newest RabbitMQ and the oldest: where what lies between them shows nothing new."""
    return _found(partial(brokers.get, request.param))


@pytest.fixture(scope="session")
def old_broker(brokers: Source) -> Broker:
    """The private node: the oldest RabbitMQ, where the distribution has an old one."""
    return _found(partial(brokers.get, LOCAL_NODE))


@pytest.fixture(scope="module", params=list(sources()))
def each_own_broker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Broker]:
    """As `each_broker`, started for one test file alone."""
    folder = tmp_path_factory.mktemp("broker") / request.param
    with ExitStack() as ending:
        yield _found(lambda: ending.enter_context(broker_sources.own(request.param, folder)))


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


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker sends its part of the summary to the process that prints it, which then ends the
    brokers that all have used."""
    sent: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    if sent is not None:
        sent["summary"] = Summary.of(session.config).own()
    if (server := session.config.stash.get(_SERVER, None)) is not None:
        server.end()


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
        if not lines:
            continue
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.line(line)
