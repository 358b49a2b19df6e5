"""What is known of a run from Pulumi's command line."""

from __future__ import annotations

import pytest

from topology.command_line import Command, read


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
