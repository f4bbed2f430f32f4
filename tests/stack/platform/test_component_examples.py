"""The example in every component's docstring runs: someone can take the component and start from there."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.support.examples import code_of, module_of, names_for
from tests.support.paths import ROOT
from tests.support.recording import record

if TYPE_CHECKING:
    from pathlib import Path


@cache
def components() -> dict[str, tuple[Path, str]]:
    """Every component by name, with its file and docstring."""
    found = {}
    for path in sorted((ROOT / "components").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and any("ComponentResource" in ast.unparse(base) for base in node.bases):
                found[node.name] = (path, ast.get_docstring(node) or "")
    return found


def test_there_are_components_to_try() -> None:
    assert len(components()) > 25


@pytest.mark.parametrize("name", sorted(components()))
def test_the_example_of_a_component_builds_it(name: str) -> None:
    path, docstring = components()[name]
    blocks = list(code_of(docstring))
    assert blocks, f"the docstring of {name} has no example in a fenced block"
    module = module_of(path, ROOT)

    def build() -> None:
        space = names_for(module)
        for block in blocks:
            exec(compile(block, f"example of {name}", "exec"), space)  # noqa: S102 - our own docstring

    recording = record(build)
    assert any(item.type.endswith(f":{name}") and not item.custom for item in recording)
    assert any(item.custom for item in recording)
