"""The cluster of these tests, and stacks on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.conftest import engine, make_stack
from tests.support.brokers import images
from tests.support.cluster import Cluster, cluster
from tests.support.unavailable import Unavailable

__all__ = ["engine", "make_stack", "nodes"]


@pytest.fixture(scope="session")
def nodes() -> Iterator[Cluster]:
    """Three nodes of the newest series, started once."""
    image = next(iter(images().values()))
    try:
        with cluster(image) as found:
            yield found
    except Unavailable as reason:
        pytest.skip(str(reason))
