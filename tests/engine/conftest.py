"""What several tests of the engine begin from: dev as it stands after a rehearsal, made once for each worker."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.cli import Cli, Ran

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def rehearsed_dev(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cli, Ran]:
    """A rehearsal of dev from nothing, and how it ended; its folder is copied and never changed."""
    cli = Cli(tmp_path_factory.mktemp("dev"))
    return cli, cli.run("rehearse", "dev", "--fresh", "--json", "--plan-out", str(cli.sandbox / "dev-plan.json"))


@pytest.fixture
def standing_dev(rehearsed_dev: tuple[Cli, Ran], tmp_path: Path) -> Cli:
    """A sandbox of the test's own in which dev stands."""
    cli, ran = rehearsed_dev
    assert ran.code == 0, ran.err
    shutil.copytree(cli.sandbox, tmp_path / "standing")
    return Cli(tmp_path / "standing")
