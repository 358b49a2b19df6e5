"""`check` as a user calls it: the real command in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Never

import pytest
import yaml

from tests.cli.command import PROJECT, process, topology
from tests.cli.files import lines, write

BROKEN = """\
vhost: v
queues:
  q: {type: quorum, max_lenght: 5}
bindings:
  - {source: nope, destination: q}
"""


def test_every_error_at_once_each_with_its_place(tmp_path: Path) -> None:
    write(tmp_path, f=BROKEN)
    ended = topology("check", "f.yaml", folder=tmp_path)
    assert ended.code == 1
    assert ended.err == ""
    assert ended.out.splitlines() == [
        "f.yaml:3: error: queues.q.max_lenght: is not a known key; did you mean max_length?",
        (
            "f.yaml:5: error: bindings[0].source: no exchange of this name is declared; declare "
            "it, or correct the name [undeclared-reference]"
        ),
        "f.yaml: 2 errors",
    ]


def test_findings_as_json(tmp_path: Path) -> None:
    write(tmp_path, f=BROKEN)
    ended = topology("check", "--json", "f.yaml", folder=tmp_path)
    answer = json.loads(ended.out)
    assert (ended.code, answer["ok"]) == (1, False)
    (file,) = answer["files"]
    assert (file["file"], file["errors"], file["warnings"]) == ("f.yaml", 2, 0)
    assert file["problems"][0] == {
        "severity": "error",
        "path": ["queues", "q", "max_lenght"],
        "where": "queues.q.max_lenght",
        "message": "is not a known key",
        "hint": "did you mean max_length?",
        "rule": "",
        "file": "f.yaml",
        "line": 3,
    }


def test_the_effective_topology_goes_to_standard_output_alone(tmp_path: Path) -> None:
    write(tmp_path, f="vhost: v\nqueues: {q: {message_ttl: 5000}}\n")
    ended = topology("check", "--show", "f.yaml", folder=tmp_path)
    assert ended.code == 0
    assert "fine for RabbitMQ" in ended.err
    shown = yaml.safe_load(ended.out)
    assert shown["policies"]["queue.q"]["definition"] == {"message-ttl": 5000}

    as_json = topology("check", "--show", "--json", "f.yaml", folder=tmp_path)
    assert json.loads(as_json.out)["files"][0]["topology"] == shown


def test_nothing_effective_is_shown_of_what_is_wrong(tmp_path: Path) -> None:
    write(tmp_path, f=BROKEN)
    ended = topology("check", "--show", "f.yaml", folder=tmp_path)
    assert (ended.code, ended.out) == (1, "")
    assert "max_lenght" in ended.err


def test_without_a_name_every_stack_of_the_folder_is_checked(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"Pulumi.{name}.yaml").write_text(
            "config: {amqpEndpoint: amqp://localhost, topology: {vhost: v}}", encoding="utf-8"
        )
    ended = topology("check", folder=tmp_path)
    assert ended.code == 0
    assert [line.split(":")[0] for line in ended.out.splitlines()] == [
        "Pulumi.a.yaml",
        "Pulumi.b.yaml",
    ]


@pytest.mark.parametrize(
    "arguments", [["dev"], ["--stack", "dev"], ["acme/queues/dev"], ["Pulumi.dev.yaml"]]
)
def test_a_stack_by_name_or_file(arguments: list[str]) -> None:
    ended = topology("check", *arguments)
    assert ended.code == 0
    assert ended.out.startswith("Pulumi.dev.yaml: fine")


def test_standard_input(tmp_path: Path) -> None:
    write(tmp_path, base="vhost: v\n")
    good = process("check", "-", folder=tmp_path, stdin="extends: base.yaml")
    assert (good.code, good.out) == (0, "<stdin>: fine for RabbitMQ 4.3: 1 vhost\n")
    bad = process("check", "-", folder=tmp_path, stdin="vhost: [v")
    assert bad.code == 1
    assert bad.out.startswith("<stdin>:1: error: a list is not closed")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["gone.yaml"], "gone.yaml does not exist"),
        (["topolgy.yaml"], "topolgy.yaml does not exist; did you mean topology.yaml?"),
        (["folder"], "folder is a folder; name a file in it"),
        (["nowhere"], "nowhere is neither a file nor a stack in this directory"),
        ([], "there is no stack file (Pulumi.*.yaml) here; name a file"),
        (
            ["topology.yaml", "topology.yaml", "--show"],
            "--show shows one topology; name one file or stack",
        ),
        (
            ["topology.yaml", "--rabbitmq-version", "newest"],
            "--rabbitmq-version: is not a RabbitMQ version such as 4.3 or 3.13.7",
        ),
        (
            ["topology.yaml", "--rabbitmq-version", "3.8"],
            "--rabbitmq-version: RabbitMQ 3.10 is the oldest that is known",
        ),
    ],
)
def test_bad_usage_is_one_clear_line(tmp_path: Path, arguments: list[str], error: str) -> None:
    write(tmp_path, topology="vhost: v")
    (tmp_path / "folder").mkdir()
    ended = topology("check", *arguments, folder=tmp_path)
    assert (ended.code, ended.out, ended.err) == (2, "", f"error: {error}\n")


def test_an_unknown_stack_is_told_the_ones_there_are() -> None:
    ended = topology("check", "nonsense")
    assert ended.err == (
        "error: nonsense is neither a file nor a stack in this directory; "
        "stacks here: demo, dev, pipeline, prod, staging\n"
    )
    assert "did you mean staging?" in topology("check", "stagging").err


@pytest.mark.parametrize("arguments", [["--nonsense"], ["--show=yes"], ["--stack"]])
def test_unknown_options_are_bad_usage(arguments: list[str]) -> None:
    assert topology("check", *arguments).code == 2


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "f.yaml: error: f.yaml is empty; declare at least one section in it"),
        (b"\xff\xfe\x00", "f.yaml:1: error: f.yaml is not text in UTF-8; is it a YAML file?"),
        (b"a\nb\n\x89PNG", "f.yaml:3: error: f.yaml is not text in UTF-8; is it a YAML file?"),
        (
            b"a: \x00",
            (
                "f.yaml: error: f.yaml holds a control character, which YAML does not allow; is "
                "it a YAML file?"
            ),
        ),
        (b"- a", "f.yaml:1: error: must be a map, not a list"),
        (b"text", "f.yaml:1: error: must be a map, not text"),
    ],
)
def test_files_that_are_no_topology(tmp_path: Path, content: bytes, line: str) -> None:
    (tmp_path / "f.yaml").write_bytes(content)
    ended = topology("check", "f.yaml", folder=tmp_path)
    assert (ended.code, ended.err) == (1, "")
    assert ended.out.splitlines()[0].startswith(line)
    assert ended.out.splitlines()[-1] == "f.yaml: 1 error"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, f="vhost: v")

    def refuse(*_: object) -> Never:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)  # root, who runs this on CI, may read everything
    assert lines(path) == ["  f.yaml may not be read; check its permissions"]


def test_the_version_decides(tmp_path: Path) -> None:
    write(tmp_path, f="vhost: v\nrabbitmq_version: '3.12'\n")
    assert "for RabbitMQ 3.12:" in topology("check", "f.yaml", folder=tmp_path).out
    told = topology("check", "f.yaml", "--rabbitmq-version", "4.0.5", folder=tmp_path)
    assert "for RabbitMQ 4.0:" in told.out


def test_no_traceback_when_the_reader_goes_away(tmp_path: Path) -> None:
    bindings = "\n".join(f"  - {{source: a, destination: b{i}}}" for i in range(5000))
    write(tmp_path, f=f"vhost: v\nbindings:\n{bindings}\n")
    command = f"{sys.executable} -m topology check f.yaml | head -1"
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        check=False,
        timeout=240,
    )
    assert done.stdout.startswith(b"f.yaml:3: error:")
    assert b"Traceback" not in done.stderr


def test_an_interrupt_is_one_word(tmp_path: Path) -> None:
    fifo = tmp_path / "never.yaml"
    os.mkfifo(fifo)
    process = subprocess.Popen(
        [sys.executable, "-m", "topology", "check", "never.yaml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # What runs in the background is born deaf to it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    writer = os.open(fifo, os.O_WRONLY)  # returns once the command waits for what comes
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=240)
    os.close(writer)
    assert (process.returncode, out, err) == (130, b"", b"interrupted\n")


def test_colours_are_for_terminals_that_want_them(tmp_path: Path) -> None:
    write(tmp_path, f=BROKEN)

    def on_a_terminal(**environment: str) -> str:
        leader, follower = os.openpty()
        done = subprocess.Popen(
            [sys.executable, "-m", "topology", "check", "f.yaml"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(PROJECT), "TERM": "xterm", **environment},
            stdout=follower,
            stderr=follower,
        )
        assert done.wait(timeout=240) == 1
        os.close(follower)
        text = os.read(leader, 100_000).decode()
        os.close(leader)
        return text

    coloured = on_a_terminal(NO_COLOR="")
    assert "\x1b[" in coloured
    assert "→ did you mean max_length?" in coloured
    assert "\x1b[" not in on_a_terminal(NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal(NO_COLOR="", TERM="dumb")
