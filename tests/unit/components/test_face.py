"""The face of the package: every component, its arguments and their types, under one name and loaded when used."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

import pytest

import components
from tests.support import component_sources as sources
from tests.support.paths import ROOT

NAMES = [component.name for component in sources.components()]


def run(code: str) -> str:
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert answer.returncode == 0, answer.stderr[-2000:]
    return answer.stdout.strip()


def test_components_have_names_of_their_own() -> None:
    assert len(set(NAMES)) == len(NAMES) > 30


@pytest.mark.parametrize("component", sources.components(), ids=str)
def test_the_face_has_every_component_its_args_and_the_types_they_need(component: sources.Named) -> None:
    needed = {component, *sources.needed_by(sources.args_of(component))}
    ours = {named for named in needed if named.module.startswith("components.")}
    missing = {
        f"    from {named.module.removeprefix('components')} import {named.name} as {named.name}"
        for named in ours
        if getattr(components, named.name, None) is not getattr(importlib.import_module(named.module), named.name)
    }
    assert not missing, "add to components/__init__.py:\n" + "\n".join(sorted(missing))


def test_every_name_of_the_face_is_found_and_is_listed() -> None:
    listed = vars(components)["__getattr__"]("__all__")
    assert listed == sorted(set(listed))
    assert [name for name in listed if getattr(components, name, None) is None] == []
    assert set(listed) <= set(dir(components))


def test_a_star_import_brings_the_components() -> None:
    space: dict[str, object] = {}
    exec("from components import *", space)  # noqa: S102 - a star import is allowed at module level only
    assert set(NAMES) <= set(space)


def test_importing_the_face_loads_no_sdk() -> None:
    assert run("import sys, components; print([name for name in sys.modules if name.startswith('pulumi')])") == "[]"


def test_a_name_that_the_face_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=re.escape("module 'components' has no attribute 'Mainframe'")):
        _ = components.Mainframe  # type: ignore[attr-defined]  # a type checker refuses it, too


def test_a_component_says_which_extra_installs_the_sdk_that_is_missing() -> None:
    code = """
import sys
sys.modules["pulumi_aws"] = None
import components
try:
    components.Redis
except ImportError as error:
    print(error)
"""
    assert run(code) == "Redis needs pulumi_aws: pip install 'bailbondpro-components[aws]'"
