"""`state check`: each way in which a state can be damaged is named, with where it is and the smallest fix."""

from __future__ import annotations

import copy
import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from ops.answers.state.check import check
from ops.cli import app
from tests.support.states import ALARM, DATABASE, PARENT, SEALED, VERSION, whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ops.answers.state.model import Checked


def told(folder: Path, document: object, **options: Any) -> Checked:  # noqa: ANN401 - what the check takes
    file = folder / "state.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return check(file, **options)


def test_a_whole_state_passes_in_each_form_that_the_engine_keeps_it_in(tmp_path: Path) -> None:
    exported = whole()
    in_bucket = {"version": 3, "checkpoint": {"stack": "prod", "latest": exported["deployment"]}}
    for document in (exported, in_bucket):
        found = told(tmp_path, document)
        assert (found.exit_code, found.troubles) == (0, ())
        assert found.headline == "OK: the engine takes it, 5 resources"
        assert (found.stack, found.written, found.engine) == ("prod", "2026-11-30T10:00:00Z", VERSION)
    packed = tmp_path / "state.json.gz"
    packed.write_bytes(gzip.compress(json.dumps(in_bucket).encode()))
    assert check(packed).exit_code == 0


def swapped(resources: list[Any], _: dict[str, Any]) -> None:
    resources[3], resources[4] = resources[4], resources[3]


DAMAGED: dict[str, tuple[Callable[[list[Any], dict[str, Any]], object], str, str, str]] = {
    "a resource twice": (
        lambda items, _: items.append(copy.deepcopy(items[4])),
        "alarm",
        "it stands there 2 times",
        "earlier version",
    ),
    "a parent is gone": (lambda items, _: items.pop(2), "database", "its parent data is missing", "earlier version"),
    "a dependency is gone": (lambda items, _: items.pop(3), "alarm", "database is missing", "pulumi state repair"),
    "out of order": (swapped, "alarm", "its dependency database comes after it", "pulumi state repair"),
    "a provider is gone": (lambda items, _: items.pop(1), "database", "its provider aws is missing", "earlier version"),
    "a provider comes late": (
        lambda items, _: items.append(items.pop(1)),
        "database",
        "its provider aws comes after it",
        "pulumi state repair",
    ),
    "a circle": (
        lambda items, _: items[3].update(dependencies=[ALARM]),
        "database",
        "need each other in a circle",
        "earlier version",
    ),
    "no urn": (lambda items, _: items[4].pop("urn"), "resource 4", "it has no urn", "earlier version"),
    "a urn that is none": (
        lambda items, _: items[4].update(urn="alarm"),
        "alarm",
        "'alarm' is no URN",
        "earlier version",
    ),
    "no type": (lambda items, _: items[4].pop("type"), "alarm", "it has no type", "earlier version"),
    "another type": (
        lambda items, _: items[4].update(type="aws:sns/topic:Topic"),
        "alarm",
        "and its URN says aws:cloudwatch/metricAlarm:MetricAlarm",
        "earlier version",
    ),
    "no id": (lambda items, _: items[4].pop("id"), "alarm", "it has no id", "earlier version"),
    "a component with an id": (lambda items, _: items[2].update(id="x"), "data", "a component has an id", "earlier"),
    "a list for a text": (lambda items, _: items[4].update(id=["x"]), "alarm", "its id is a list, no text", "earlier"),
    "texts for a flag": (lambda items, _: items[4].update(protect="yes"), "alarm", "neither true nor false", "earlier"),
    "dependencies that are none": (
        lambda items, _: items[4].update(dependencies=DATABASE),
        "alarm",
        "its dependencies is no list of texts",
        "earlier",
    ),
    "a resource that is none": (lambda items, _: items.append("x"), "resource 5", "a resource is an object", "earlier"),
    "another magic": (
        lambda _, deployment: deployment["manifest"].update(magic="0"),
        "state",
        "its magic does not belong to the version",
        "earlier version",
    ),
    "no secrets provider": (
        lambda _, deployment: deployment.pop("secrets_providers"),
        "state",
        "1 values are encrypted, and nothing says by whom",
        "earlier version",
    ),
    "another stack": (
        lambda items, _: items[4].update(urn=ALARM.replace(":prod:", ":dev:")),
        "alarm",
        "it is of the stack dev, not prod",
        "pulumi stack export --stack prod",
    ),
    "resources that are no list": (
        lambda _, deployment: deployment.update(resources={}),
        "state",
        "its resources are no list",
        "earlier version",
    ),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_what_the_engine_refuses_is_named_with_its_place_and_its_fix(what: str, tmp_path: Path) -> None:
    damage, where, says, fix = DAMAGED[what]
    document = whole()
    damage(document["deployment"]["resources"], document["deployment"])
    found = told(tmp_path, document)
    assert found.exit_code == 2
    assert found.headline.startswith("BROKEN: ")
    assert [one for one in found.of("broken") if one.name == where and says in one.says and fix in one.fix]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "it is empty"),
        (json.dumps(whole())[:900], "it is cut off, or no JSON"),
        ("<Error><Code>NoSuchKey</Code></Error>", "it is cut off, or no JSON"),
        ("[]", "it holds a list, not an object"),
        ("[" * 200_000, "nested too deeply"),
        ('{"version": 3, "deployment": []}', "its deployment is a list"),
        ('{"version": "3", "deployment": {"resources": []}}', 'its version is "3", no whole number'),
        ('{"version": NaN, "deployment": {"resources": []}}', "no engine writes it so: NaN is no number"),
    ],
)
def test_a_file_that_is_damaged_is_a_broken_state(content: str, says: str, tmp_path: Path) -> None:
    found = told(tmp_path, content)
    assert found.exit_code == 2
    assert [one for one in found.of("broken") if says in one.says]


def test_a_state_in_which_a_key_stands_twice_is_not_judged(tmp_path: Path) -> None:
    text = json.dumps(whole())[:-1] + ', "deployment": {"resources": []}}'
    found = told(tmp_path, text)
    assert found.exit_code == 3
    assert "the key 'deployment' stands twice" in found.of("not judged")[0].says


def test_a_key_in_other_letters_which_the_engine_would_take_is_not_judged(tmp_path: Path) -> None:
    document = whole()
    document["deployment"]["resources"][3]["Protect"] = False
    found = told(tmp_path, document)
    assert found.exit_code == 3
    assert "the key 'Protect' is 'protect' in other letters" in found.of("not judged")[0].says


@pytest.mark.parametrize(("version", "said"), [(1000.0, "1000.0"), ("3", '"3"'), (None, "null"), (True, "true")])
def test_a_version_that_is_no_whole_number_is_quoted_as_it_stands(version: object, said: str, tmp_path: Path) -> None:
    found = told(tmp_path, {**whole(), "version": version})
    assert f"its version is {said}, no whole number" in found.of("broken")[0].says


def test_a_compressed_state_that_is_cut_off_is_broken(tmp_path: Path) -> None:
    file = tmp_path / "state.json.gz"
    file.write_bytes(gzip.compress(json.dumps(whole()).encode())[:-20])
    assert check(file).exit_code == 2


def test_a_stopped_update_and_secrets_in_the_clear_would_do_harm(tmp_path: Path) -> None:
    document = whole()
    deployment = document["deployment"]
    deployment["pending_operations"] = [{"type": "creating", "resource": {"urn": ALARM}}]
    deployment["resources"][4]["pendingReplacement"] = True
    deployment["resources"][3]["inputs"]["password"] = {**SEALED, "plaintext": '"x"'}
    found = told(tmp_path, document)
    assert found.exit_code == 2
    assert found.of("broken") == ()
    says = " | ".join(one.says for one in found.of("wrong"))
    assert "stopped while creating it: whether it was made is not known" in says
    assert "the other one is not made yet" in says
    assert "1 secrets stand in the clear" in says
    assert "--clear-pending-creates" in next(one.fix for one in found.of("wrong") if "creating" in one.says)


def test_an_old_copy_beside_the_other_one_is_worth_knowing_and_no_more(tmp_path: Path) -> None:
    document = whole()
    items = document["deployment"]["resources"]
    items.append({**items[4], "delete": True, "initErrors": ["timed out"]})
    items[4]["initErrors"] = ["no endpoints"]
    found = told(tmp_path, document)
    assert found.exit_code == 0
    assert [one.level for one in found.troubles] == ["note", "note"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"version": 9}, "its form is version 9"),
        ({"version": 4, "features": ["teleport"]}, "features that the pinned engine has not: teleport"),
        ({"deployment": {"resources": []}}, "it holds no resource"),
        ({"deployment": None}, "it holds no resource"),
    ],
)
def test_what_nobody_here_can_judge_does_not_pass(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    found = told(tmp_path, {**whole(), **change})
    assert found.exit_code == 3
    assert found.headline.startswith("NOT JUDGED: ")
    assert [one for one in found.of("not judged") if says in one.says]


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("secretsprovider: awskms://alias/acme\n", None),
        ("config: {}\n", None),
        ("encryptionsalt: v1:abc\n", "of the type cloud, and the stack's file says passphrase"),
    ],
)
def test_the_secrets_provider_is_that_of_the_stack_s_file(file: str, says: str | None, tmp_path: Path) -> None:
    own = tmp_path / "Pulumi.prod.yaml"
    own.write_text(file, "utf-8")
    found = told(tmp_path, whole(), stack_file=own)
    assert [one.says for one in found.of("wrong") if says is None or says not in one.says] == []
    assert found.exit_code == (0 if says is None else 2)


def step(urn: str, op: str, **state: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a state
    given = {"urn": urn, "type": urn.split("::")[2].rpartition("$")[2], "custom": True, "inputs": {}, **state}
    return {"op": op, "urn": urn, "newState": given, **({} if op == "create" else {"oldState": given})}


def planned(folder: Path, *steps: dict[str, Any]) -> Path:
    file = folder / "plan.json"
    file.write_text(json.dumps({"steps": list(steps), "changeSummary": {}, "duration": 1}), "utf-8")
    return file


def test_a_plan_that_agrees_changes_nothing(tmp_path: Path) -> None:
    plan = planned(
        tmp_path, step(PARENT, "same", custom=False), step(DATABASE, "same", protect=True), step(ALARM, "same")
    )
    assert told(tmp_path, whole(), plan=plan).exit_code == 0


def test_a_plan_shows_what_the_state_has_lost_and_no_longer_protects(tmp_path: Path) -> None:
    document = whole()
    document["deployment"]["resources"][3]["protect"] = False
    other = DATABASE.replace("::database", "::replica")
    plan = planned(
        tmp_path,
        step(PARENT, "same", custom=False),
        step(DATABASE, "update", protect=True),
        step(other, "create"),
        step(ALARM.replace("::alarm", "::late"), "create"),
    )
    found = told(tmp_path, document, plan=plan)
    assert found.exit_code == 2
    by_name = {one.name: (one.level, one.says) for one in found.troubles}
    assert by_name["database"][0] == "wrong"
    assert "the state does not" in by_name["database"][1]
    assert by_name["replica"][0] == "wrong"
    assert "the state has lost it" in by_name["replica"][1]
    assert by_name["late"][0] == "note", "what can be made again is no loss"
    assert by_name["alarm"][0] == "not judged", "a plan of another state says nothing of this one"


@pytest.mark.parametrize("broken", ["stack", "hidden", "empty"])
def test_a_plan_that_says_less_than_everything_does_not_make_a_state_pass(broken: str, tmp_path: Path) -> None:
    plan = planned(tmp_path, step(DATABASE, "same", protect=True), step(ALARM, "same"), step(PARENT, "same"))
    document = json.loads(plan.read_text("utf-8"))
    if broken == "stack":
        document = json.loads(plan.read_text("utf-8").replace(":prod:", ":dev:"))
    elif broken == "hidden":
        document["changeSummary"] = {"same": 9}
    else:
        document["steps"] = []
    plan.write_text(json.dumps(document), "utf-8")
    found = told(tmp_path, whole(), plan=plan)
    assert found.exit_code == 3, found.troubles


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"steps": []}', "it is a preview"),
        ('{"resourcePlans": {}}', "it is an update plan"),
        ('{"terraform_version": "1.9"}', "a state of Terraform"),
        ('{"resources": []}', "a list of resources to import"),
        ("{}", "neither `deployment` nor `checkpoint`"),
        (None, "No such file or directory"),
    ],
)
def test_a_file_that_is_something_else_ends_with_exit_code_1(content: str | None, says: str, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    if content is not None:
        file.write_text(content, "utf-8")
    result = CliRunner().invoke(app, ["state", "check", str(file)])
    assert result.exit_code == 1
    assert says in " ".join(result.output.split())
    assert "pulumi stack export" in " ".join(result.output.split())


def test_the_command_says_it_and_ends_with_its_code(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    document = whole()
    document["deployment"]["resources"].pop(3)
    file.write_text(json.dumps(document), "utf-8")
    result = CliRunner().invoke(app, ["state", "check", str(file), "--json"])
    assert result.exit_code == 2
    assert json.loads(result.output)["troubles"][0]["where"] == ALARM
    shown = CliRunner().invoke(app, ["state", "check", str(file)])
    assert "pulumi state repair" in shown.output


def test_signs_that_steer_a_terminal_are_shown_as_what_they_are(tmp_path: Path) -> None:
    document = whole()
    document["deployment"]["resources"][4].update(
        urn=ALARM + "\x1b[31m", dependencies=["gone"], propertyDependencies={}
    )
    (tmp_path / "state.json").write_text(json.dumps(document), "utf-8")
    result = CliRunner().invoke(app, ["state", "check", str(tmp_path / "state.json")])
    assert result.exit_code == 2
    assert "\x1b[31m" not in result.output
