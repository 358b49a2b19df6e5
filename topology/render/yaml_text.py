"""Values → YAML as a person would write it, which reads back as the same values everywhere."""

from __future__ import annotations

from typing import Any, Final

import yaml

from ..config_files.yaml_nodes import add_plain_scalars

_WIDTH: Final = 100
_INDENT: Final = 20
"""What is left for the key and the indentation before a map on one line."""


def yaml_text(value: dict[str, Any]) -> str:
    """Maps in the order they have; small ones on one line."""
    return str(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH))


def _fits_line(node: yaml.MappingNode) -> bool:
    """Whether a map holds nothing but a few scalars, and reads best on one line."""
    scalars = [part for pair in node.value for part in pair if isinstance(part, yaml.ScalarNode)]
    # A key takes ": " after it, a value ", ", and either may get quotes.
    length = sum(len(scalar.value) + 2 for scalar in scalars)
    return len(scalars) == 2 * len(node.value) and length <= _WIDTH - _INDENT


class _Dumper(yaml.SafeDumper):
    """Writes every value out where it belongs, and quotes what any reader takes for no text."""

    def represent(self, data: Any) -> None:
        root = self.represent_data(data)
        if isinstance(root, yaml.CollectionNode):
            root.flow_style = False
        self.serialize(root)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, False)  # the entries of a list stand below their key

    def represent_mapping(
        self,
        tag: str,
        mapping: Any,
        flow_style: bool | None = None,  # noqa: FBT001
    ) -> yaml.MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        node.flow_style = _fits_line(node)
        return node

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


add_plain_scalars(_Dumper)
