"""Reads small YAML or JSON files of users: whatever is wrong with one is said in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 4 * 1024 * 1024
"""Of a file: PyYAML takes about 80 times as much memory while it reads (measured: 302 MiB for 4.0 MB of samples).

A week of samples, one a minute, has about 0.1 MB for each measure.
"""


class _Loader(yaml.SafeLoader):
    """YAML in which every key stands once: of two, one would win and the other be passed over."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        """A mapping.

        Raises:
            ConstructorError: a key stands in it twice.
        """
        lines: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            line = key.start_mark.line + 1
            if key.value in lines:
                told = f"the key {key.value!r} stands there twice, in lines {lines[key.value]} and {line}; leave one"
                raise yaml.constructor.ConstructorError(None, None, told, key.start_mark)
            lines[key.value] = line
        return super().construct_mapping(node, deep)


def _day(loader: _Loader, node: yaml.ScalarNode) -> object:
    """A day or a moment; PyYAML's own error of one that does not exist says neither which nor where."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(
            None, None, f"{node.value} is no day: {error}", node.start_mark
        ) from error


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)


class DocumentError(ValueError):
    """A file holds no document; the message says why and what to do."""


def read_document(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """The document in a YAML or JSON file.

    Raises:
        DocumentError: it is neither, is too large, or is nested too deeply.
        OSError: it cannot be read.
    """
    if path.is_file() and (size := path.stat().st_size) > MAX_BYTES:
        raise DocumentError(
            f"{path} has {size / 1024 / 1024:,.1f} MiB, at most {MAX_BYTES // 1024 // 1024} MiB are read; give fewer "
            "samples (one a minute is enough), or measure with --prometheus where the command has it"
        )
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe loader, and stricter
    except RecursionError as error:
        raise DocumentError(f"{path} is nested too deeply") from error
    except (yaml.YAMLError, ValueError) as error:
        raise DocumentError(f"{path} is neither YAML nor JSON: {error}") from error
