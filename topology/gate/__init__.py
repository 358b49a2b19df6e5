"""The gate of a pull request: what a previewed plan would do to the broker, and whether it may.

`preview` reads the plan, `ask` asks the broker with the engine's own guards, `verdict` is pure, and
the rest shows it.
"""

from .answers import Answers
from .ask import ask
from .plan import Action, Plan
from .preview import read_plan
from .reviewed import unlike
from .verdict import Verdict, judge

__all__ = ["Action", "Answers", "Plan", "Verdict", "ask", "judge", "read_plan", "unlike"]
