"""House rules that no linter knows: sizes, a test for every component, no silent suppression, nothing unfinished."""

from __future__ import annotations

import ast
import io
import re
import shutil
import subprocess
import tokenize
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = ("infra", "components", "planner", "policies", "sandbox", "ops", "plan", "bailbondpro", "tests")
MAX_FILE_LINES = 350
MAX_CONSTRUCTOR_LINES = 60
MAX_MODULES = 21
"""Of one folder: about as many names as are read at a glance."""
FOUND_BY_NAME = {"ops/commands", "ops/views"}
"""Folders with one module for each command: `./bbp --help` is their table of contents."""
THE_ONE_THAT_ASKS_AWS = "ops/answers/preflight/account.py"
"""The program declares and never asks; a preflight asks a real account, and only reads."""

# Put together here, so that this file does not contain what it looks for.
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "X" * 3, "place" + "holder", "not " + "implemented", "NotImplemented" + "E")
TEXT_SUFFIXES = {".py", ".md", ".yml", ".yaml", ".toml", ".sh", ".txt", ".json", ".mod", ""}

SUPPRESSED = {
    "noqa": re.compile(r"noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* - \S+"),
    "type: ignore": re.compile(r"type: ignore\[[\w, -]+\]  # \S+"),
}


@dataclass(frozen=True)
class Component:
    path: Path
    node: ast.ClassDef

    @property
    def constructor(self) -> ast.FunctionDef:
        return next(item for item in self.node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__")

    def __str__(self) -> str:
        return f"{name_of(self.path)}: {self.node.name}"


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def sources() -> tuple[Path, ...]:
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return tuple(sorted(path for path in files if "__pycache__" not in path.parts))


@cache
def product() -> tuple[Path, ...]:
    return tuple(path for path in sources() if not path.is_relative_to(ROOT / "tests"))


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), filename=str(path))


@cache
def components() -> tuple[Component, ...]:
    return tuple(
        Component(path, node)
        for path in sources()
        if path.is_relative_to(ROOT / "components")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith("ComponentResource") for base in node.bases)
    )


def test_a_file_is_short_enough_to_read_at_once() -> None:
    lines = {name_of(path): len(text(path).splitlines()) for path in sources()}
    assert {name: count for name, count in lines.items() if count > MAX_FILE_LINES} == {}


def test_a_constructor_is_a_table_of_contents() -> None:
    def lines(component: Component) -> int:
        return (component.constructor.end_lineno or 0) - component.constructor.lineno + 1

    assert {str(c): lines(c) for c in components() if lines(c) > MAX_CONSTRUCTOR_LINES} == {}


def test_a_component_takes_a_name_typed_args_and_options() -> None:
    def fits(component: Component) -> bool:
        arguments = component.constructor.args.args
        annotations = [ast.unparse(argument.annotation) for argument in arguments[1:] if argument.annotation]
        named = [argument.arg for argument in arguments] == ["self", "name", "args", "opts"]
        return named and len(annotations) == 3 and annotations[1].endswith("Args")

    assert [str(component) for component in components() if not fits(component)] == []


def test_a_component_registers_its_outputs_and_its_type_names_its_class() -> None:
    def fits(component: Component) -> bool:
        source = ast.unparse(component.node)
        return "register_outputs(" in source and bool(re.search(rf"'bailbondpro:\w+:{component.node.name}'", source))

    assert [str(component) for component in components() if not fits(component)] == []


def test_every_component_is_built_by_a_test_alone_or_inside_another_one() -> None:
    lanes = (ROOT / "tests" / lane for lane in ("unit", "stack"))
    tests = "\n".join(text(path) for lane in lanes for path in lane.rglob("test_*.py"))
    built = {component for component in components() if re.search(rf"\b{component.node.name}\(", tests)}
    reached: set[Component] = set()
    while built - reached:
        reached |= built
        code = "\n".join(text(component.path) for component in reached)
        built |= {component for component in components() if re.search(rf"(?<!class )\b{component.node.name}\(", code)}
    assert sorted(str(component) for component in set(components()) - built) == []


def test_a_unit_test_stands_where_what_it_tests_stands() -> None:
    unit = ROOT / "tests" / "unit"
    folders = {path.parent.relative_to(unit) for path in unit.rglob("test_*.py")}
    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder).is_dir()] == []
    flat = [path.name for path in unit.glob("test_*.py")]
    assert flat == [], f"a folder of tests/unit says what they test: {flat}"


def test_no_folder_is_a_heap() -> None:
    folders = Counter(name_of(path.parent) for path in product() if path.name != "__init__.py")
    heaps = {folder: count for folder, count in folders.items() if count > MAX_MODULES}
    assert {folder: count for folder, count in heaps.items() if folder not in FOUND_BY_NAME} == {}


def test_components_are_one_package_under_two_names() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        if path.is_relative_to(ROOT / "components")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] == "components"
    ]
    assert found == [], "the wheel has another name for this package: import relatively"


def test_no_default_is_mutable() -> None:
    mutable = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
    found = [
        f"{name_of(path)}:{default.lineno}"
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for default in (*node.args.defaults, *node.args.kw_defaults)
        if isinstance(default, mutable)
    ]
    assert found == [], "\n".join(found)


def test_a_suppressed_check_says_which_one_and_why() -> None:
    found = [
        f"{name_of(path)}:{token.start[0]}: {token.string}"
        for path in sources()
        for token in tokenize.generate_tokens(io.StringIO(text(path)).readline)
        if token.type == tokenize.COMMENT
        for mark, reasoned in SUPPRESSED.items()
        if mark in token.string and not reasoned.search(token.string)
    ]
    assert found == [], "\n".join(found)


def test_no_module_speaks_to_aws_behind_pulumis_back() -> None:
    pattern = re.compile(r"^\s*(import|from) (boto3|botocore)\b", re.MULTILINE)
    assert [name_of(path) for path in product() if pattern.search(text(path))] == [THE_ONE_THAT_ASKS_AWS]


def test_the_heavy_cloudflare_package_is_imported_where_it_is_used() -> None:
    """It takes seconds to import (308 classes, none of them lazily), so other components must not bring it along."""
    pattern = re.compile(r"^(import|from) pulumi_cloudflare\b", re.MULTILINE)
    importing = {name_of(path) for path in product() if pattern.search(text(path))}
    assert importing
    assert {name for name in importing if not name.startswith("components/cdn/")} == set()


def test_no_module_of_the_program_hides_a_room() -> None:
    """Pulumi runs `infra/` with that folder first on the path: its `x.py` would be imported for the room `x`."""
    assert {path.stem for path in (ROOT / "infra").iterdir()} & set(PACKAGES) == set()


def test_nothing_unfinished_is_left_in_the_text() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so there is no list of the project's files")
    listed = subprocess.run([git, "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    words = re.compile("|".join(rf"\b{re.escape(word)}" for word in UNFINISHED))
    found = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.is_file() and path.suffix in TEXT_SUFFIXES and name != "LICENSE":
            lines = enumerate(text(path).splitlines(), 1)
            found += [f"{name}:{number}: {line.strip()[:100]}" for number, line in lines if words.search(line)]
    assert found == [], "\n".join(found)
