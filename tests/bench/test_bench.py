"""The bench at work: every contender with the smallest topology, on a real broker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import show
from benchmarks.contenders import opentofu
from benchmarks.contenders.field import contenders
from benchmarks.contenders.names import IMPORT, ONE_CALL_EACH, OPENTOFU, OURS, OURS_WITH_CHECKPOINTS
from benchmarks.course import Course, turns
from benchmarks.done import NotDone, check
from benchmarks.landscape import Landscape
from benchmarks.operation import SHARED, Operation
from benchmarks.proxy import counted
from benchmarks.result import Result
from benchmarks.run import Run
from benchmarks.surroundings import surroundings
from tests.support.api import Api
from toolchain.engine import Engine
from toolchain.node import Broker

SMALLEST = 4
WITHOUT_POLICIES = [each for each in SHARED if each is not Operation.POLICIES]


def test_everyone_comes_to_the_end(engine: Engine, broker: Broker, tmp_path: Path) -> None:
    tofu = opentofu.built()  # Not built here: that takes minutes.
    everyone = contenders(engine, tofu)
    taking_part = [each for each in everyone if each.name != OURS_WITH_CHECKPOINTS]
    course = Course(broker, tmp_path / "runs", 120)
    course.folder.mkdir()
    with Api(broker) as api:
        schedule = list(turns(taking_part, [SMALLEST], 1, 0))
        found = [each for turn in schedule for each in course.take(turn)]
        assert not [vhost for vhost in api.vhosts() if vhost.startswith("bench-")]
    runs = [each for each in found if isinstance(each, Run)]
    assert [each for each in found if each not in runs] == []

    did = {each.name: [] for each in taking_part}  # type: dict[str, list[Operation]]
    for run in runs:
        did[run.contender].append(run.operation)
    assert did[OURS] == [*WITHOUT_POLICIES, Operation.CHECK, Operation.START]
    assert did[IMPORT] == [Operation.UP, Operation.ONE_QUEUE]
    if tofu is not None:
        assert did[OPENTOFU] == WITHOUT_POLICIES

    about = surroundings(engine, broker, tofu=tofu is not None, rounds=1)
    result = Result(about, {each.name: each.settings for each in taking_part}, runs)
    file = tmp_path / "result.json"
    file.write_text(json.dumps(result.as_json()))
    show(file)
    assert broker.version in file.with_suffix(".md").read_text()


def test_requests_are_counted(engine: Engine, broker: Broker, tmp_path: Path) -> None:
    (caller,) = (each for each in contenders(engine, None) if each.name == ONE_CALL_EACH)
    course = Course(broker, tmp_path, 120)
    (turn,) = (turn for turn in turns([caller], [100], 1, 100) if turn.round == 0)
    found = [each for each in course.take(turn) if isinstance(each, Run)]
    assert {run.operation: run.requests for run in found} == {
        Operation.UP: {
            "PUT queues": 44,
            "POST bindings": 44,
            "PUT policies": 10,
            "PUT vhosts": 1,
            "PUT exchanges": 1,
        },
        Operation.ONE_QUEUE: {"PUT policies": 1},
        Operation.POLICIES: {"PUT policies": 11},
        Operation.DESTROY: {
            "DELETE bindings": 44,
            "DELETE queues": 44,
            "DELETE policies": 11,
            "DELETE exchanges": 1,
            "DELETE vhosts": 1,
        },
    }


def test_what_is_counted_is_passed_on_as_it_is(broker: Broker) -> None:
    name = "benchmarks/of a test%"
    with counted(broker) as (behind, requests), Api(behind) as api:
        api.put("vhosts", name, body={"description": "déjà"})
        try:
            assert api.get("vhosts", name)["description"] == "déjà"
            assert not api.has("queues", name, "none")
        finally:
            api.delete("vhosts", name)
    assert requests.take() == {
        "PUT vhosts": 1,
        "GET vhosts": 1,
        "GET queues": 1,
        "DELETE vhosts": 1,
    }


def test_what_was_not_done_is_noticed(broker: Broker) -> None:
    landscape = Landscape(SMALLEST, "bench-of-a-test")
    with Api(broker) as api:
        with pytest.raises(NotDone, match="there is no vhost"):
            check(api, landscape, Operation.UP)
        api.put("vhosts", landscape.vhost)
        try:
            with pytest.raises(NotDone, match="of the queues, 1 are missing and 0 are too many"):
                check(api, landscape, Operation.UP)
            with pytest.raises(NotDone, match="still there"):
                check(api, landscape, Operation.DESTROY)
        finally:
            api.delete("vhosts", landscape.vhost)
