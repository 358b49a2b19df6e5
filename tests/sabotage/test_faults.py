"""The list of faults fits the source: `make sabotage` would stop otherwise."""

from __future__ import annotations

import pytest

from tests.sabotage.faults import Fault, faults


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: str(fault.name))
def test_a_faults_text_is_there_once(fault: Fault) -> None:
    assert fault.count == 1, f"{fault.file} has {fault.before!r} {fault.count} times"
    assert fault.before != fault.after
    assert fault.tests


def test_names_differ() -> None:
    names = [fault.name for fault in faults()]
    assert len(names) >= 40
    assert len(set(names)) == len(names)
