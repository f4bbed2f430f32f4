"""`./bbp policy`: what stands is held against every rule, and what nobody judged is no pass."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from ops.cli import app
from plan.unknown import UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path

START = "urn:pulumi:prod::bailbondpro::"
LOGS, DATABASE, RULE = (
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:rds/instance:Instance",
    "aws:vpc/securityGroupIngressRule",
)
RULE += ":SecurityGroupIngressRule"


def step(op: str, token: str, name: str = "it", **inputs: Any) -> dict[str, Any]:  # noqa: ANN401 - inputs
    urn = f"{START}{token}::{name}"
    state = {"urn": urn, "type": token, "custom": True, "inputs": inputs}
    sides = {"oldState": state} if op == "delete" else {"newState": state}
    return {"op": op, "urn": urn, **sides, **({"oldState": state} if op in {"same", "update"} else {})}


def run(folder: Path, document: object, *words: str) -> tuple[int, str]:
    path = folder / "plan.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    result = CliRunner().invoke(app, ["policy", "--plan", str(path), *words])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, " ".join(result.output.split())


def plan(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - of a document
    return {"config": {"bailbondpro:environment": "production"}, "steps": list(steps), "changeSummary": {}, **more}


KEPT = step("same", LOGS, retentionInDays=14, kmsKeyId="k", name="logs")
OPEN = step("same", RULE, ipProtocol="tcp", fromPort=22, toPort=22, cidrIpv4="0.0.0.0/0", name="ssh")


def test_what_holds_ends_with_0(tmp_path: Path) -> None:
    code, said = run(tmp_path, plan(KEPT))
    assert code == 0, said
    assert "0 violations that stop a change" in said


def test_what_stands_and_does_not_change_is_judged_too(tmp_path: Path) -> None:
    code, said = run(tmp_path, plan(KEPT, OPEN), "--json")
    assert code == 1
    found = json.loads(said)["violations"]
    assert [
        (one["id"], one["urn"].rsplit("::", 1)[-1]) for one in found if one["severity"] in {"critical", "high"}
    ] == [("open-security-group", "ssh")]
    assert all(one["fix"] for one in found)


def test_what_goes_is_not_judged_any_more(tmp_path: Path) -> None:
    gone = {**step("delete", RULE, ipProtocol="tcp", fromPort=22, toPort=22, cidrIpv4="0.0.0.0/0", name="ssh")}
    assert run(tmp_path, plan(KEPT, gone))[0] == 0


def test_a_rule_to_know_of_stops_nothing(tmp_path: Path) -> None:
    code, said = run(tmp_path, plan(step("same", LOGS, kmsKeyId="k")))
    assert code == 0
    assert "1 to know of" in said


def test_a_value_that_only_an_update_knows_is_no_pass(tmp_path: Path) -> None:
    code, said = run(
        tmp_path, plan(step("create", RULE, ipProtocol="tcp", fromPort=22, toPort=22, cidrIpv4=UNKNOWN)), "--json"
    )
    assert code == 3
    assert [one["known"] for one in json.loads(said)["violations"]] == [False]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (plan(step("same", "aws:sqs/queue:Queue")), "aws:sqs/queue:Queue"),
        (plan(KEPT, changeSummary={"same": 9}), "8 "),
        (plan(KEPT, {"op": "same"}), "1 "),
        (plan(), "0 resources"),
    ],
    ids=["unknown-type", "hidden", "unread", "nothing"],
)
def test_what_the_plan_does_not_show_is_no_pass(document: dict[str, Any], why: str, tmp_path: Path) -> None:
    code, said = run(tmp_path, document)
    assert code == 3
    assert why in said


def test_inputs_of_another_form_end_as_not_judged_and_not_as_a_defect(tmp_path: Path) -> None:
    code, _ = run(tmp_path, plan(step("same", RULE, fromPort={}, toPort=[], cidrIpv4=7, ipProtocol=None)))
    assert code in {1, 3}


@pytest.mark.parametrize("content", ["", "[]", "{", '{"deployment": {}}', "x: 1"])
def test_a_file_that_is_no_plan_ends_with_1(content: str, tmp_path: Path) -> None:
    code, said = run(tmp_path, content)
    assert code == 1
    assert "pulumi preview --json" in said


def test_a_database_without_anything_breaks_every_rule_about_it(tmp_path: Path) -> None:
    code, said = run(tmp_path, plan(step("create", DATABASE, publiclyAccessible=True, name="db")), "--json")
    assert code == 1
    ids = {one["id"] for one in json.loads(said)["violations"]}
    assert {"pulumi-protect", "backups", "encryption-at-rest", "public-store"} <= ids
