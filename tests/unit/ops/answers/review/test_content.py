"""Which stacks a change reaches, and under which name a rehearsal is kept."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ops.answers.review.commits import Commit
from ops.answers.review.content import BESIDE, TOOLS, reached, rehearsal_key
from tests.support.paths import ROOT

FILES = {
    "Pulumi.yaml": "1",
    "Pulumi.dev.yaml": "2",
    "Pulumi.prod.yaml": "3",
    "infra/__main__.py": "4",
    "components/cache/cache.py": "5",
    "requirements.lock": "6",
    "ops/cli.py": "7",
    "sandbox/session.py": "8",
    "tools/pulumi/go.mod": "9",
    "docs/cdn.md": "10",
    "tests/unit/test_x.py": "11",
    "README.md": "12",
}


def commit(**changes: str) -> Commit:
    files = {**FILES, **{path: text for path, text in changes.items() if text}}
    return Commit("x", "0" * 40, "1" * 40, {path: ("100644", text) for path, text in files.items()})


def named(**changes: str) -> list[str]:
    return [item.stack for item in reached(commit(), commit(**changes)) if item.reached]


@pytest.mark.parametrize(
    "path", ["docs/cdn.md", "README.md", "tests/unit/test_x.py", "ops/cli.py", "sandbox/session.py"]
)
def test_what_the_program_does_not_read_reaches_no_stack(path: str) -> None:
    assert named(**{path: "other"}) == []


@pytest.mark.parametrize(
    "path", ["infra/__main__.py", "components/cache/cache.py", "requirements.lock", "unheard/of.py"]
)
def test_what_the_program_may_read_reaches_every_stack(path: str) -> None:
    assert named(**{path: "other"}) == ["dev", "prod"]


def test_a_stack_file_reaches_its_stack_alone() -> None:
    assert named(**{"Pulumi.dev.yaml": "other"}) == ["dev"]


def test_a_stack_that_comes_is_reached() -> None:
    found = reached(commit(), commit(**{"Pulumi.staging.yaml": "3"}))
    assert [(item.stack, item.in_base, item.in_head) for item in found if item.reached] == [("staging", False, True)]


def key(stack: str = "dev", engine: str = "3.259.0", python: str = "3.12.1", on: str = "", **changes: str) -> str:
    return rehearsal_key(commit(**changes), stack, engine, python, on)


@pytest.mark.parametrize(
    "other",
    [
        key(**{"Pulumi.dev.yaml": "other"}),
        key(**{"components/cache/cache.py": "other"}),
        key(**{"requirements.lock": "other"}),
        key(**{"ops/cli.py": "other"}),
        key(**{"sandbox/session.py": "other"}),
        key(**{"tools/pulumi/go.mod": "other"}),
        key(**{"infra/new.py": "other"}),
        key(stack="prod"),
        key(engine="3.260.0"),
        key(python="3.13.0"),
        key(on="abc"),
    ],
)
def test_whatever_a_rehearsal_depends_on_gives_it_another_name(other: str) -> None:
    assert other != key()


@pytest.mark.parametrize("path", ["Pulumi.prod.yaml", "docs/cdn.md", "tests/unit/test_x.py"])
def test_what_it_does_not_depend_on_leaves_its_name(path: str) -> None:
    assert key(**{path: "other"}) == key()


def test_the_program_imports_nothing_of_what_is_left_out() -> None:
    """Asked of the interpreter: every module of this checkout that building the platform needs."""
    asked = (
        "import sys, infra.stack, infra.notices, infra.sample_values, infra.settings.reading.stack_config\n"
        "print(*(getattr(module, '__file__', '') or '' for module in sys.modules.values()))"
    )
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    ours = (path.removeprefix(f"{ROOT}/") for path in done.stdout.split() if path.startswith(f"{ROOT}/"))
    files = [path for path in ours if not path.startswith(".venv/")]
    assert len(files) > 50
    assert [path for path in files if path.startswith((*TOOLS, *BESIDE))] == []
