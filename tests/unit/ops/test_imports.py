"""What a command loads: a plan from a file needs no Pulumi, and neither does the answer to a mistake."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.paths import ROOT

OF_A_PLAN = (
    *("cost", "availability", "diagram", "simulate", "objectives", "reboots", "policy", "gate"),
    "render.kubernetes",
)
HEAVY = ("pulumi", "grpc", "sandbox.session", "sandbox.cloud")
LOADED = "import importlib, sys; importlib.import_module({!r}); print(*(name for name in {!r} if name in sys.modules))"


@pytest.mark.parametrize("answer", OF_A_PLAN)
def test_what_is_said_of_a_plan_in_a_file_loads_no_pulumi(answer: str) -> None:
    code = LOADED.format(f"ops.answers.{answer}", HEAVY)
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


@pytest.mark.parametrize("named", ["planned", "render"])
def test_a_stack_that_there_is_not_is_named_before_pulumi_is_loaded(named: str) -> None:
    calls = {
        "planned": "from ops.rehearsal.planned import planned as of",
        "render": "from ops.answers.render.kubernetes import stack_plan as of",
    }
    code = (
        f"import sys; {calls[named]}\nfrom infra.problems import ConfigError\n"
        f"try: of('prdo', None, None)\nexcept ConfigError: print(*(name for name in {HEAVY!r} if name in sys.modules))"
    ).replace("of('prdo', None, None)", "of('prdo', None, None, None)")
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "\n"
