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
def argument_classes() -> tuple[type[Any], ...]:
    """Every dataclass of the components."""
    modules = [importlib.import_module(one.name) for one in pkgutil.walk_packages(components.__path__, "components.")]
    return tuple(
        found
        for module in modules
        for found in vars(module).values()
        if isinstance(found, type) and is_dataclass(found) and found.__module__ == module.__name__
    )


def label(cls: type[Any]) -> str:
    """A class's name, with its module where two classes have the same."""
    alone = sum(other.__name__ == cls.__name__ for other in argument_classes()) == 1
    return cls.__name__ if alone else f"{cls.__module__.removeprefix('components.')}.{cls.__name__}"


def _calls() -> Iterator[tuple[type[Any], ast.Call, bool]]:
    """Every call in the wiring that makes a class of the components: the class, and whether by the class itself."""
    for module in (*WIRING, infra.stack):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if not isinstance(node, ast.Call):
                continue
            parts = ast.unparse(node.func).split(".")
            for part in parts:
                if (found := vars(module).get(part)) in argument_classes():
                    yield found, node, parts[-1] == part


@cache
def reached() -> dict[type[Any], frozenset[str]]:
    """Fields that the wiring gives a value of its own, by class; a constant in a call counts as none."""
    found: dict[type[Any], set[str]] = {}
    for cls, call, by_class in _calls():
        mine = found.setdefault(cls, set())
        mine |= {one.arg for one in call.keywords if one.arg is not None and not isinstance(one.value, ast.Constant)}
        if by_class:
            mine |= {field.name for field, _ in zip(fields(cls), call.args, strict=False)}
    for one in taken():
        found.setdefault(one.args, set()).add(one.field)
    return {cls: frozenset(names) for cls, names in found.items()}


def unreached() -> dict[str, list[str]]:
    """Fields of the classes that the wiring makes and that it gives no value, by class."""
    given, left = reached(), dict[str, list[str]]()
    for cls, mine in given.items():
        own = {field.name for field in fields(cls) if field.init}
        for base in cls.__mro__[1:]:
            # what another class of the wiring shares is made once, there
            own -= {field.name for field in fields(base)} if base in given else set()
        if missing := sorted(own - mine):
            left[label(cls)] = missing
    return dict(sorted(left.items()))


if __name__ == "__main__":
    for class_name, names in unreached().items():
        sys.stdout.write(f"{class_name}: {', '.join(names)}\n")
