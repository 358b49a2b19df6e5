"""The topology of a component: a dict or a file, in which secrets may be outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any, Final

import pulumi

from ..check import Checked, check_layers
from ..config_files import Document, Layers, extended, from_document, nowhere
from ..model import Topology
from ..parse.schema_errors import takes_secret
from ..problems import ConfigError, Path, Problem
from ..version import BrokerFacts

_WHERE: Final = "outputs are for passwords and URIs; write a plain value"


class _Placeholder(str):  # noqa: SLOT000 - text cannot have slots
    """Stands for an output until its value is known."""

    output: pulumi.Output[Any]


@dataclass(frozen=True)
class Declaration:
    """What a component was given, with what it extends."""

    layers: Layers
    outputs: Mapping[Path, pulumi.Output[Any]]
    """Where they stand. In `layers`, placeholders do."""

    @classmethod
    def of(cls, topology: object, file: object, *, protect: bool) -> Declaration:
        """Raises `ConfigError` where there is nothing that could be looked into."""
        layers = _layers(topology, file)
        if protect and isinstance(layers.value, dict):
            layers = replace(layers, value={"protect": True, **layers.value})
        return cls(layers, dict(_outputs(layers.value, ())))

    def check(self, broker: BrokerFacts | None = None) -> Checked:
        """All that can be known of it now. What is said of a placeholder is left out."""
        misplaced = (
            Problem(path, "an output cannot stand here", _WHERE, source=self.layers.source(path))
            for path in self.outputs
            if not takes_secret(Topology, path)
        )
        checked = check_layers(self.layers, broker)
        known = (problem for problem in checked.problems if problem.path not in self.outputs)
        return replace(checked, problems=(*misplaced, *known))

    async def resolved(self) -> Declaration:
        """With the values of the outputs that are known: all of them in an update."""
        value, left, problems = self.layers.value, {}, []
        for path, output in self.outputs.items():
            if not await output.is_known():
                left[path] = output
                continue
            found = await output.future()
            if found is None or found == "":
                problem = Problem(path, "is empty: the output has no value", "give it a value")
                problems.append(problem.at(self.layers.source(path)))
            value = _with(value, path, found)
        if problems:
            raise ConfigError(problems)
        return Declaration(replace(self.layers, value=value), left)

    def sealed(self) -> Any:
        """The merged dict for Pulumi's state, with every secret marked as one."""
        return _sealed(self.layers.value, ())


def _layers(topology: object, file: object) -> Layers:
    if (topology is None) == (file is None):
        what = "are both given" if file is not None else "are both missing"
        raise ConfigError([Problem((), f"topology and file {what}", "give one of them")])
    if file is None:
        if isinstance(topology, pulumi.Output):
            hint = "give a dict; its passwords and URIs may be outputs"
            raise ConfigError([Problem(("topology",), "is an output as a whole", hint)])
        if not isinstance(topology, Mapping):
            raise ConfigError([Problem(("topology",), "must be a dict")])
        return extended(_plain(topology), FilePath.cwd(), nowhere)
    if not isinstance(file, str | FilePath):
        raise ConfigError([Problem(("file",), "must be the path of a YAML file")])
    return from_document(Document.read(FilePath(file)), FilePath(file))


def _plain(value: Any) -> Any:
    """A copy in which placeholders stand for outputs."""
    if isinstance(value, pulumi.Output):
        placeholder = _Placeholder("[output]")
        placeholder.output = value
        return placeholder
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value


def _outputs(value: Any, path: Path) -> Iterator[tuple[Path, pulumi.Output[Any]]]:
    if isinstance(value, _Placeholder):
        yield path, value.output
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _outputs(entry, (*path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _outputs(entry, (*path, index))


def _with(value: Any, path: Path, found: Any) -> Any:
    if not path:
        return found
    if isinstance(value, list):
        index = int(path[0])
        return [*value[:index], _with(value[index], path[1:], found), *value[index + 1 :]]
    return {**value, path[0]: _with(value[path[0]], path[1:], found)}


def _sealed(value: Any, path: Path) -> Any:
    if isinstance(value, _Placeholder):
        return pulumi.Output.secret(value.output)
    if isinstance(value, dict):
        return {key: _sealed(entry, (*path, key)) for key, entry in value.items()}
    if isinstance(value, list):
        return [_sealed(entry, (*path, index)) for index, entry in enumerate(value)]
    if isinstance(value, str) and takes_secret(Topology, path):
        return pulumi.Output.secret(value)
    return value
