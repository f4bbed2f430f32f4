"""What settings hand to components by name alone: every value is of the type that its field wants."""

from __future__ import annotations

import ast
import inspect
import sys
import types
from collections.abc import Sequence
from dataclasses import fields
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal, Union, get_args, get_origin

import pytest

from infra.wiring.same_name import of_same_name
from tests.support.same_name import LIST, WIRING, WRITE, Taken, difference, taken

if TYPE_CHECKING:
    from collections.abc import Iterator


def calls() -> Iterator[tuple[str, ast.Call, ast.Call]]:
    """Every call of `of_same_name` with its module and the call whose keywords it gives."""
    for module in WIRING:
        if module.__name__ == of_same_name.__module__:
            continue
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if not isinstance(node, ast.Call):
                continue
            for keyword in node.keywords:
                value = keyword.value
                if keyword.arg is None and isinstance(value, ast.Call) and ast.unparse(value.func) == "of_same_name":
                    yield module.__name__.rpartition(".")[2], node, value


def test_every_call_fills_the_class_whose_fields_it_asks_for() -> None:
    found = list(calls())
    others = [module for module in WIRING if module.__name__ != of_same_name.__module__]
    assert len(found) == sum(inspect.getsource(module).count("of_same_name(") for module in others)
    for module, call, inner in found:
        asked = ast.unparse(inner.args[0])
        assert ast.unparse(call.func) in {asked, "replace"}, f"{module}:{call.lineno} fills another class than {asked}"


def test_what_a_call_leaves_out_it_names_itself() -> None:
    for module, call, inner in calls():
        named = {keyword.arg for keyword in call.keywords}
        for without in (keyword.value for keyword in inner.keywords):
            assert set(ast.literal_eval(without)) <= named, f"{module}:{call.lineno} leaves out what it does not name"


def test_every_call_runs_in_the_stacks_that_are_judged_here() -> None:
    written = {(module, inner.lineno) for module, _, inner in calls()}
    assert written - {one.where for one in taken()} == set()


def test_what_is_handed_over_by_name_is_what_the_list_says() -> None:
    found = difference(map(str, taken()), LIST.read_text("utf-8").splitlines())
    assert not found, "\n".join([*found, f"then: {WRITE}"])


def test_a_field_that_gets_the_name_of_a_setting_by_accident_is_named() -> None:
    gone, new = difference(["redis: RedisArgs.shards from RedisSettings"], ["app: Rollout.max_surge from AppSettings"])
    assert gone.startswith("gone: app: Rollout.max_surge from AppSettings: ")
    assert new.startswith("new:  redis: RedisArgs.shards from RedisSettings: ")


@cache
def hint(module: str, annotation: str) -> object:
    """The type behind an annotation, although the module imports it for the type checker alone."""
    namespace = dict(vars(sys.modules[module]))
    for node in ast.parse(inspect.getsource(sys.modules[module])).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            exec(compile(ast.Module(node.body, []), module, "exec"), namespace)  # noqa: S102 - our own imports
    return eval(annotation, namespace)  # noqa: S307 - our own annotation


def wanted(one: Taken) -> object:
    (annotation,) = [str(field.type) for field in fields(one.args) if field.name == one.field]
    return hint(one.args.__module__, annotation)


def fits(value: object, field: object) -> bool:
    """Whether every value of the first type is one of the second: no conversion, no truth value as a number."""
    if get_origin(value) is Annotated:
        return fits(get_args(value)[0], field)
    if get_origin(value) in {Union, types.UnionType}:
        return all(fits(one, field) for one in get_args(value))
    if get_origin(field) in {Union, types.UnionType}:
        return any(fits(value, one) for one in get_args(field))
    if get_origin(value) is Literal:
        if get_origin(field) is Literal:
            return set(get_args(value)) <= set(get_args(field))
        return all(fits(type(one), field) for one in get_args(value))
    if get_origin(value) is tuple and get_origin(field) in {tuple, Sequence}:
        return fits(get_args(value)[0], get_args(field)[0])
    if isinstance(value, type) and issubclass(value, Enum):
        return value is field
    return value == field or (value, field) == (int, float)


def test_every_value_is_of_the_type_that_its_field_wants() -> None:
    assert len(taken()) > 100
    wrong = [
        f"{one.args.__name__}.{one.field} is {wanted(one)}, {one.area.__name__} has {annotation}"
        for one in taken()
        if not fits(annotation := one.area.model_fields[one.field].annotation, wanted(one))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("value", "field", "expected"),
    [
        (int, int, True),
        (int, hint("components.redis", "pulumi.Input[int]"), True),
        (int, int | None, True),
        (int | None, int, False),
        (int, float, True),
        (float, int, False),
        (bool, int, False),
        (str, int, False),
        (int, str, False),
        (Literal["a"], str, True),
        (Literal["a", "b"], Literal["a"], False),
        (tuple[str, ...], Sequence[str], True),
        (tuple[int, ...], tuple[str, ...], False),
    ],
)
def test_a_type_fits_where_all_its_values_do(value: object, field: object, expected: bool) -> None:
    assert fits(value, field) is expected
