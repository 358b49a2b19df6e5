"""Secrets are given to Pulumi as secrets, and then everything is searched for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.migrate.scene import opened
from tests.migrate.traffic import url_of
from tests.safety.crash.proxy import Proxy
from tests.safety.landscape import Config
from tests.safety.leaks import Leaks
from tests.safety.stronghold import DESTROY, UP
from tests.support.api import Api
from tests.support.stack import NAMESPACE, Stack

PASSWORD = 'deployer p@ss/w:rd+ "100%" \\ zürich'
USER = 'declared p@ss/w:rd+ "100%" \\ zürich'
SEED = 'seed of passwords/+ "100%" \\ zürich, long enough'
WRONG = 'mistyped p@ss/w:rd+ "100%" \\ zürich'
UPSTREAM = "upstream%40secret%2F1"
SOURCE = "source%40secret%2F2"
DESTINATION = "destination%40secret%2F3"


def _config(stack: Stack) -> Config:
    shovel = {"source_queue": "work", "destination_queue": "elsewhere"}
    return {
        "vhost": stack.vhost,
        "exchanges": {"events": {}},
        "queues": {"work": {}},
        "users": {f"{stack.token}-declared": {"tags": ["monitoring"]}},
        "services": {f"{stack.token}-worker": {"publishes": ["events"], "consumes": ["work"]}},
        "federation_upstreams": {"upstream": {"max_hops": 1}},
        "shovels": {"shovel": {"reconnect_delay": 60, **shovel}},
    }


@pytest.fixture
def secretive(stack: Stack) -> Stack:
    """A stack whose secrets are all set as a person is told to."""
    deployer = f"{stack.token}-deployer"
    with Api(stack.broker) as api:
        api.put("users", deployer, body={"password": PASSWORD, "tags": "administrator"})
        api.put("vhosts", stack.vhost)
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        api.put("permissions", stack.vhost, deployer, body=rights)
    stack.configure(_config(stack), username=deployer, password=None)
    stack.set_secret("rabbitmq:password", PASSWORD)
    stack.set_secret(f"{NAMESPACE}:passwordSeed", SEED)
    uri = "amqp://someone:{}@localhost:1"
    for path, value in {
        f"users.{stack.token}-declared.password": USER,
        "federation_upstreams.upstream.uri": uri.format(UPSTREAM),
        "shovels.shovel.source_uri": uri.format(SOURCE),
        "shovels.shovel.destination_uri": uri.format(DESTINATION),
    }.items():
        stack.set_secret(f"{NAMESPACE}:topology.{path}", value, path=True)
    return stack


def _generated(stack: Stack) -> str:
    """The password that was made for the service."""
    text = stack.run("stack", "output", "--show-secrets", "--json").text
    url: str = json.loads(text)["services"][f"{stack.token}-worker"]["url"]
    return url.split("://", 1)[1].split("@", 1)[0].split(":", 1)[1]


def test_no_secret_is_told_or_kept_in_the_clear(
    secretive: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, said = secretive, {}

    def run(*arguments: str, name: str = "", code: int | None = 0) -> None:
        answer = stack.run(*arguments)
        said[name or " ".join(arguments)] = answer.text
        assert code is None or (answer.code == 0) == (code == 0), answer.text

    def verb(*arguments: str) -> None:
        answer = stack.command(*arguments)
        said[" ".join(arguments)] = answer.text
        # 3: whoever made the vhost has undeclared rights in it.
        assert answer.code in (0, 3), answer.text

    run("preview", "--diff")
    run(*UP, "--debug")
    generated = _generated(stack)
    run("preview", "--json", name="plan")
    (stack.folder / "plan.json").write_text(said["plan"])
    run("preview", "--diff", "--refresh")
    run("refresh", "--yes", "--skip-preview", "--diff")
    run("stack", "export")
    run("stack", "output", "--json")
    run("stack")
    _verbs(stack, verb, monkeypatch)
    _changed(stack, "users", f"{stack.token}-declared", tags=["management"])
    _changed(stack, "shovels", "shovel", reconnect_delay=61)
    run("preview", "--diff", name="preview of a change")
    run(*UP, "--diff", name="up with a change")
    _changed(stack, "users", f"{stack.token}-declared", tags=["management"], tag="wrong")
    run(*UP, name="up with a mistake", code=1)
    _changed(stack, "users", f"{stack.token}-declared", tags=["management"])
    with Proxy(stack.broker.management) as management:
        management.cut()
        _endpoint(stack, management.url)
        run(*UP, name="up without a broker", code=1)
    _endpoint(stack, stack.broker.management)
    stack.set_secret("rabbitmq:password", WRONG)
    run(*UP, name="up with a wrong password", code=1)
    for name in ("drift", "verify"):
        answer = stack.command(name, "--stack", stack.name, "--json")
        said[f"{name} with a wrong password"] = answer.text
        assert answer.code == 1, answer.text
    stack.set_secret("rabbitmq:password", PASSWORD)
    run("stack", "export", "--file", "exported.json")
    run(*DESTROY, "--diff", code=None)

    leaks = _leaks(generated)
    assert [leak for name, text in said.items() for leak in leaks.within(name, text)] == []
    assert leaks.below(stack.folder) == []
    assert leaks.within("a text", f"amqp://x:{generated}@y")


@pytest.mark.soak
def test_a_migration_tells_no_secret(secretive: Stack) -> None:
    """One that gives up, for a message is not acknowledged, and one that comes to its end."""
    stack = secretive
    assert stack.run(*UP).code == 0
    leaks, said = _leaks(_generated(stack)), []
    _changed(stack, "queues", "work", type="quorum", migrate="true")
    command = ("migrate", "--stack", stack.name, "--yes")
    with Api(stack.broker) as api, opened(url_of(stack.broker, stack.vhost)) as channel:
        for _ in range(5):
            assert api.publish(stack.vhost, "", "work")
        assert channel.basic_get("work")[0]
        said.append(stack.command(*command, "--patience", "5"))
        assert said[-1].code == 1, said[-1].text
        said.append(stack.command(*command, "--undo"))
        assert said[-1].code == 0, said[-1].text
    said += [stack.command(*command, "--measure", "--json"), stack.run(*UP, "--diff")]
    assert [answer.code for answer in said[-2:]] == [0, 0], said[-2].text + said[-1].text
    with Api(stack.broker) as api:
        assert api.queues(stack.vhost)["work"]["type"] == "quorum"
        assert api.take(stack.vhost, "work") == 5
    assert [leak for answer in said for leak in leaks.within("said", answer.text)] == []
    assert leaks.below(stack.folder) == []


def _leaks(generated: str) -> Leaks:
    return Leaks(
        {
            "provider password": PASSWORD,
            "user password": USER,
            "generated password": generated,
            "seed": SEED,
            "wrong password": WRONG,
            "upstream": UPSTREAM,
            "shovel source": SOURCE,
            "shovel destination": DESTINATION,
        }
    )


def _verbs(stack: Stack, verb: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that reads the stack or the broker, and writes files."""
    verb("check", stack.name)
    verb("check", "--show", stack.name)
    verb("check", "--json", stack.name)
    verb("graph", stack.name)
    for verb_of_stack in (("drift",), ("gate", "plan.json"), ("verify",)):
        verb(*verb_of_stack, "--stack", stack.name)
        verb(*verb_of_stack, "--stack", stack.name, "--json")
    verb("drift", "--stack", stack.name, "--markdown", "-")
    verb("migrate", "--stack", stack.name, "--dry-run", "--json")
    verb("graph", "--live", stack.name)
    files = ("-o", "rules.yml", "--scrape", "scrape.yml", "--dashboard", "board.json")
    verb("alerts", stack.name, *files)
    verb("keda", stack.name)
    with monkeypatch.context() as patch:
        patch.setenv("RABBITMQ_PASSWORD", PASSWORD)
        broker = ("--endpoint", stack.broker.management, "--username", f"{stack.token}-deployer")
        options = ("--vhost", stack.vhost, "-s", "adopted", "-o", "adopted")
        verb("adopt", *broker, *options)
    verb("gate", "plan.json", "--stack", stack.name, "--markdown", "-")


def _endpoint(stack: Stack, url: str) -> None:
    stack.run("config", "set", "rabbitmq:endpoint", url)


def _changed(stack: Stack, section: str, name: str, **fields: Any) -> None:
    """Changes config as a person does who edits the file: secrets stay as they are."""
    for key, value in fields.items():
        path = f"{NAMESPACE}:topology.{section}.{name}.{key}"
        values = value if isinstance(value, list) else [value]
        for index, entry in enumerate(values):
            target = f"{path}[{index}]" if isinstance(value, list) else path
            said = stack.run("config", "set", "--path", target, str(entry))
            assert said.code == 0, said.text
