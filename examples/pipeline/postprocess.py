"""Makes of an answer what people get to see, and leaves out what only the steps needed."""

from __future__ import annotations

from service import Document, step

KEPT = ("id", "question", "urgent", "trouble", "attempts")


def postprocess(document: Document) -> Document:
    answer = document["answer"].capitalize() + "."
    kept = {name: document[name] for name in KEPT}
    return {**kept, "answer": answer, "sure": round(document["score"], 2)}


if __name__ == "__main__":
    step("postprocess", "document.finished", postprocess)
