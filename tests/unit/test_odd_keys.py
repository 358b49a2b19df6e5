"""Keys that pydantic uses for its own marks, and keys that are no text."""

from __future__ import annotations

from typing import Any

import pytest

from topology.check import check

NO_MAP = "must be a map, not nothing; write {} to take every default"


def first_errors(raw: Any) -> list[str]:
    """What is said, up to the list of known keys."""
    return [str(problem).partition("; known keys")[0] for problem in check(raw).errors]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"vhost": "v", "[key]": None}, ['["[key]"]: is not a known key']),
        ({"vhost": "v", "queues": {"[key]": None}}, [f'queues["[key]"]: {NO_MAP}']),
        (
            {"vhost": "v", "queues": {"[key]": {"[key]": 1}}},
            ['queues["[key]"]["[key]"]: is not a known key'],
        ),
        ({"vhost": {"name": "v", "[key]": 1}}, ['vhost["[key]"]: is not a known key']),
        (
            {"vhost": "v", "services": {"s": {"publishes": {"[key]": 5}}}},
            ['services.s.publishes["[key]"]: must be a list, not a number'],
        ),
        (
            {"vhost": "v", "ignore_rules": {"[key]": 1}},
            ['ignore_rules["[key]"]: must be text, not a number; put it in quotes'],
        ),
        ({"vhost": "v", "queues": {"": {}}}, ['queues[""]: the name is empty; give it a name']),
        ({"vhost": "v", "queues": {5: {}}}, ["queues[5]: a name must be text; put it in quotes"]),
        (
            {"vhost": "v", "queues": {5: {"[key]": 1}}},
            [
                "queues[5]: a name must be text; put it in quotes",
                'queues[5]["[key]"]: is not a known key',
            ],
        ),
        (
            {"vhost": "v", "queues": {None: {}}},
            ["queues.None: a name must be text; put it in quotes"],
        ),
        (
            {"vhost": "v", "queues": {1.5: {}}},
            ['queues["1.5"]: a name must be text; put it in quotes'],
        ),
        ({"vhost": "v", 5: 1}, ["[5]: a key must be text"]),
    ],
)
def test_each_is_told_where_it_is(raw: Any, said: list[str]) -> None:
    assert first_errors(raw) == said


def test_a_queue_may_be_called_like_a_mark() -> None:
    assert check({"vhost": "v", "queues": {"[key]": {}}}).errors == ()
