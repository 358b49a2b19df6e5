"""The gate of a pull request: what a previewed plan would do to the broker, and whether it may.

`preview` reads the plan, `ask` asks the broker with the engine's own guards, `verdict` is pure, and
the rest shows it.
"""

from topology.gate.answers import Answers
from topology.gate.ask import ask
from topology.gate.plan import Action, Plan
from topology.gate.preview import read_plan
from topology.gate.reviewed import unlike
from topology.gate.verdict import Verdict, judge

__all__ = ["Action", "Answers", "Plan", "Verdict", "ask", "judge", "read_plan", "unlike"]
