"""`./bbp stacks`: what is deployed after what, and what is wrong with which file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from typer.testing import CliRunner

from ops.answers.stacks import StackFiles, stacks
from ops.cli import app
from ops.inputs.stack_file import ROOT
from ops.views.stacks import section
from tests.support.told import told

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, name: str, like: str = "dev", **keys: Any) -> None:  # noqa: ANN401 - any value of a stack file
    """A stack file like a checked-in one, in a zone of its own."""
    document = yaml.safe_load((ROOT / f"Pulumi.{like}.yaml").read_text("utf-8"))
    document["config"]["bailbondpro:cdn"]["zoneId"] = f"{sum(map(ord, name)):032x}"
    document["config"] |= {f"bailbondpro:{key}": value for key, value in keys.items()}
    (folder / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump(document), "utf-8")


def rules(found: StackFiles) -> dict[str, list[str]]:
    return {one.stack: [problem.rule for problem in one.problems] for one in found.checked if one.problems}


def test_production_comes_after_all_of_development_and_the_rest_by_name() -> None:
    found = stacks()
    assert found.names == ("dev", "prod")
    assert (found.after("dev"), found.after("prod")) == ((), ("dev",))
    assert found.ok


def test_a_file_says_what_its_stack_waits_for(tmp_path: Path) -> None:
    written(tmp_path, "dev")
    written(tmp_path, "a-prod", "prod", deployAfter=["staging"])
    written(tmp_path, "staging", "prod")
    written(tmp_path, "eu", "prod", deployAfter=["a-prod", "staging"])
    written(tmp_path, "alone", "prod", deployAfter=[])
    found = stacks(tmp_path)
    assert rules(found) == {}
    assert found.names == ("alone", "dev", "staging", "a-prod", "eu")
    assert found.after("eu") == ("a-prod", "staging")
    assert found.after("alone") == ()


@pytest.mark.parametrize("others", [["stagin"], ["prod"], ["nowhere"]])
def test_a_stack_that_waits_for_no_other_is_refused_with_the_nearest(tmp_path: Path, others: list[str]) -> None:
    written(tmp_path, "staging", "prod", deployAfter=[])
    written(tmp_path, "prod", "prod", deployAfter=others)
    found = stacks(tmp_path)
    assert "deploy-after-a-stack" in rules(found)["prod"]
    assert ("write `staging`" in told(section(found))) == (others == ["stagin"])
    assert found.names == ("staging", "prod")


def test_stacks_that_wait_for_each_other_are_named_and_no_other(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "c")):
        written(tmp_path, name, deployAfter=[other])
    found = stacks(tmp_path)
    assert rules(found) == {name: ["deploy-after-in-a-circle"] for name in ("a", "b", "c")}
    assert "wait for each other" in told(section(found))


def test_a_broken_file_is_named_and_hides_no_other(tmp_path: Path) -> None:
    written(tmp_path, "dev")
    (tmp_path / "Pulumi.broken.yaml").write_text("config: [", "utf-8")
    found = stacks(tmp_path)
    assert found.names == ("dev", "broken")
    assert not found.ok
    assert json.loads(json.dumps(found.as_json()))["stacks"][1]["problems"]


def test_the_matrix_of_a_pipeline_is_one_line_of_json(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["stacks", "--names"])
    assert (ran.exit_code, ran.stdout) == (0, '["dev", "prod"]\n')
    nothing = CliRunner().invoke(app, ["stacks", "--in", str(tmp_path)])
    assert nothing.exit_code == 1
    assert "./bbp init" in nothing.stdout


def test_a_folder_that_is_not_there_is_named_and_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name, said in (("missing", "does not exist"), ("file", "is a file")):
        ended = CliRunner().invoke(app, ["stacks", "--in", str(tmp_path / name)])
        assert ended.exit_code == 2
        assert said in " ".join(ended.output.split())


def test_a_name_of_a_file_is_shown_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.two\nGO: all is well.yaml").write_text("config: {}\n", "utf-8")
    text = told(section(stacks(tmp_path)))
    assert not any(line.strip().startswith("GO:") for line in text.splitlines())
