"""Turns each piece, and the question, into a vector.

Hashed word counts stand for a model here: pieces with the same words get vectors that are near.
"""

from __future__ import annotations

import zlib

from service import Document, step

DIMENSIONS = 32


def vector(text: str) -> list[int]:
    counts = [0] * DIMENSIONS
    for word in text.split():
        counts[zlib.crc32(word.encode()) % DIMENSIONS] += 1
    return counts


def embed(document: Document) -> Document:
    vectors = [vector(piece) for piece in document["pieces"]]
    return {**document, "vectors": vectors, "asked": vector(document["question"])}


if __name__ == "__main__":
    step("embed", "document.embedded", embed)
