"""Which names a stack of another project's program may be given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.program.foreign import ProgramError, stack_named

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: acme\nruntime: python\n")
    return tmp_path


@pytest.mark.parametrize("name", ["dev", "UPPER", "a_b.c-9", ".x", "x" * 100, "org/dev", "org/acme/dev"])
def test_a_name_that_the_engine_takes_is_taken(program: Path, name: str) -> None:
    assert stack_named(program, name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        "../x",
        "a//b",
        "a/",
        "/a",
        "a/b/c/d",
        "a b",
        "ünï",
        "a\nb",
        "*",
        'a"b',
        "x" * 101,
        "org/../dev",
    ],
)
def test_a_name_that_no_stack_can_have_is_refused_before_anything_is_made(program: Path, name: str) -> None:
    with pytest.raises(ProgramError, match="no stack can be called so") as error:
        stack_named(program, name)
    assert "fix: name the stack" in str(error.value)
    assert len(str(error.value)) < 600


def test_a_full_name_of_another_project_is_told_which_project_this_is(program: Path) -> None:
    with pytest.raises(ProgramError, match="is acme, not other\n  fix: org/acme/dev, or dev alone"):
        stack_named(program, "org/other/dev")
