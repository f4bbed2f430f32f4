"""Journeys between growth phases, on the real engine."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pulumi
import pytest
from typer.testing import CliRunner

from components.naming import NameKind, physical_name
from infra.settings import load
from infra.settings.postgres import DataPlacement
from infra.settings.reading.stack_config import raw_stack_config
from infra.stack import Platform
from infra.wiring import postgres
from ops.answers.journey import Journey, journey
from ops.cli import app
from tests.support.cli import Cli
from tests.support.journeys import grown
from tests.support.platforms import Data, data_program

PRIMARY = "postgres-primary"


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


def test_production_grows_through_all_phases_and_no_data_is_touched(cli: Cli) -> None:
    ran = cli.run("journey", "prod", "--json")
    assert ran.code == 0, ran.err
    grown(ran.document)
    assert {step["pods"]["verdict"] for step in ran.document["steps"]} == {"not drilled"}
    assert [step["gate"] for step in ran.document["steps"]] == [[], [], []]


def test_a_phase_that_points_pods_at_the_shards_it_creates_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def program() -> None:
        settings = load(raw_stack_config())
        if settings.postgres.shards.count:
            shards = settings.postgres.shards.model_copy(update={"placed_on": settings.postgres.shards.count})
            changed = {"placement": DataPlacement.SHARDS, "shards": shards}
            settings = settings.model_copy(update={"postgres": settings.postgres.model_copy(update=changed)})
        Platform(settings)

    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path))
    result = journey("dev", ("horizontal", "microservices"), program=program)
    assert [step.ok for step in result.steps] == [True, False]
    assert "would be pointed at shard_0 to shard_3, which this step creates empty" in result.steps[-1].refused[0]


def journey_with(sandbox: Path, monkeypatch: pytest.MonkeyPatch, name: Callable[[str], str]) -> Journey:
    """A journey of the databases, which get their identifier from `name(phase)`."""

    def program() -> None:
        settings = load(raw_stack_config(), pulumi.get_stack())
        ending = name(settings.phase.value)

        def named(kind: NameKind, *parts: str) -> str:
            return physical_name(kind, *parts, *([ending] if kind is NameKind.RDS_IDENTIFIER else []))

        with patch.object(postgres, "physical_name", named):
            Data(settings)

    monkeypatch.setenv("BBP_SANDBOX_DIR", str(sandbox))
    return journey("dev", ("optimization", "horizontal"), program=program)


def test_a_phase_in_a_database_identifier_is_refused_with_name_and_property(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = journey_with(tmp_path, monkeypatch, name=lambda phase: phase[:5])
    assert not result.ok
    losses = {loss.urn.rsplit("::", 1)[-1]: loss.properties for loss in result.steps[-1].losses}
    assert losses[PRIMARY] == ("identifier",)


def test_the_same_ending_in_every_phase_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert journey_with(tmp_path, monkeypatch, name=lambda _phase: "a").ok


def test_going_back_is_refused_before_shards_are_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("ops.answers.journey.journey", partial(journey, program=data_program))
    ran = CliRunner().invoke(app, ["journey", "dev", "--path", "microservices,horizontal"])
    assert ran.exit_code == 2, ran.output
    assert "REFUSED delete of database shards-0-primary" in ran.stdout
    assert "allowShrink" in ran.stdout


def test_an_unknown_phase_on_the_path_is_refused_before_anything_runs(cli: Cli) -> None:
    ran = cli.run("journey", "dev", "--path", "optimization,sideways")
    assert ran.code == 1
    assert "sideways" in ran.err
    assert not list(cli.sandbox.glob("dev@journey"))
