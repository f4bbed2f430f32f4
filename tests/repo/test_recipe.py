"""The recipe of docs/add-a-part.md: small, complete, and whatever is left out of it is named by a test."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.recipe import DOCUMENT, Step, before_tests, copied, steps

if TYPE_CHECKING:
    from pathlib import Path

MOST_FILES = 11
MOST_LINES = 130
NAMED = {
    "naming": "sandbox/services/aws/sqs.py: Row.__init__() missing 1 required keyword-only argument: 'name'",
    "uniqueness": "sandbox/services/aws/sqs.py: Row.__init__() missing 1 required keyword-only argument: 'unique'",
    "references": "'references'",
    "replacement": "'replaced'",
    "refused inputs": "'values'",
    "noun": "plan/types/aws.py: ResourceType.__init__() missing 1 required keyword-only argument: 'noun'",
    "price": "'bill'",
    "encryption": "'at_rest'",
    "stateful": "'holds'",
    "quota": "'quotas'",
    "simulated row": "aws:sqs/queue:Queue: write Row(token=...) in sandbox/services/aws/sqs.py",
    "known row": "say its noun, bill, at_rest, holds, quotas in a ResourceType of plan/types/aws.py",
    "permissions": "aws:sqs/queue:Queue: say what it reads, creates, updates and deletes in plan/permissions/",
    "encrypted resource": "jobs-live (kmsMasterKeyId)",
    "alarm": "queue raises no alarm: give its Kind `alarms`",
    "dashboard": "queue is on no dashboard: give its Kind `panels`",
    "runbook": "queue has no runbook: write docs/runbooks/not-written.md",
    "target": "queue: no alarm on AWS/SQS; make its target in infra/wiring",
    "shapes": "no shape says when alarms-jobs-failed-jobs must go off: write one in tests/data/metric_shapes.yaml",
    "watched": "aws:sqs/queue:Queue",
    "face": "add QueueTarget to components/__init__.py",
    "urn list": "new:  bailbondpro:storage:Queue$aws:sqs/queue:Queue::jobs-live",
    "switch": "storage.queue is off in tests/data/everything.yaml",
}
"""What is said when an aspect is left out."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copied(tmp_path_factory.mktemp("part"))
    for step in steps():
        step.apply(root)
    return root


def run(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def judged(copy: Path) -> dict[str, Any]:
    everything = copy / "tests" / "data" / "everything.yaml"
    on = everything.read_text("utf-8")
    found = run(copy, "-m", "tests.support.new_part")
    assert found.returncode == 0, found.stderr
    document: dict[str, Any] = json.loads(found.stdout)
    everything.write_text("".join(line for line in on.splitlines(keepends=True) if "queue:" not in line), "utf-8")
    code = "from tests.support.new_part import *; print(*switched_off())"
    document["without"]["switch"] = run(copy, "-c", code).stdout.splitlines()
    everything.write_text(on, "utf-8")
    return document


def test_a_part_takes_eleven_files_and_a_hundred_and_thirty_lines_before_its_tests_and_documents() -> None:
    product = before_tests(steps())
    assert len({step.path for step in product}) <= MOST_FILES
    assert sum(bool(line.strip()) for step in product for line in step.text.splitlines()) <= MOST_LINES


def test_every_listing_of_the_document_is_a_step() -> None:
    assert len(steps()) == len(re.findall(r"^~~~\w", DOCUMENT.read_text("utf-8"), re.MULTILINE))


def test_a_step_whose_line_is_gone_says_which(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one\ntwo\n")
    Step("a.py", "more\n", "one").apply(tmp_path)
    Step("a.py", "three\n", "two", replaces=True).apply(tmp_path)
    assert (tmp_path / "a.py").read_text() == "one\nmore\nthree\n"
    with pytest.raises(ValueError, match=r"a\.py has no line 'two'"):
        Step("a.py", "x\n", "two").apply(tmp_path)
    with pytest.raises(ValueError, match=r"a\.py is there already"):
        Step("a.py", "x\n").apply(tmp_path)


def test_no_guard_misses_anything_of_the_whole_part(judged: dict[str, Any]) -> None:
    assert judged["whole"] == []


def test_each_aspect_that_is_left_out_is_named(judged: dict[str, Any]) -> None:
    assert judged["without"].keys() == NAMED.keys()
    silent = {aspect: said for aspect, said in judged["without"].items() if NAMED[aspect] not in "\n".join(said)}
    assert silent == {}


def test_the_part_is_written_as_the_house_writes(copy: Path) -> None:
    paths = sorted({step.path for step in steps() if step.path.endswith(".py")})
    for command in (("check",), ("format", "--check")):
        found = run(copy, "-m", "ruff", *command, *paths)
        assert found.returncode == 0, found.stdout + found.stderr


def test_the_parts_own_tests_and_those_of_its_rooms_pass(copy: Path) -> None:
    rooms = [f"tests/unit/components/{name}" for name in ("test_queue.py", "test_face.py", "monitoring/test_kinds.py")]
    found = run(copy, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *rooms)
    assert found.returncode == 0, found.stdout[-3000:]
