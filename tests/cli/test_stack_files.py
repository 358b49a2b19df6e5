"""Stack files: what Pulumi would read from them, with their secrets kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import topology
from tests.cli.files import checked, lines, write
from topology.cli.show import as_dict
from topology.config_files import Document
from topology.config_files.stack_file import Origin

SALT = "v1:c2VjcmV0LWNpcGhlcnRleHQ="


def stack(folder: Path, topology: str, rest: str = "") -> Path:
    """A stack with this topology in flow style, and these further lines."""
    text = f"config:\n  rabbitmq-topology:amqpEndpoint: amqp://localhost\n{rest}"
    path = folder / "Pulumi.test.yaml"
    path.write_text(f"{text}  rabbitmq-topology:topology: {topology}\n", encoding="utf-8")
    return path


def test_a_stack_is_checked_with_what_it_extends_beside_the_project(tmp_path: Path) -> None:
    write(tmp_path, topologies__base="vhost: v\nqueues:\n  q: {tipe: quorum}\n")
    path = stack(tmp_path, "{extends: topologies/base.yaml, exchanges: {e: {tipe: topic}}}")
    assert lines(path) == [
        "Pulumi.test.yaml:3 exchanges.e.tipe is not a known key; did you mean type?",
        "base.yaml:3 queues.q.tipe is not a known key; did you mean type?",
    ]


def test_a_key_without_a_namespace_is_the_projects(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f="""\
            config:
              amqpEndpoint: http://localhost
              topology: {vhost: v, queues: {q: {tipe: quorum}}}
            """,
    )
    assert lines(path) == [
        (
            "f.yaml:2 rabbitmq-topology:amqpEndpoint must be an amqp or amqps URL with a host; "
            "such as amqp://localhost:5672"
        ),
        "f.yaml:3 queues.q.tipe is not a known key; did you mean type?",
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("rabbitmq:endpoint: http://localhost:15672", []),
        ("rabbitmq:insecure: 'true'", []),
        ("aws:region: eu-central-1", []),
        (f"rabbitmq:password: {{secure: {SALT}}}", []),
        (f"rabbitmq:username: {{secure: {SALT}}}", []),
        (
            "rabbitmq:endpoint: http://localhost:15672/",
            ["rabbitmq:endpoint ends with a slash; leave the slash out"],
        ),
        (
            "rabbitmq:endpoint: http://guest:hunter2@localhost",
            [
                (
                    "rabbitmq:endpoint holds credentials; write only scheme, host and port: "
                    "http://localhost:15672"
                )
            ],
        ),
        (
            f"rabbitmq:endpoint: {{secure: {SALT}}}",
            [
                (
                    "rabbitmq:endpoint a secret cannot stand here: it is shown in outputs and "
                    "messages; write it in the clear"
                )
            ],
        ),
        ("rabbitmq:username: 7", ["rabbitmq:username must be text; put it in quotes"]),
        (
            "rabbitmq:username: ''",
            ["rabbitmq:username is empty; leave the key out, or give it a value"],
        ),
        ("rabbitmq:insecure: maybe", ["rabbitmq:insecure must be true or false"]),
        (
            "rabbitmq:usrname: a",
            [
                (
                    "rabbitmq:usrname is not a known key; Pulumi would ignore it; did you mean "
                    "rabbitmq:username?"
                )
            ],
        ),
        (
            "rabbitmq-topology:offlin: true",
            [
                (
                    "rabbitmq-topology:offlin is not a known key; Pulumi would ignore it; did you "
                    "mean rabbitmq-topology:offline?"
                )
            ],
        ),
    ],
)
def test_the_other_keys_are_checked(tmp_path: Path, line: str, expected: list[str]) -> None:
    path = stack(tmp_path, "{vhost: v}", f"  {line}\n")
    assert lines(path) == [f"Pulumi.test.yaml:3 {text}" for text in expected]
    assert "hunter2" not in "".join(lines(path))


def test_traps_in_a_stack_are_told_with_paths_of_the_topology(tmp_path: Path) -> None:
    path = stack(tmp_path, "{vhost: v, queues: {7: {}}}\n  other:key: 2024-01-01")
    assert lines(path) == [
        "Pulumi.test.yaml:3 queues.7 a name must be text, not a number; put it in quotes: '7'",
        "Pulumi.test.yaml:4 config.other:key is read as a date; put it in quotes: '2024-01-01'",
    ]


def test_what_a_stack_lacks_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, f="config:\n  rabbitmq:username: guest\nencryptionsalt: v1:x\n")
    assert lines(path) == [
        (
            "f.yaml:1 rabbitmq-topology:amqpEndpoint is missing; pulumi config set "
            "rabbitmq-topology:amqpEndpoint amqp://localhost:5672"
        ),
        (
            "f.yaml:1 rabbitmq-topology:topology is missing; declare at least its vhost: "
            "{vhost: my-vhost}"
        ),
    ]


def test_what_the_project_gives_is_not_missing(tmp_path: Path) -> None:
    write(
        tmp_path,
        Pulumi="""\
            name: rabbitmq-topology
            config:
              rabbitmq-topology:amqpEndpoint: {type: string, default: amqp://localhost}
              rabbitmq-topology:topology: {value: {vhost: v, queues: {q: {tipe: quorum}}}}
            """,
    )
    path = write(tmp_path, f="config: {}\n")
    assert [line.split(" ", 1)[1] for line in lines(path)] == [
        "queues.q.tipe is not a known key; did you mean type?"
    ]


def test_a_misspelt_key_beside_config_is_told(tmp_path: Path) -> None:
    path = stack(tmp_path, "{vhost: v}\nencryptionsald: x")
    assert lines(path) == [
        (
            "Pulumi.test.yaml:4 encryptionsald is not a known key; Pulumi would ignore it; did you "
            "mean encryptionsalt?"
        )
    ]


def test_secrets_may_stand_where_passwords_and_uris_do(tmp_path: Path) -> None:
    secret = f"{{secure: {SALT}}}"
    path = stack(
        tmp_path,
        f"{{vhost: v, queues: {{q: {{}}}}, users: {{u: {{password: {secret}}}}}, "
        f"federation_upstreams: {{f: {{uri: {secret}}}}}, shovels: {{s: {{source_uri: {secret}, "
        f"destination_uri: {secret}, source_queue: q, destination_queue: r}}}}}}",
    )
    finding = checked(path)
    assert not finding.errors
    assert finding.checked
    shown = as_dict(finding.checked.expanded.settled.topology)
    assert shown["users"]["u"]["password"] == "[secret]"
    assert shown["federation_upstreams"]["f"]["uri"] == "amqps://secret.invalid"
    assert SALT not in json.dumps(shown)


@pytest.mark.parametrize(
    ("topology", "path"),
    [
        ("{vhost: SECRET}", "vhost"),
        ("{vhost: {name: v, max_queues: SECRET}}", "vhost.max_queues"),
        ("{vhost: v, queues: SECRET}", "queues"),
        ("{vhost: v, queues: {q: SECRET}}", "queues.q"),
        ("{vhost: v, queues: {q: {type: SECRET}}}", "queues.q.type"),
        ("{vhost: v, queues: {q: {arguments: {x: SECRET}}}}", "queues.q.arguments.x"),
        ("{vhost: v, users: {u: {tags: [a, SECRET]}}}", "users.u.tags[1]"),
        ("{vhost: v, bindings: [SECRET]}", "bindings[0]"),
        ("{vhost: v, nonsense: SECRET}", "nonsense"),
    ],
)
def test_secrets_cannot_stand_elsewhere(tmp_path: Path, topology: str, path: str) -> None:
    file = stack(tmp_path, topology.replace("SECRET", f"{{secure: {SALT}}}"))
    assert lines(file) == [
        (
            f"Pulumi.test.yaml:3 {path} a secret cannot stand here; secrets are for passwords and "
            "URIs; write it in the clear"
        )
    ]


def test_a_topology_that_is_a_secret_cannot_be_checked(tmp_path: Path) -> None:
    assert lines(stack(tmp_path, f"{{secure: {SALT}}}")) == [
        (
            "Pulumi.test.yaml:3 rabbitmq-topology:topology is a secret as a whole, so that nothing "
            "can be checked; make secrets of passwords and URIs only"
        )
    ]


def test_an_encrypted_value_means_nothing_in_a_plain_file(tmp_path: Path) -> None:
    path = write(tmp_path, f=f"vhost: v\nusers:\n  u: {{password: {{secure: {SALT}}}}}\n")
    assert lines(path) == [
        (
            "f.yaml:3 users.u.password must be text, not a map; encrypted values can stand in the "
            "stack file only"
        )
    ]


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_stacks_of_this_repository_are_fine(name: str) -> None:
    ended = topology("check", name)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"Pulumi.{name}.yaml: fine for RabbitMQ 4.3: 1 vhost, ")


def test_production_is_replicated_and_staging_is_not() -> None:
    def types(name: str) -> set[str | None]:
        finding = checked(Path(__file__).parents[2] / f"Pulumi.{name}.yaml")
        assert finding.checked
        return {queue.type for queue in finding.checked.expanded.settled.topology.queues.values()}

    assert types("staging") == {"classic", "stream"}
    assert types("prod") == {"quorum", "stream"}


def test_pulumis_values_are_placed_in_the_stack_file_that_says_the_same(tmp_path: Path) -> None:
    path = stack(tmp_path, f"{{vhost: v, users: {{u: {{password: {{secure: {SALT}}}}}}}}}")
    value = {"vhost": "v", "users": {"u": {"password": "in the clear"}}}
    origin = Origin(path, value)
    assert origin.locate(("users", "u")) == "Pulumi.test.yaml:3"
    assert not Origin(path, value | {"vhost": "w"}).locate(("users", "u"))
    assert not Origin(path, value | {"more": 1}).locate(("users", "u"))
    assert not Origin(tmp_path / "Pulumi.gone.yaml", value).locate(("users", "u"))
    path.write_text("config: [", encoding="utf-8")
    assert not Origin(path, value).locate(("users", "u"))


def test_a_stack_file_without_a_map_is_told(tmp_path: Path) -> None:
    assert lines(write(tmp_path, f="config: text\n"))[0] == "f.yaml:1 config must be a map"
    assert Document.parse("config: text", "f").locate(("config", "x")) == "f:1"
