"""Whatever a file holds, `check` answers with findings, never with a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.command import PROJECT
from tests.cli.files import checked, write
from topology.cli.findings import as_json
from topology.render.yaml_text import yaml_text

SEEDS = [
    path.read_text(encoding="utf-8")
    for path in (*PROJECT.glob("Pulumi.*.yaml"), *PROJECT.glob("docs/examples/*.yaml"))
]
PIECES = [
    *"[]{}:,-?&*!|>'\"%@`#~<\n\t ",
    "&a ",
    "*a",
    "<<: ",
    "!!int ",
    "!!map ",
    "? ",
    "---\n",
    "extends: ",
    "{secure: x}",
    "null",
    "0x",
    "1e999",
    "2024-01-01",
    "\x00",
    "\ud7ff",
    "\U0001f407",
    "config:",
]


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.integers(0, 12)))
        text = text[:at] + draw(st.sampled_from(PIECES) | st.just("")) + text[end:]
    return text


@given(st.binary(max_size=200) | mutilated().map(str.encode) | st.text(max_size=80).map(str.encode))
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_file_comes_to_findings(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    finding = checked(path)
    assert finding.checked or finding.errors
    assert json.loads(as_json([finding], with_topology=True))["ok"] == (not finding.errors)
    for problem in finding.problems:
        assert "\n" not in str(problem)


@st.composite
def merged(draw: st.DrawFn) -> list[dict[str, object]]:
    value: st.SearchStrategy[object] = st.recursive(
        st.sampled_from([None, True, 1, "x", ""]),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["queues", "q", "name", "vhost"]), inner, max_size=2)
        ),
        max_leaves=6,
    )
    keys = st.sampled_from(["vhost", "queues", "bindings", "policies", "users"])
    return draw(st.lists(st.dictionaries(keys, value, max_size=3), min_size=1, max_size=4))


@given(merged())
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_layers_come_to_findings_with_a_place(
    tmp_path: Path, layers: list[dict[str, object]]
) -> None:
    files = {}
    for index, layer in enumerate(layers):
        below = {"extends": f"layer{index - 1}.yaml"} if index else {}
        files[f"layer{index}"] = yaml_text({**below, **layer, "ignore_rules": {}})
    write(tmp_path, **files)
    finding = checked(tmp_path / f"layer{len(layers) - 1}.yaml")
    for problem in finding.problems:
        name, _, line = Path(problem.source).name.rpartition(":")
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert 1 <= int(line) <= len(text.splitlines())


def test_ten_thousand_wrong_objects_are_all_told(tmp_path: Path) -> None:
    queues = "\n".join(f"  q{i}: {{tipe: quorum}}" for i in range(10_000))
    path = write(tmp_path, f=f"extends: base.yaml\nvhost: v\nqueues:\n{queues}\n", base="users: {}")
    problems = [problem for problem in checked(path).problems if not problem.rule]
    assert len(problems) == 10_000
    assert Path(problems[-1].source).name == "f.yaml:10003"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("vhost: v\nqueues: {q: {tipe: quorum}}", "f.yaml:2: error: queues.q.tipe: is not a known"),
        ("vhost: [", "f.yaml:1: error: "),
        ("a:\n\tb: 1", "f.yaml:2: error: a tab indents this line; indent with spaces"),
        ("[" * 200, "f.yaml:1: error: is nested too deeply; is a bracket left open?"),
        ("a: *b", "f.yaml:1: error: a value that begins with * or & names an anchor"),
        ("a: 'b", "f.yaml:1: error: a quote is not closed; close it"),
        ("a: {b", "f.yaml:1: error: a map is not closed, or lacks a comma; close it with }"),
    ],
)
def test_without_libyaml_the_same_is_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "f.yaml").write_text(text, encoding="utf-8")
    code = (
        "import sys\nsys.modules['yaml._yaml'] = None\n"
        "import yaml\nassert not yaml.__with_libyaml__\n"
        "sys.argv[1:] = ['check', 'f.yaml']\n"
        "from topology.cli.app import main\nmain()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(said)
