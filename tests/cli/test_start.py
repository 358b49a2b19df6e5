"""Commands start at once: each imports what it needs and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.cli.command import PROJECT, topology
from topology import __version__
from topology.cli.app import VERBS

HEAVY = {"pulumi", "pulumi_rabbitmq", "httpx", "pika", "grpc"}


def imported(*arguments: str) -> set[str]:
    """Top-level packages that a command has imported by its end."""
    code = (
        "import sys\n"
        "sys.argv[1:] = sys.argv[1:]\n"
        "from topology.cli.app import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    return set(done.stderr.split())


def test_help_loads_no_verb() -> None:
    assert not imported("--help") & {*HEAVY, "pydantic", "yaml", "rich"}


@pytest.mark.parametrize(
    "command", ["check", "schema", "graph dev", "alerts dev", "keda demo", "completion bash"]
)
def test_offline_verbs_load_nothing_of_pulumi_or_the_network(command: str) -> None:
    assert not imported(*command.split()) & {*HEAVY, "rich"}


def test_the_version_is_that_of_the_package() -> None:
    ended = topology("--version")
    assert (ended.code, ended.out) == (0, f"{__version__}\n")


def test_help_names_every_verb_but_those_for_this_repository() -> None:
    ended = topology("--help")
    assert ended.code == 0
    for verb, summary in VERBS.items():
        assert f"  {verb} " in ended.out
        assert summary.rstrip(".") in " ".join(ended.out.split())


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_can_be_loaded(verb: str) -> None:
    assert callable(getattr(import_module(f"topology.cli.commands.{verb}"), verb))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], "No such command 'chekc'. Did you mean 'check'"),
        (["--nonsense"], "No such option: --nonsense"),
    ],
)
def test_bad_usage_is_told(arguments: list[str], said: str) -> None:
    ended = topology(*arguments)
    assert ended.code == 2
    assert said in ended.err


def test_without_a_verb_help_is_shown() -> None:
    ended = topology()
    assert ended.code == 2
    assert "Usage:" in ended.out + ended.err


@pytest.mark.parametrize("package", ["topology", "toolchain"])
def test_ctrl_c_before_all_is_loaded_is_no_traceback(package: str, tmp_path: Path) -> None:
    interrupting = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"
    (tmp_path / "typer.py").write_text(interrupting)
    done = subprocess.run(
        [sys.executable, "-m", package, "--help"],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == -signal.SIGINT
    assert done.stderr == ""
