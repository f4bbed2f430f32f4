"""What the documents promise: commands that exist, numbers that are the platform's, tests and files that are there."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from typing import TYPE_CHECKING

import pytest
import yaml
from typer.main import get_command

from infra.phases import BY_PHASE, PHASES, SERVICES
from ops.answers.test.lanes import LANES
from ops.cli import app
from tests.support.paths import DATA, ROOT

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PROD = {phase: 2 * number + 1 for number, phase in enumerate(PHASES)}


def commands() -> list[str]:
    found: set[str] = set()
    for path in DOCUMENTS:
        text = path.read_text()
        found |= set(re.findall(r"`(\./bbp [^`]+?)\\?`", text))
        for block in re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL):
            found |= {line.strip().split("  #")[0] for line in block.splitlines() if line.strip().startswith("./bbp ")}
    for workflow in (ROOT / ".github" / "workflows").glob("*.yml"):
        found |= set(re.findall(r"run: (\./bbp .+)", workflow.read_text()))
    return sorted(found)


def in_prod(key: str) -> list[object]:
    return [BY_PHASE[key][PROD[phase]] for phase in PHASES]


@pytest.mark.parametrize("command", commands())
def test_every_documented_command_is_one_that_the_command_line_understands(command: str) -> None:
    words = shlex.split(command.replace("<stack>", "dev").replace('"$STACK"', "dev").replace("STACK", "dev"))[1:]
    group = get_command(app)
    if words == ["--help"]:
        return
    assert words[0] in group.commands, words[0]  # type: ignore[attr-defined]  # a group has commands
    if len(words) == 1:
        return  # a mention by name, without its arguments
    with group.make_context("bbp", list(words)) as context:
        group.commands[words[0]].make_context(words[0], words[1:], parent=context)  # type: ignore[attr-defined]  # as above


def test_every_command_of_the_command_line_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for name in get_command(app).commands:  # type: ignore[attr-defined]  # a group has commands
        assert f"./bbp {name}" in readme, name


def test_the_phase_table_shows_the_numbers_of_the_platform() -> None:
    rows = {
        cells[0].strip(): [cell.strip() for cell in cells[1:]]
        for line in (ROOT / "README.md").read_text().splitlines()
        if line.startswith("| ") and len(cells := line.strip("|").split("|")) == 4
    }
    assert rows["prod"] == list(PHASES)
    assert rows["application pods"] == span_of("autoscaling.minReplicas", "autoscaling.maxReplicas")
    nodes = span_of("pools.app.minSize", "pools.app.maxSize")
    assert rows["application nodes"] == [
        f"{size} {kind}" for size, kind in zip(nodes, in_prod("pools.app.instanceType"), strict=True)
    ]
    assert rows["PostgreSQL primary"] == in_prod("postgres.instanceClass")
    assert rows["read replicas"] == [str(number) for number in in_prod("postgres.replicas")]
    assert [cell.split(" ")[0] for cell in rows["database shards"]] == [
        str(number) for number in in_prod("postgres.shards.count")
    ]
    assert rows["PgBouncer"] == ["yes" if on else "no" for on in in_prod("postgres.pooler.enabled")]
    assert rows["Redis shards x (primary + replicas)"] == [
        f"{shards} x (1 + {replicas})"
        for shards, replicas in zip(in_prod("redis.shards"), in_prod("redis.replicasPerShard"), strict=True)
    ]
    assert rows["NAT gateways"] == [str(number) for number in in_prod("network.natGateways")]
    assert rows["monthly budget alarm"] == [f"{limit:,} USD" for limit in in_prod("budget.monthlyLimitUsd")]
    assert rows["services behind the gateway"][-1] == f"application and {len(SERVICES)} services"


def span_of(low: str, high: str) -> list[str]:
    return [f"{least} to {most}" for least, most in zip(in_prod(low), in_prod(high), strict=True)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_inside_the_repository_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
        assert (path.parent / target).exists(), target


def test_every_folder_of_the_layout_exists() -> None:
    table = (ROOT / "README.md").read_text().split("## Layout")[1].split("## ")[0]
    folders = re.findall(r"`(\w+)/`", table)
    assert "infra" in folders
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


def test_every_lane_is_described_where_contributors_look() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    assert [lane for lane in LANES if f"| `{lane}` |" not in text] == []


def _tests() -> Counter[str]:
    """How many tests there are of each name."""
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    return Counter(re.findall(r"^def (test_\w+)\(", tests, re.MULTILINE))


def test_every_promise_of_the_edge_and_the_gateway_has_tests_that_exist() -> None:
    promises = yaml.safe_load((DATA / "cdn_promises.yaml").read_text(encoding="utf-8"))
    assert list(promises) == [f"C{number}" for number in range(1, 18)]
    existing = _tests()
    for promise in promises.values():
        assert promise["wanted"]
        assert promise["tests"]
        assert [name for name in promise["tests"] if existing[name] != 1] == []


def test_every_deviation_from_the_guide_has_a_reason_and_a_test_that_exists() -> None:
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in (ROOT / "docs" / "deviations.md").read_text().splitlines()
        if line.startswith("| ") and not line.startswith(("| the guide", "|---"))
    ]
    existing = _tests()
    assert len(rows) > 30
    for row in rows:
        assert len(row) == 4, row
        assert all(row), row
        proofs = re.findall(r"`(test_\w+)`", row[3])
        assert proofs, row
        # exactly one: of two tests of one name, the wrong one may be meant
        assert [name for name in proofs if existing[name] != 1] == []


def test_decision_records_are_numbered_indexed_and_complete() -> None:
    folder = ROOT / "docs" / "adr"
    records = sorted(folder.glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in records]
    assert sorted(set(numbers)) == numbers
    index = (folder / "README.md").read_text()
    for path in records:
        text = path.read_text()
        assert f"]({path.name})" in index, path.name
        assert text.startswith(f"# {path.name[:4]}. "), path.name
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings == ["Context", "Decision", "Alternatives", "Consequences"], path.name
        assert re.search(r"^Status: (accepted|superseded by \d{4})$", text, re.MULTILINE), path.name
