"""Which arguments of components the stack file reaches: by name alone, or by a keyword that the wiring writes.

.venv/bin/python -m tests.support.reached            # prints what neither reaches
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import sys
from dataclasses import fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import components
import infra.stack
from tests.support.same_name import WIRING, taken

if TYPE_CHECKING:
    from collections.abc import Iterator


@cache
def argument_classes() -> dict[str, type[Any]]:
    """Every dataclass of the components, by its name."""
    modules = [importlib.import_module(one.name) for one in pkgutil.walk_packages(components.__path__, "components.")]
    return {
        name: found
        for module in modules
        for name, found in vars(module).items()
        if isinstance(found, type) and is_dataclass(found) and found.__module__ == module.__name__
    }


def _calls() -> Iterator[tuple[str, ast.Call, bool]]:
    """Every call in the wiring that makes a class of the components: its name, and whether by the class itself."""
    for module in (*WIRING, infra.stack):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if not isinstance(node, ast.Call):
                continue
            parts = ast.unparse(node.func).split(".")
            for part in parts:
                if part in argument_classes():
                    yield part, node, parts[-1] == part


@cache
def reached() -> dict[str, frozenset[str]]:
    """Fields that the wiring gives a value of its own, by class; a constant in a call counts as none."""
    found: dict[str, set[str]] = {}
    for name, call, by_class in _calls():
        mine = found.setdefault(name, set())
        mine |= {one.arg for one in call.keywords if one.arg is not None and not isinstance(one.value, ast.Constant)}
        if by_class:
            mine |= {field.name for field, _ in zip(fields(argument_classes()[name]), call.args, strict=False)}
    for one in taken():
        found.setdefault(one.args.__name__, set()).add(one.field)
    return {name: frozenset(names) for name, names in found.items()}


def unreached() -> dict[str, list[str]]:
    """Fields of the classes that the wiring makes and that it gives no value, by class."""
    classes, given = argument_classes(), reached()
    left: dict[str, list[str]] = {}
    for name, mine in given.items():
        own = {field.name for field in fields(classes[name]) if field.init}
        for base in classes[name].__mro__[1:]:
            # what another class of the wiring shares is made once, there
            own -= {field.name for field in fields(base)} if base.__name__ in given else set()
        if missing := sorted(own - mine):
            left[name] = missing
    return dict(sorted(left.items()))


if __name__ == "__main__":
    for class_name, names in unreached().items():
        sys.stdout.write(f"{class_name}: {', '.join(names)}\n")
