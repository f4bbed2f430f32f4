"""`./bbp review` on the real engine: head on the state that base left, in a repository of its own."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from ops.answers.review.commits import Repository
from ops.answers.review.content import rehearsal_key
from ops.answers.review.kept import PLAN, SAID, SANDBOX, keep, kept_directory, making
from ops.answers.review.review import ReviewOptions, review
from ops.views.review import document, review_json, write
from tests.support.engine import engine
from tests.support.git import Git, repository
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.support.cli import Cli, Ran

FOLDERS = ("bailbondpro", "components", "infra", "ops", "plan", "planner", "policies", "sandbox", "bootstrap")
FILES = ("Pulumi.yaml", "Pulumi.dev.yaml", "pyproject.toml", "requirements.lock", "tools/pulumi/go.mod")
CHANGE = "  bailbondpro:postgres: {instanceClass: db.t4g.large, allocatedStorageGib: 40}\n"


def checkout(root: Path) -> Git:
    """A repository of what rehearses dev, with a change of its database on a branch."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    git = repository(root, {name: (ROOT / name).read_text(encoding="utf-8") for name in FILES})
    git.run("checkout", "--quiet", "-b", "change")
    stack_file = "Pulumi.dev.yaml"
    git.commit("A larger database", **{stack_file: (ROOT / stack_file).read_text(encoding="utf-8") + CHANGE})
    return git


def keep_base(git: Git, scratch: Path, base: tuple[Cli, Ran]) -> str:
    """What the session has rehearsed of dev already, kept as a review keeps it."""
    cli, ran = base
    side = Repository(git.root, scratch).compared("main", "main").base
    key = rehearsal_key(side, "dev", engine().version, sys.version.split()[0])
    with making() as made:
        shutil.copytree(cli.sandbox / "dev", made / SANDBOX / "dev")
        shutil.copy(cli.sandbox / "dev-plan.json", made / PLAN)
        (made / SAID).write_text(ran.out)
        keep(key, made)
    return key


def test_a_larger_database_is_reviewed_on_what_stands(
    rehearsed_dev: tuple[Cli, Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scratch").mkdir()
    git = checkout(tmp_path / "checkout")
    found_engine = engine()
    monkeypatch.setattr("ops.answers.review.review.find_or_build", lambda _: found_engine)
    monkeypatch.setattr("ops.answers.review.kept.cache_directory", lambda: tmp_path / "cache")
    base = keep_base(git, tmp_path / "scratch", rehearsed_dev)

    found = review(ReviewOptions("main", "change", "dev", git.root))
    (step,) = found.steps
    assert step.refused == ""
    assert (step.state, found.code) == ("changed", 0), step.gate
    (database,) = (item for item in step.changes if item.holds)
    assert [str(one) for one in database.properties] == [
        "allocatedStorage: 20 → 40",
        "instanceClass: db.t4g.medium → db.t4g.large",
    ]
    assert step.counts()["create"] == step.counts()["replace"] == step.counts()["delete"] == 0
    assert [one.name for one in step.moments if one.seconds is not None] == ["postgres-primary"]
    assert [one.row.path for one in step.back] == ["allocatedStorage", "instanceClass"]
    assert step.usd is not None
    assert step.usd > 0
    assert step.updated
    assert review_json(found)["stacks"][0]["state"] == "changed"
    write(found, document(found), tmp_path / "out")
    assert "Rehearsed on the real engine" in (tmp_path / "out" / "comment.md").read_text(encoding="utf-8")
    assert {path.name for path in kept_directory().iterdir()} > {base}
    assert git.run("status", "--porcelain") == ""
