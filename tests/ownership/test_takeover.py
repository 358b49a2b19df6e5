"""What exists and differs is taken over with consent alone; what exists as declared, without."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.memory_broker import MemoryBroker
from topology.broker import BrokerReader
from topology.ownership.objects import Claim
from topology.ownership.takeover import Foreign, take_over


def said(*, exists: bool = True, differs: bool = True, **claim: Any) -> str:
    """What a user is told of a policy `p` that is about to be created."""
    there: Any = object() if exists else None
    made = Claim(
        "Policy",
        "p",
        find=lambda _: there,
        compare=lambda _, __: ["max-length is 1, declared is 2"] if differs else [],
        **claim,
    )
    return take_over(made, None, BrokerReader(MemoryBroker().management()))


def test_what_is_new_is_not_mentioned() -> None:
    assert said(exists=False, adopt=False) == ""


@pytest.mark.parametrize("adopt", [True, False])
def test_what_is_as_declared_becomes_the_stacks(adopt: bool) -> None:  # noqa: FBT001
    assert "exists as declared" in said(differs=False, adopt=adopt)


def test_what_differs_is_taken_over_with_consent() -> None:
    assert "max-length is 1, declared is 2" in said(adopt=True)


@pytest.mark.parametrize(
    ("adopt", "changeable"), [(False, True), (False, False), (True, False)], ids=repr
)
def test_what_differs_stays_without_it_and_where_it_cannot_be_changed(
    adopt: bool,  # noqa: FBT001
    changeable: bool,  # noqa: FBT001
) -> None:
    with pytest.raises(Foreign, match="max-length is 1, declared is 2"):
        said(adopt=adopt, changeable=changeable)
