"""`completion`: what a shell evaluates once, to complete verbs, options and stacks from then on."""

from __future__ import annotations

import os
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from ...command import PACKAGE, SHORT
from ..exit_code import ExitCode, UsageError

VARIABLE: Final = f"_{SHORT.replace('-', '_').upper()}_COMPLETE"
"""Makes the command complete instead of run."""


class Shell(StrEnum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


_BASH: Final = """\
{name}() {{ {python} -m {package} "$@"; }}
_topology_completion() {{
    local IFS=$'\\n'
    COMPREPLY=($(COMP_WORDS="${{COMP_WORDS[*]}}" COMP_CWORD=$COMP_CWORD \\
        {variable}=complete_bash {name}))
}}
complete -o default -F _topology_completion {name}
"""
_ZSH: Final = """\
{name}() {{ {python} -m {package} "$@"; }}
_topology_completion() {{
    eval "$(_TYPER_COMPLETE_ARGS="${{words[1,$CURRENT]}}" {variable}=complete_zsh {name})"
}}
(( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit; }}
compdef _topology_completion {name}
"""
_FISH: Final = """\
function {name}; {python} -m {package} $argv; end
function _topology_completion
    set -lx {variable} complete_fish
    set -lx _TYPER_COMPLETE_FISH_ACTION $argv[1]
    set -lx _TYPER_COMPLETE_ARGS (commandline -cp)
    {name}
end
complete --command {name} --no-files --arguments '(_topology_completion get-args)' \\
    --condition '_topology_completion is-args'
"""
_SCRIPTS: Final = {Shell.BASH: _BASH, Shell.ZSH: _ZSH, Shell.FISH: _FISH}


def completion(
    shell: Annotated[
        Shell | None, typer.Argument(help="By default the one that $SHELL names.")
    ] = None,
) -> ExitCode:
    """Print what makes the shell know the command, and complete its verbs, options, stacks and
    files. For bash and zsh: eval "$(… completion)"; for fish: … completion fish | source."""
    chosen = shell or _own_shell()
    python = shlex.quote(sys.executable)
    sys.stdout.write(
        _SCRIPTS[chosen].format(python=python, variable=VARIABLE, name=SHORT, package=PACKAGE)
    )
    return ExitCode.FINE


def _own_shell() -> Shell:
    name = Path(os.environ.get("SHELL", "")).name
    try:
        return Shell(name)
    except ValueError:
        raise UsageError(f"name a shell: {', '.join(Shell)}") from None
