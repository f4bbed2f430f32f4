"""Pulumi resolves the annotations of every resource class when the engine registers it, not when it is imported."""

from __future__ import annotations

import importlib
import pkgutil

import pulumi
from pulumi._types import resource_types

import components


def component_classes() -> list[type[pulumi.ComponentResource]]:
    found = {}
    for module in pkgutil.walk_packages(components.__path__, "components."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, pulumi.ComponentResource):
                found[f"{value.__module__}.{value.__qualname__}"] = value
    return [found[name] for name in sorted(found) if name.startswith("components.")]


def unresolved(component: type[pulumi.ComponentResource]) -> str | None:
    try:
        resource_types(component)
    except NameError as error:
        return f"{component.__module__}.{component.__qualname__}: {error}"
    return None


def test_annotations_of_every_component_resolve_at_run_time() -> None:
    classes = component_classes()
    assert len(classes) > 10
    assert [problem for component in classes if (problem := unresolved(component))] == []
