"""`state import-file`: ids follow from names that the program chooses, and the rest says how it is found."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.answers.state.identifiers import BY_NAME, BY_TAGS, parts_of
from ops.answers.state.importing import fill
from ops.answers.state.model import StateError
from ops.cli import app
from plan.unknown import UNKNOWN

START = "urn:pulumi:prod::acme::"
AWS = "aws:eks/cluster:Cluster"
CLUSTER = f"{START}{AWS}::cluster"


def spec(token: str, name: str, **rest: Any) -> dict[str, Any]:  # noqa: ANN401 - the engine's keys
    made = rest.get("component") or token.startswith("pulumi:providers:")
    return {"type": token, "name": name, **({} if made else {"id": "<PLACEHOLDER>"}), **rest}


def step(token: str, name: str, inputs: dict[str, Any], **state: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    urn = f"{START}{token}::{name}"
    return {
        "op": "create",
        "urn": urn,
        "newState": {"urn": urn, "type": token, "custom": True, "inputs": inputs, **state},
    }


def filled(folder: Path, specs: list[dict[str, Any]], steps: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - the answer
    source, plan = folder / "import.json", folder / "plan.json"
    source.write_text(json.dumps({"nameTable": {}, "resources": specs}), "utf-8")
    plan.write_text(json.dumps({"steps": steps}), "utf-8")
    return fill(source, plan)


def test_an_id_follows_from_the_names_that_the_program_chooses(tmp_path: Path) -> None:
    addon, group = "aws:eks/addon:Addon", "aws:eks/nodeGroup:NodeGroup"
    found = filled(
        tmp_path,
        [spec(AWS, "cluster"), spec(addon, "dns"), spec(group, "app"), spec("kubernetes:core/v1:Secret", "db")],
        [
            step(AWS, "cluster", {"name": "acme-prod"}),
            step(
                addon,
                "dns",
                {"addonName": "coredns", "clusterName": UNKNOWN},
                propertyDependencies={"clusterName": [CLUSTER]},
            ),
            step(group, "app", {"clusterName": "acme-prod", "nodeGroupName": "app-1a2b3c4"}),
            step("kubernetes:core/v1:Secret", "db", {"metadata": {"name": "db-secret", "namespace": "production"}}),
        ],
    )
    ids = {item["name"]: item["id"] for item in found.document["resources"]}
    assert ids == {"cluster": "acme-prod", "dns": "acme-prod:coredns", "db": "production/db-secret"}
    assert [one.name for one in found.sought] == ["app"], "the random part of a name is known to the state alone"
    assert (found.exit_code, found.headline) == (
        3,
        "3 of 4 ids are known, 3 of them by names of the plan; 1 have to be looked up",
    )


def test_what_is_not_known_is_left_out_with_a_way_to_find_it(tmp_path: Path) -> None:
    vpc, password = "aws:ec2/vpc:Vpc", "random:index/randomPassword:RandomPassword"
    provider = step(
        "pulumi:providers:aws", "aws", {"region": "eu-west-1", "defaultTags": '{"tags":{"Stack":"acme-prod"}}'}
    )
    found = filled(
        tmp_path,
        [spec(vpc, "vpc"), spec(password, "password"), spec("acme:x:Y", "y"), spec(vpc, "found", id="vpc-1")],
        [
            provider,
            step(vpc, "vpc", {"cidrBlock": "10.0.0.0/16"}),
            step(password, "password", {"length": 32}),
            step("acme:x:Y", "y", {}),
        ],
    )
    assert [item["name"] for item in found.document["resources"]] == ["found"]
    how = {one.name: one.how for one in (*found.sought, *found.lost)}
    assert "get-resources --region eu-west-1 --resource-type-filters ec2:vpc" in how["vpc"]
    assert "Key=Stack,Values=acme-prod" in how["vpc"]
    assert "another one" in how["password"]
    assert "nobody here knows" in how["y"]
    assert [one.name for one in found.lost] == ["password"]


def test_components_stay_where_something_below_them_is_imported(tmp_path: Path) -> None:
    logs = "aws:cloudwatch/logGroup:LogGroup"
    found = filled(
        tmp_path,
        [
            spec("acme:a:A", "outer", component=True),
            spec("acme:a:A", "inner", component=True, parent="outer"),
            spec("acme:a:A", "empty", component=True),
            spec("pulumi:providers:aws", "aws"),
            spec("pulumi:providers:aws", "other"),
            spec(logs, "logs", parent="inner", provider="aws"),
        ],
        [step(logs, "logs", {"name": "/acme"})],
    )
    assert [item["name"] for item in found.document["resources"]] == ["outer", "inner", "aws", "logs"]
    assert found.exit_code == 0


def test_nothing_to_import_says_so(tmp_path: Path) -> None:
    assert filled(tmp_path, [], []).headline == "OK: nothing is to be imported"


def test_a_thing_in_another_region_is_looked_up(tmp_path: Path) -> None:
    logs = "aws:cloudwatch/logGroup:LogGroup"
    found = filled(tmp_path, [spec(logs, "logs")], [step(logs, "logs", {"name": "/acme", "region": "us-west-2"})])
    assert [one.name for one in found.sought] == ["logs"]


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", '{"steps": []}', '{"resources": [{"type": 1, "name": "x"}]}', '{"resources": {"a": 1}}', None),
        *('{"resources": [{"type": "a", "name": "x", "component": "no"}]}', '{"resources": [], "resources": []}'),
    ],
)
def test_a_file_that_is_no_list_of_imports_ends_with_exit_code_1(content: str | None, tmp_path: Path) -> None:
    source, plan, out = tmp_path / "import.json", tmp_path / "plan.json", tmp_path / "known.json"
    plan.write_text('{"steps": []}', "utf-8")
    if content is not None:
        source.write_text(content, "utf-8")
    words = ["state", "import-file", "--from", str(source), "--plan", str(plan), "--out", str(out)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1
    assert "pulumi preview --import-file" in " ".join(result.output.split())
    assert not out.exists()


@pytest.mark.parametrize("sources", [[1], "x", {"name": 3}, {"name": [3]}], ids=["list", "text", "number", "numbers"])
def test_a_plan_with_sources_of_another_form_leaves_the_id_to_be_looked_up(sources: Any, tmp_path: Path) -> None:  # noqa: ANN401 - any JSON
    logs = "aws:cloudwatch/logGroup:LogGroup"
    found = filled(
        tmp_path, [spec(logs, "logs")], [step(logs, "logs", {"name": UNKNOWN}, propertyDependencies=sources)]
    )
    assert [one.name for one in found.sought] == ["logs"]


def test_a_plan_with_a_dependency_that_is_no_urn_leaves_the_id_to_be_looked_up(tmp_path: Path) -> None:
    settings = "kubernetes:core/v1:ConfigMap"
    inputs = {"metadata": {"name": "app", "namespace": UNKNOWN}}
    found = filled(tmp_path, [spec(settings, "app")], [step(settings, "app", inputs, dependencies=["x"])])
    assert [one.name for one in found.sought] == ["app"]


def test_an_account_that_is_no_number_of_one_is_refused(tmp_path: Path) -> None:
    filled(tmp_path, [], [])
    with pytest.raises(StateError, match="12 digits"):
        fill(tmp_path / "import.json", tmp_path / "plan.json", "prod")


@pytest.mark.parametrize("name", ["import.json", "plan.json"])
def test_what_is_read_is_not_written_over(name: str, tmp_path: Path) -> None:
    filled(tmp_path, [], [])
    source, plan, out = tmp_path / "import.json", tmp_path / "plan.json", tmp_path / name
    before = out.read_bytes()
    words = ["state", "import-file", "--from", str(source), "--plan", str(plan), "--out", str(out)]
    assert CliRunner().invoke(app, words).exit_code == 1
    assert out.read_bytes() == before


def documentation(token: str) -> str:
    """The SDK's own documentation of a resource."""
    package, module, kind = token.split(":")
    folder = module.rpartition("/")[0]
    name = f"pulumi_{package}" + ("" if folder in {"", "index"} else f".{folder}")
    found = find_spec(name)
    assert found is not None
    assert found.origin is not None
    file = re.sub(r"(?<!^)([A-Z])", r"_\1", kind).lower()
    return (Path(found.origin).parent / f"{file}.py").read_text("utf-8")


@pytest.mark.parametrize("token", BY_NAME)
def test_an_id_has_the_form_that_the_sdk_documents(token: str) -> None:
    shown = re.findall(rf"\$ pulumi import {re.escape(token)} \S+ (.+)", documentation(token))
    form = re.escape(re.sub(r"\{\w+\}", "NAME", BY_NAME[token])).replace("NAME", r"[^,#]+?")
    assert [one for one in shown if re.fullmatch(form, one.strip("'\""))], (BY_NAME[token], shown)
    separators = re.sub(r"\{\w+\}", "", BY_NAME[token])
    assert all(any(sign in one for one in shown) for sign in separators)
    assert parts_of(BY_NAME[token])


def test_every_type_is_sought_by_its_tags_or_made_of_names_and_exists() -> None:
    for token in {*BY_TAGS, *BY_NAME}:
        assert "pulumi import" in documentation(token), token
