"""The components as text: which classes there are, which types their arguments need, and which SDKs a module loads."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPONENTS = ROOT / "components"


@dataclass(frozen=True)
class Named:
    """A class and where it is defined."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the components and of what travels with them, by its import name."""
    found = {}
    for folder in (COMPONENTS, ROOT / "bailbondpro"):
        for path in sorted(folder.rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found[module] = ast.parse(path.read_text("utf-8"), str(path))
    return found


@cache
def is_package(module: str) -> bool:
    return (ROOT / module.replace(".", "/") / "__init__.py").exists()


def target(module: str, entry: ast.ImportFrom) -> str:
    """The import name that a `from` import leads to."""
    if not entry.level:
        return entry.module or ""
    steps = module.split(".") if is_package(module) else module.split(".")[:-1]
    base = steps[: len(steps) - (entry.level - 1)]
    return ".".join([*base, *([entry.module] if entry.module else [])])


def is_typing_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def runtime_imports(module: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(module, names) of what is imported when a module is, functions' own imports included."""
    waiting: list[ast.AST] = [trees()[module]]
    while waiting:
        node = waiting.pop()
        if is_typing_only(node):
            continue
        if isinstance(node, ast.Import):
            yield from ((item.name, ()) for item in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield target(module, node), tuple(item.name for item in node.names)
        waiting.extend(ast.iter_child_nodes(node))


@cache
def sdks(module: str) -> frozenset[str]:
    """The provider SDKs that importing a module loads, directly and through what it imports."""
    seen: set[str] = set()
    waiting, found = [module], set()
    while waiting:
        current = waiting.pop()
        if current in seen or current not in trees():
            continue
        seen.add(current)
        parts = current.split(".")
        waiting += [".".join(parts[:length]) for length in range(1, len(parts))]
        for name, members in runtime_imports(current):
            if name.startswith("pulumi_"):
                found.add(name.partition(".")[0])
            waiting += [name, *(f"{name}.{member}" for member in members)]
    return frozenset(found)


@cache
def classes() -> dict[Named, ast.ClassDef]:
    return {
        Named(module, node.name): node
        for module, tree in trees().items()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


@cache
def components() -> tuple[Named, ...]:
    """Every component resource."""
    found = (
        key for key, node in classes().items() if any("ComponentResource" in ast.unparse(base) for base in node.bases)
    )
    return tuple(sorted(found, key=str))


@cache
def _imported(module: str) -> dict[str, Named]:
    """What a module imports by name, for type checkers only included."""
    return {
        item.asname or item.name: Named(target(module, node), item.name)
        for node in ast.walk(trees()[module])
        if isinstance(node, ast.ImportFrom)
        for item in node.names
    }


@cache
def _aliases(module: str) -> dict[str, ast.expr]:
    """Names that stand for an expression, such as a union of classes."""
    nodes = (node for node in trees()[module].body if isinstance(node, ast.Assign))
    return {item.id: node.value for node in nodes for item in node.targets if isinstance(item, ast.Name)}


def _meant(module: str, expression: ast.AST) -> set[Named]:
    """The classes of ours that an annotation names."""
    found: set[Named] = set()
    for part in ast.walk(expression):
        if isinstance(part, ast.Name):
            found |= _resolved(_imported(module).get(part.id) or Named(module, part.id))
    return found


def _resolved(named: Named) -> set[Named]:
    if named in classes():
        return {named}
    alias = _aliases(named.module).get(named.name) if named.module in trees() else None
    return _meant(named.module, alias) if alias is not None else set()


def args_of(component: Named) -> Named:
    """The class of a component's arguments."""
    constructor = next(
        item for item in classes()[component].body if isinstance(item, ast.FunctionDef) and item.name == "__init__"
    )
    annotation = next(argument.annotation for argument in constructor.args.args if argument.arg == "args")
    assert annotation is not None
    (found,) = _meant(component.module, annotation)
    return found


def needed_by(args: Named) -> set[Named]:
    """The class of a component's arguments and every class that fields name, those classes' own fields included."""
    found: set[Named] = set()
    waiting = [args]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found.add(current)
        if current in components():
            continue
        node = classes()[current]
        for expression in [*node.bases, *(item.annotation for item in node.body if isinstance(item, ast.AnnAssign))]:
            waiting += _meant(current.module, expression)
    return found
