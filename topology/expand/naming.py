"""Names of what patterns add for a queue, and the pattern by which policies and rights find one."""

from __future__ import annotations

import re

_PARTS = re.compile(r"\.(?:dead-letter|retry|retry\.steps|retry\.first|retry\.\d+|return)")


def exactly(name: str) -> str:
    """The regular expression that only this name matches, in policies and in rights."""
    return f"^{re.escape(name)}$"


def dead_letter_name(queue: str) -> str:
    """The dead-letter exchange, and the dead-letter queue unless another is named."""
    return f"{queue}.dead-letter"


def ladder_name(queue: str) -> str:
    """The exchange that receives what dies in the queue, and tells rejections from the rest."""
    return f"{queue}.retry"


def steps_name(queue: str) -> str:
    """The exchange that sends a rejected message to its step."""
    return f"{queue}.retry.steps"


def first_step_name(queue: str) -> str:
    """The exchange that catches first rejections."""
    return f"{queue}.retry.first"


def step_name(queue: str, step: int) -> str:
    """The delay queue of a step, and the routing key that leads to it."""
    return f"{queue}.retry.{step}"


def return_name(queue: str) -> str:
    """The exchange that brings messages back to the queue."""
    return f"{queue}.return"


def is_part_of(name: str, queue: str) -> bool:
    """Whether a pattern on `queue` gives this name to something it adds."""
    return name.startswith(queue) and _PARTS.fullmatch(name[len(queue) :]) is not None
