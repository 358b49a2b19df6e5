"""Cuts a document into pieces that a model can take."""

from __future__ import annotations

from service import Document, step

WORDS = 8


def chunk(document: Document) -> Document:
    words = document["text"].split()
    pieces = [" ".join(words[start : start + WORDS]) for start in range(0, len(words), WORDS)]
    return {**document, "pieces": pieces}


if __name__ == "__main__":
    step("chunk", "document.chunked", chunk)
