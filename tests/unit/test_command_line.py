"""What is known of a run from Pulumi's command line."""

from __future__ import annotations

import pytest

from topology.hooks.command_line import Command, continues, read


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("up --yes --skip-preview", Command(destroys=False)),
        ("--stack prod update", Command(destroys=False)),
        ("--non-interactive destroy --run-program -y", Command(destroys=True)),
        ("up --target urn:pulumi:a", None),
        ("up -t urn:pulumi:a", None),
        ("up --target=urn:pulumi:a", None),
        ("destroy --exclude-protected --run-program", None),
        ("up --replace urn:pulumi:a", None),
        ("up --refresh", None),
        ("up --stack destroy", None),
        ("preview", None),
    ],
)
def test_only_commands_on_the_whole_stack_are_known(line: str, command: Command | None) -> None:
    assert read(line.split()) == command


@pytest.mark.parametrize(
    ("line", "variable", "told"),
    [
        ("up --yes", None, False),
        ("up --continue-on-error", None, True),
        ("--continue-on-error=true up", None, True),
        ("up --continue-on-error=false", "true", False),
        ("up", "true", True),
        ("up", "1", True),
        ("up", "false", False),
        ("up --stack continue-on-error", None, False),
    ],
)
def test_an_option_to_go_on_stands_above_its_variable(
    line: str, variable: str | None, *, told: bool
) -> None:
    environment = {} if variable is None else {"PULUMI_CONTINUE_ON_ERROR": variable}
    assert continues(line.split(), environment) is told
