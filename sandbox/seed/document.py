"""A YAML document whose values still know the line that they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

Keys = tuple[str | int, ...]


@dataclass
class Document:
    """What a file says.

    Attributes:
        value: the document as plain data.
        lines: the line of every value, by the keys that lead to it.
        twice: the keys of mappings that are given twice; YAML keeps the last one and says nothing.
    """

    value: Any
    lines: dict[Keys, int] = field(default_factory=dict)
    twice: list[Keys] = field(default_factory=list)

    def line(self, keys: Keys) -> int:
        """The line of a value, or of the nearest one around it."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 1)


def read(text: str) -> Document:
    """Read one YAML document.

    Raises:
        YAMLError: the text is none.
    """
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return Document(None)
        document = Document(loader.construct_document(root))
        _place(document, root, (), frozenset())
        return document
    finally:
        loader.dispose()


def _place(document: Document, node: yaml.Node, keys: Keys, around: frozenset[int]) -> None:
    document.lines[keys] = node.start_mark.line + 1
    if id(node) in around:
        return  # an alias of something that it stands in
    inside = around | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            _place(document, item, (*keys, number), inside)
    elif isinstance(node, yaml.MappingNode):
        seen = set()
        for key, item in node.value:
            here = (*keys, str(key.value))
            if here in seen:
                document.twice.append(here)
            seen.add(here)
            _place(document, item, here, inside)
            document.lines[here] = key.start_mark.line + 1
