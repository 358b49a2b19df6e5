"""The page as a whole, section by section."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from topology.cli.json_schema import Schema, topology_schema
from topology.cli.stack_keys import KEYS
from topology.model import Retry, Topology
from topology.model.base import Model
from topology.model.policy_definition import PolicyDefinition, known_policy_keys
from topology.model.queue import queue_arguments
from topology.problems import one_of
from topology.rules import RULES
from topology.version import NEWEST, OLDEST

from .markdown import cell, one_line, table
from .nouns import NOUNS, Noun
from .types import default_in_words, type_in_words

EXAMPLES: Final = Path(__file__).parents[2] / "docs" / "examples"

_HEAD: Final = ("field", "type", "default", "what it is")
_A_MERE_NAME: Final = 5
"""So many words, and a docstring says no more than what the thing is called."""

_INTRODUCTION: Final = f"""\
# Reference of the config dict

<!-- Written by `make generate` from the models; do not edit. -->

The config dict is what stands under `rabbitmq-topology:topology` in `Pulumi.<stack>.yaml`. Words
and values are those of RabbitMQ's own definitions. Named things are maps by name, bindings and
permissions are lists. Only `vhost` is required. RabbitMQ {OLDEST} to {NEWEST} are known.

`python -m topology check` finds what is wrong in it without a broker, `check --show` prints what
it comes to. An editor with a YAML language server completes it if the file begins with
`# yaml-language-server: $schema=./schema/stack.schema.json`.

*Changing* says what changing a field later does on the broker: *in place* keeps everything that is
there; *replaces it* deletes the object and makes it again, which the stack refuses for a queue that
holds messages. A setting of a queue that is changed in place is applied by a policy, under the key
named there; `settings_as_arguments: true` makes all of a queue's settings arguments of it instead,
which nothing can change later.
"""

_SHARING: Final = """\
`extends` names one file or a list of files of the same shape, relative to the file that names them
(in a stack, to the project's folder). They are merged under it: maps deep, lists appended, the
lower file's entries first, and everything else replaced. A file that several others extend counts
once. `defaults` lie under every exchange or queue, and a queue takes a set of `profiles` with
`profile: NAME`; its own values win.
"""

_PATTERNS: Final = """\
`dead_letter` and `retry` on a queue stand for exchanges, queues, bindings and policies, which
`check --show` prints. `dead_letter` is `true` or a map:
"""

_RULES: Final = """\
Beside the form of every field, `check` looks at the topology as a whole. An error stops the run
before a broker is touched. Ignorable rules can be left out: `ignore_rules: {RULE: reason}`.
"""


def reference_page() -> str:
    """The page's text."""
    return "\n".join(_sections()).rstrip() + "\n"


@cache
def _schema() -> Schema:
    return topology_schema()


def _sections() -> Iterator[str]:
    yield _INTRODUCTION
    yield from ("## Top level", "", _top_level(), "")
    yield from ("## Sharing", "", _SHARING, *_example("sharing"))
    for noun in NOUNS:
        yield from _noun(noun)
        if noun.key == "queues":
            yield from ("## Patterns", "", _PATTERNS, *_patterns(), *_example("patterns"))
        if noun.key == "operator_policies":
            yield from ("## Policy definitions", "", _policy_keys(), "")
    yield from ("## The stack's other keys", "", _stack_keys(), "")
    yield from ("## Rules", "", _RULES, _rules())


def _top_level() -> str:
    sections = {noun.key: noun.title for noun in NOUNS}
    sections |= dict.fromkeys(("extends", "defaults", "profiles"), "Sharing")
    sections |= {"retain": sections["allow_deletion"], "ignore_rules": "Rules"}
    rows = []
    for name, (shown, *rest) in _rows(Topology, _schema()):
        title = sections.get(name)
        rows.append((f"[{shown}](#{_anchor(title)})" if title else shown, *rest))
    return table(_HEAD, rows)


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _noun(noun: Noun) -> Iterator[str]:
    yield from (f"## {noun.title}", "", _about(noun.model), "")
    rows = _rows(noun.model, _definition(noun.model))
    known = queue_arguments() if noun.key == "queues" else {}
    yield table(
        (*_HEAD, "changing", "known to"),
        (
            (*row, noun.change(name), known[name].support if name in known else "")
            for name, row in rows
        ),
    )
    yield ""
    yield from _refused(noun.model)
    yield from _example(noun.example)


def _refused(model: type[Model]) -> Iterator[str]:
    """What one would look for in vain, with the reasons."""
    for reason in dict.fromkeys(model.REFUSED.values()):
        words = [f"`{word}`" for word, why in model.REFUSED.items() if why == reason]
        yield from (f"No {one_of(words)}: {reason}.", "")


def _about(model: type[Model]) -> str:
    """The model's own words, or its module's where it has but a name for itself."""
    own = one_line(model.__doc__ or "")
    if len(own.split()) > _A_MERE_NAME:
        return own
    return (sys.modules[model.__module__].__doc__ or own).strip()


def _patterns() -> Iterator[str]:
    dead_letter = _definition_by_name("DeadLetter")
    fields = dead_letter["properties"].items()
    yield table(_HEAD, (_row(name, schema, required=False) for name, schema in fields))
    yield "\n`retry` is a map:\n"
    yield _fields_of(Retry, _definition(Retry))
    yield ""


def _fields_of(model: type[Model], schema: Schema) -> str:
    return table(_HEAD, (row for _, row in _rows(model, schema)))


def _rows(model: type[Model], schema: Schema) -> Iterator[tuple[str, tuple[str, str, str, str]]]:
    """Each field with its name, type, default and description."""
    required = {
        field.alias or name for name, field in model.model_fields.items() if field.is_required()
    }
    for name, field in schema["properties"].items():
        yield name, _row(name, field, required=name in required)


def _row(name: str, schema: Schema, *, required: bool) -> tuple[str, str, str, str]:
    default = default_in_words(schema, required=required)
    return f"`{name}`", type_in_words(schema), default, schema.get("description", "")


def _definition(model: type[Model]) -> Schema:
    return _definition_by_name(model.__name__)


def _definition_by_name(name: str) -> Schema:
    definition: Schema = _schema()["definitions"][name]
    return definition


def _policy_keys() -> str:
    schema = _definition(PolicyDefinition)
    known = known_policy_keys()
    rows = (
        (
            *_row(name, field, required=False),
            known[name].support,
            f"from {known[name].operator_since}" if known[name].operator_since else "",
        )
        for name, field in schema["properties"].items()
    )
    return table(
        ("key", "type", "default", "what it sets", "known to", "in operator policies"), rows
    )


def _stack_keys() -> str:
    rows = (
        (f"`{key.name}`", _key_type(key.schemes, flag=key.flag), key.description) for key in KEYS
    )
    return table(("key", "type", "what it is"), rows)


def _key_type(schemes: tuple[str, ...], *, flag: bool) -> str:
    if flag:
        return "true/false"
    return " or ".join(f"`{scheme}://`" for scheme in schemes) or "text"


def _rules() -> str:
    rows = (
        (
            f"`{rule.name}`",
            str(rule.severity),
            "yes" if rule.ignorable else "no",
            cell(rule.explanation),
        )
        for rule in sorted(RULES, key=lambda rule: rule.name)
    )
    return table(("rule", "severity", "ignorable", "why"), rows)


def _example(name: str) -> Iterator[str]:
    text = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    modeline, _, topology = text.partition("\n")
    assert modeline.startswith("# yaml-language-server")
    yield f"```yaml\n{topology.rstrip()}\n```\n"
