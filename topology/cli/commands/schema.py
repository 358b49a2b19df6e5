"""`schema`: what an editor completes and checks against while one types."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from ..exit_code import ExitCode
from ..json_schema import Schema, stack_schema, topology_schema


def schema(
    *,
    stack: Annotated[
        bool, typer.Option("--stack", help="The schema of Pulumi.<stack>.yaml as a whole.")
    ] = False,
) -> ExitCode:
    """Print the JSON Schema (draft-07) of a topology file, or of a stack file with --stack.

    Editors with yaml-language-server find it by the first line of a file:
    # yaml-language-server: $schema=./schema/stack.schema.json"""
    sys.stdout.write(as_text(stack_schema() if stack else topology_schema()))
    return ExitCode.FINE


def as_text(schema: Schema) -> str:
    """As it stands in a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
