"""The program that the engine runs, as a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.support.paths import ROOT

TWICE = """
import gc, os, runpy
os.environ["PULUMI_CONFIG"] = "{}"
import pulumi
from pulumi.runtime import settings
settings.configure(settings.Settings(project="bailbondpro", stack="dev"))
frozen = []
for _ in range(2):
    try:
        runpy.run_path("infra/__main__.py", run_name="__main__")
    except pulumi.RunError:
        frozen.append(gc.get_freeze_count())
print(frozen[0] > 1_000, frozen[0] >= frozen[1], gc.get_threshold()[0] > 10_000)
"""


def test_a_program_that_runs_again_in_one_process_keeps_no_garbage_of_the_run_before() -> None:
    done = subprocess.run([sys.executable, "-c", TWICE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "True", "True"], done.stdout + done.stderr[-2000:]


def test_the_garbage_collector_is_settled_in_one_place() -> None:
    rooms = ("infra", "ops", "sandbox", "bootstrap", "components", "planner", "policies", "plan", "bailbondpro")
    found = {
        str(path.relative_to(ROOT))
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"\bgc\.(freeze|set_threshold|disable)\(", path.read_text("utf-8"))
    }
    assert found == {"infra/garbage.py"}


def test_whoever_runs_the_program_gets_the_settled_collector_from_it() -> None:
    assert re.search(r"^garbage\.settle\(\)$", (ROOT / "infra" / "__main__.py").read_text("utf-8"), re.MULTILINE)
