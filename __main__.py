"""The Pulumi program: config → check → declare → outputs. `topology/program.py` spells it out."""

from topology import run_stack

run_stack()
