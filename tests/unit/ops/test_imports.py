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


MISTAKES = (
    *("check prdo", "cost prdo", "quotas prdo", "drill prdo", "preflight prdo", "render kubernetes prdo --out x"),
    *("rehearse prdo", "journey prdo", "journey prod --path small", "report prdo --out x", "destroy prdo"),
    *("gate --plan none.json", "drift --plan none.json", "cost --nope"),
)
WHOLE = """
import runpy, sys
sys.argv = ["ops", *{!r}.split()]
ended = 0
try:
    runpy.run_module("ops", run_name="__main__")
except SystemExit as error:
    ended = error.code
print("HEAVY", ended, *(name for name in {!r} if name in sys.modules))
"""


@pytest.mark.parametrize("command", MISTAKES)
def test_a_mistake_is_answered_by_a_whole_command_without_pulumi(command: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", WHOLE.format(command, HEAVY)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    _, ended, *loaded = found.stdout[found.stdout.index("HEAVY") :].split()
    assert int(ended) in {1, 2}, found.stderr
    assert loaded == [], found.stderr
