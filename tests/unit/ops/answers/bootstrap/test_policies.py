from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml
from typer.testing import CliRunner

from bootstrap.needs import NeedsError, read_needs
from ops.answers.bootstrap import policies as answer
from ops.cli import app
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of bootstrap files of the test's own."""
    monkeypatch.setattr(answer, "BOOTSTRAP", tmp_path)
    return tmp_path / "Pulumi.account.yaml"


def account(path: Path, **stack: object) -> None:
    """Write a bootstrap file that prepares dev."""
    document = yaml.safe_load((ROOT / "bootstrap" / "Pulumi.account.yaml").read_text("utf-8"))
    document["config"]["bailbondpro-bootstrap:stacks"] = [{"name": "dev", **stack}]
    path.write_text(yaml.safe_dump(document), encoding="utf-8")


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_checked_in_stacks_agree_with_the_bootstrap(stack: str) -> None:
    ran = CliRunner().invoke(app, ["bootstrap", "policies", stack, "--json"])
    assert ran.exit_code == 0, ran.output
    document = json.loads(ran.output)
    assert document["problems"] == []
    assert document["account"] == "123456789012"
    assert set(document["deploy"]) == {"reading", "network", "cluster", "data", "watching"}
    assert set(document["preview"]) == {"reading"}
    assert document["boundary"]["Statement"]
    assert "Zone: DNS" in document["cloudflare_token"]


def test_people_see_sizes_documents_and_what_the_token_needs() -> None:
    text = CliRunner().invoke(app, ["bootstrap", "policies", "dev"]).output
    assert "deploy    network" in text
    assert "Zone: Cache Rules" in text
    assert '"iam:PassRole"' in text


def test_a_boundary_on_one_side_alone_is_a_problem_with_its_fix(prepared: Path) -> None:
    account(prepared, boundary=False)
    (problem,) = answer.bootstrap_policies("dev", None, write=False).problems
    assert problem.path == "bailbondpro:aws.permissionsBoundaryArn"
    assert "remove it" in problem.fix
    bare = prepared.with_name("stack.yaml")
    text = (ROOT / "Pulumi.dev.yaml").read_text("utf-8")
    bare.write_text("".join(line for line in text.splitlines(keepends=True) if "Boundary" not in line), "utf-8")
    assert answer.bootstrap_policies("dev", bare, write=False).problems == ()
    account(prepared, boundary=True)
    (problem,) = answer.bootstrap_policies("dev", bare, write=False).problems
    assert problem.fix.startswith("set it to arn:aws:iam::123456789012:policy/bailbondpro-dev-boundary")
    ran = CliRunner().invoke(app, ["bootstrap", "policies", "dev", "--config", str(bare)])
    assert ran.exit_code == 1
    assert "What does not agree with the bootstrap" in ran.output


def test_a_region_that_the_bootstrap_does_not_grant_is_a_problem(prepared: Path) -> None:
    account(prepared, regions=["eu-west-1"])
    (problem,) = answer.bootstrap_policies("dev", None, write=False).problems
    assert problem.path == "bailbondpro-bootstrap:stacks"
    assert problem.fix == "set `regions: [us-east-1]` of dev"


def test_a_deploying_role_that_administers_no_cluster_is_a_problem(prepared: Path) -> None:
    account(prepared)
    other = prepared.with_name("stack.yaml")
    other.write_text((ROOT / "Pulumi.dev.yaml").read_text("utf-8").replace("role/bailbondpro-dev-deploy", "role/ci"))
    (problem,) = answer.bootstrap_policies("dev", other, write=False).problems
    assert problem.path == "bailbondpro:cluster.adminPrincipalArns"
    assert problem.fix == "add arn:aws:iam::123456789012:role/bailbondpro-dev-deploy"


def test_a_stack_that_nothing_prepares_is_shown_as_its_own_file_says(prepared: Path) -> None:
    assert not prepared.exists()
    found = answer.bootstrap_policies("dev", None, write=False)
    assert (found.account, found.problems) == ("123456789012", ())


def test_a_stack_of_which_nobody_knows_the_needs_is_told_how_they_are_written(tmp_path: Path) -> None:
    with pytest.raises(NeedsError, match=r"\./bbp bootstrap policies staging --write"):
        read_needs("staging", tmp_path)
    file = tmp_path / "stack.yaml"
    file.write_text((ROOT / "Pulumi.dev.yaml").read_text("utf-8"), encoding="utf-8")
    ran = CliRunner().invoke(app, ["bootstrap", "policies", "staging", "--config", str(file)])
    assert ran.exit_code == 1
    assert "./bbp bootstrap policies staging --write" in ran.output
