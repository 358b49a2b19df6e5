"""The list of faults. That each still fits the source is what `make sabotage` looks at first."""

from __future__ import annotations

from tests.sabotage.faults import faults
from toolchain.folders import PROJECT


def test_there_are_enough_and_each_is_another() -> None:
    found = faults()
    assert len(found) >= 40
    assert len({fault.name for fault in found}) == len(found)
    assert len({(fault.file, fault.before, fault.after) for fault in found}) == len(found)


def test_each_changes_something_and_names_tests_that_exist() -> None:
    for fault in faults():
        assert fault.before != fault.after, fault.name
        assert fault.tests and all((PROJECT / test).exists() for test in fault.tests), fault.name
