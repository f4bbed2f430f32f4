"""Commands and settings inside of sentences are real, too: who reads a runbook at night types them as they stand."""

from __future__ import annotations

import re
import shlex
from contextlib import suppress
from typing import Any

import pytest
import typer
import yaml

from infra.settings import load, read_stack_file
from infra.settings.reading.defaults import merged
from ops.answers.shards.steps import check_step
from ops.cli import app
from plan.placement import Stated
from policies.placement import misplaced
from tests.support.command_line import parsed
from tests.support.paths import ROOT
from tests.support.placements import at, published

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/*/README.md")])
RUNBOOKS = ROOT / "docs" / "runbooks"
INLINE = re.compile(r"`(\./bbp [^`]*)`")
SETTING = re.compile(r"`(postgres: \{[^`]*\})`")
UPTIME = {
    "percent": 99.0,
    "reason": "a client's shard is one database more on the way",
    "until": "2099-12-31",
}
GROUPS = {one.name for one in app.registered_groups}
"""Words that have commands below them."""
PLACEHOLDERS = {"N": "4", "M": "8"}
FEWEST, FEWEST_SETTINGS = 100, 5


def inline() -> list[str]:
    """Every command that stands in a sentence, each once."""
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS if path.name != "CHANGELOG.md"]
    found = {" ".join(found.split()) for text in texts for found in INLINE.findall(text)}
    return sorted(one for one in found if not one.endswith("\\"))  # a sample of escaped Markdown is no sentence


def test_commands_and_settings_are_found_at_all() -> None:
    assert len(inline()) > FEWEST
    assert sum(len(settings(page)) for page in PLACEMENTS) >= FEWEST_SETTINGS


@pytest.mark.parametrize("command", inline())
def test_a_command_in_a_sentence_is_one_of_ours_with_options_that_it_takes(command: str) -> None:
    """What the sentence leaves out may be missing; what stands there may not be wrong."""
    words = shlex.split(command)[1:]
    if words[-1] == "..." and not words[-2].startswith("--"):
        words = words[:-1]
    if words[0] == "simulate" and words[1:2] not in (["stack"], ["hpa"]):
        words.insert(1, "stack")  # as the command line itself does
    if words[-1] in GROUPS:
        return
    with suppress(typer.Exit):  # --help, --version
        try:
            parsed([PLACEHOLDERS.get(word, word) for word in words])
        except typer.BadParameter as error:
            if type(error).__name__ != "MissingParameter":
                raise
    if words[:2] == ["shard", "move"] and len(words) > 2:
        known = {"--from", "--to", "--pause-at-most", "--once", "--print", "--drop-shared", "--drop-copies"}
        check_step(words[2], [word for word in words if word in known])


def settings(page: str) -> list[dict[str, Any]]:
    """What a runbook says to deploy, in order."""
    text = " ".join((RUNBOOKS / f"{page}.md").read_text(encoding="utf-8").split())
    return [yaml.safe_load(found)["postgres"] for found in SETTING.findall(text)]


PLACEMENTS: dict[str, dict[str, Any]] = {
    "shards-fill": {"placement": "primary", "shards": {}},
    "shards-split": {"placement": "shards", "shards": {"count": 8, "placedOn": 4, "mapVersion": 2}},
    "shards-back": {"placement": "shards", "shards": {"count": 8, "placedOn": 8, "mapVersion": 6}},
}
"""Runbooks of the placement, and what stands before their first deployment."""


def stated(postgres: dict[str, Any]) -> dict[str, Any]:
    """What such settings publish."""
    changes = {"postgres": postgres, "availability": {"acceptedUptime": UPTIME}}
    base = {**dict(read_stack_file(ROOT / "Pulumi.prod.yaml")), "phase": "microservices"}
    found = load(merged(base, changes)).postgres
    moving = found.shards.moving_to
    said = Stated(count=found.shards_in_use, version=found.shard_map_version, returned_from=found.shards.returned_from)
    return at(said.count, said.version, moving, returnedFrom=said.returned_from)


@pytest.mark.parametrize("page", PLACEMENTS)
def test_the_deployments_of_a_runbook_are_accepted_one_after_the_other(page: str) -> None:
    before = stated(PLACEMENTS[page])
    count = {key: value for key, value in PLACEMENTS[page]["shards"].items() if key == "count"}
    for deployed in settings(page):
        postgres = {**deployed, "shards": {**count, **deployed["shards"]}}
        after = stated(postgres)
        assert misplaced(published(after, before)) == "", postgres
        before = after
