"""The comments of docs/review/, one for each sample of a pull request.

`python -m tests.support.review_page --write` writes them there. No engine runs: both sides are recorded from the
program under mocks and compared as the simulated providers compare them. What an engine alone knows is not in them: how
long servers do not answer, and what waits for a window. `tests/engine/test_review.py` runs one on the engine.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from infra.problems import ConfigError
from ops.answers.gate import GateOptions, gate
from ops.answers.review.gate import knowing
from ops.answers.review.review import Review
from ops.answers.review.step import Seen, step_of, with_gate
from ops.inputs.stack_file import check
from ops.rehearsal.planned import Planned
from ops.views.review import commented, document
from ops.views.review.tables import short
from plan.preview import read_preview
from plan.types.way_back import ONE_WAY, OneWay
from tests.support.paths import ROOT
from tests.support.plans import changed_plan, stack_plan
from tests.support.previews import document_of, masked, preview_between, renamed, secrets_of
from tests.support.stack import raw, recorded, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.answers.review.step import Step
    from plan import Plan

ABOUT = ROOT / "docs" / "review.md"
BEGIN, END = "<!-- way back: python -m tests.support.review_page --write -->\n", "<!-- end of way back -->\n"
FOLDER = ROOT / "docs" / "review"
HOW = (
    "Made without an engine: both sides were recorded under mocks and compared as the simulated providers compare them."
)
STACK, PHASE = "prod", "horizontal"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A pull request.

    Attributes:
        name: its page.
        title: what it does.
        changes: keys of areas of production's stack file that are set; None where the program or the phase changes.
        phase: base's growth phase.
    """

    name: str
    title: str
    changes: dict[str, Any] | None = None
    phase: str = PHASE


SAMPLES = (
    Sample(name="replica-added", title="A fourth read replica", changes={"postgres": {"replicas": 4}}),
    Sample(name="phase-changed", title="The next growth phase", phase="optimization"),
    Sample(
        name="instance-class",
        title="Another class for the databases",
        changes={"postgres": {"instanceClass": "db.m7g.xlarge"}},
    ),
    Sample(name="region-typo", title="A region that does not exist"),
    Sample(name="protection-off", title="Deletion protection off", changes={"protect": False}),
    Sample(name="logical-name", title="The cache under another logical name, in the program"),
    Sample(
        name="service-added", title="A service", changes={"services": [{"name": "notices", "paths": ["/api/notices/"]}]}
    ),
    Sample(
        name="cdn-path",
        title="A path that the CDN may cache",
        changes={"cdn": {"publicApiPrefixes": ["/api/public/"]}},
    ),
    Sample(
        name="redis-shard",
        title="A shard of Redis less",
        changes={"redis": {"shards": 2}},
    ),
    Sample(name="nothing", title="A comment in the stack file"),
)


@cache
def reviewed(name: str) -> Review:
    """The review of a sample."""
    sample = next(item for item in SAMPLES if item.name == name)
    with tempfile.TemporaryDirectory() as nothing, patch.dict(os.environ, {"BBP_DRILLS_DIR": nothing}):
        step = _step(sample)
    return Review("main (0123456)", f"the branch {sample.name} (89abcde)", "", (), (step,), how=HOW)


def _step(sample: Sample) -> Step:
    base = stack_plan(STACK, sample.phase)
    there = Planned(base, settings(STACK, sample.phase), f"{STACK} of main")
    if sample.name == "region-typo":
        return step_of(Seen(STACK, there, None, refused=_refused(), files=(f"Pulumi.{STACK}.yaml",)))
    head, wanted = _head(sample), settings(STACK, PHASE, **_areas(sample))
    preview = masked(preview_between(base, head), secrets_of(recorded(STACK, PHASE)))
    here = Planned(preview, wanted, f"{STACK} of the branch")
    file = "components/cache/replication_group.py" if sample.name == "logical-name" else f"Pulumi.{STACK}.yaml"
    step = step_of(Seen(STACK, there, here, said=None, files=(file,)))
    return with_gate(step, gate(read_preview(document_of(preview, base)), knowing(step, GateOptions())))


def _head(sample: Sample) -> Plan:
    if sample.name == "logical-name":
        return renamed(stack_plan(STACK, PHASE), "redis-group", "valkey-group")
    return changed_plan(STACK, PHASE, **_areas(sample)) if sample.changes else stack_plan(STACK, PHASE)


def _areas(sample: Sample) -> dict[str, Any]:
    """The areas that a sample changes, with what the stack file says of them otherwise."""
    there = raw(STACK, PHASE)
    changes = sample.changes or {}
    return {
        key: {**there.get(key, {}), **value} if isinstance(value, dict) else value for key, value in changes.items()
    }


def _refused() -> str:
    """What `./bbp` says of the stack file with the typo."""
    text = (ROOT / f"Pulumi.{STACK}.yaml").read_text(encoding="utf-8").replace("us-east-1\n", "us-eats-1\n", 1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"Pulumi.{STACK}.yaml"
        file.write_text(text, encoding="utf-8")
        return str(ConfigError(check(STACK, file).problems)).replace(f"{folder}/", "")


def page(sample: Sample) -> str:
    """The comment of a sample, as a page."""
    found = reviewed(sample.name)
    shown = commented(document(found))
    return f"# {sample.title}\n\nExit code of `./bbp review`: {found.code}. Its comment:\n\n---\n\n{shown}"


def pages() -> dict[Path, str]:
    """Every page with its text."""
    return {FOLDER / f"{sample.name}.md": page(sample) for sample in SAMPLES} | {ABOUT: about()}


def about() -> str:
    """docs/review.md with the table of what a revert does not take back."""
    before, _, rest = ABOUT.read_text(encoding="utf-8").partition(BEGIN)
    lines = ["| type | change | a revert | why | instead | source |", "|---|---|---|---|---|---|", *map(_row, ONE_WAY)]
    return before + BEGIN + "\n".join(lines) + f"\n{END}" + rest.partition(END)[2]


def _row(row: OneWay) -> str:
    change = f"`{row.path}` {row.when.value}" if row.path else row.when.value
    back = row.back.value.removeprefix("the revert ")
    return f"| `{short(row.token)}` | {change} | {back} | {row.why} | {row.instead} | {row.source} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Says which pages differ, 1 if any does; with `--write` writes them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="bring the pages up to date")
    write = parser.parse_args(arguments).write
    differing = {path: text for path, text in pages().items() if not path.is_file() or path.read_text() != text}
    for path, text in differing.items():
        sys.stdout.write(f"{path.name} differs\n")
        if write:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return int(bool(differing) and not write)


if __name__ == "__main__":
    sys.exit(main())
