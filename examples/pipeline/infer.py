"""Answers the question: with the piece that is nearest to it, where a model would write one."""

from __future__ import annotations

import math

from service import Document, step


def nearness(one: list[int], other: list[int]) -> float:
    """Cosine of the angle between two vectors."""
    product = sum(a * b for a, b in zip(one, other, strict=True))
    return product / (math.hypot(*one) * math.hypot(*other) or 1.0)


def infer(document: Document) -> Document:
    asked = document["asked"]
    score, best = max(
        (nearness(vector, asked), index) for index, vector in enumerate(document["vectors"])
    )
    return {**document, "answer": document["pieces"][best], "score": score}


if __name__ == "__main__":
    step("infer", "document.answered", infer)
