"""Updates that take away what running pods log in with, or trust, before they have its successor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from typer.testing import CliRunner

from components.pooler.pooler import LOGINS_ANNOTATION
from ops.answers.journey import _step
from ops.cli import app
from plan import Plan, PlannedResource
from plan.tokens import KUBERNETES_SECRET
from policies.turns import LOGINS, locked_out
from tests.support.placements import STACK

if TYPE_CHECKING:
    from pathlib import Path

    from plan import Op

KEY = "tls:index/privateKey:PrivateKey"
PRIVATE = f"{STACK}bailbondpro:private_certificate:PrivateCertificate::pooler-certificate"
ORIGIN = f"{STACK}bailbondpro:cdn:OriginCertificate::origin-certificate"


def noted(logins: str | None) -> dict[str, Any]:
    return {"metadata": {"name": "pgbouncer-config", "annotations": None if logins is None else {LOGINS: logins}}}


def logins(old: str | None, new: str | None) -> Plan:
    urn = f"{STACK}bailbondpro:pooler:Pooler${KUBERNETES_SECRET}::pooler-config"
    return Plan(
        (PlannedResource(urn, KUBERNETES_SECRET, "pooler-config", "update", noted(new), old_inputs=noted(old)),)
    )


def keys(parent: str, **ops: Op) -> Plan:
    return Plan(
        tuple(
            PlannedResource(f"{parent}${KEY}::{name}", KEY, name, op, {"algorithm": "RSA"}, parent=parent)
            for name, op in ops.items()
        )
    )


def test_the_annotation_is_the_one_that_is_read() -> None:
    assert LOGINS == LOGINS_ANNOTATION


@pytest.mark.parametrize(
    ("old", "new"),
    [("1", "1"), ("1", "2,1"), ("2,1", "2"), ("2", "3,2"), ("2,1", "3,2"), (None, "2"), ("1", None), ("", "2")],
)
def test_a_login_that_pods_have_may_stay_beside_its_successor(old: str | None, new: str | None) -> None:
    assert locked_out(logins(old, new)) == []


@pytest.mark.parametrize(
    ("old", "new", "fix"),
    [
        ("1", "2", "Set postgres.pooler.userGeneration to 2 and usersRetiredBefore to 1 here"),
        ("2,1", "3", "Set postgres.pooler.userGeneration to 3 and usersRetiredBefore to 2 here"),
        ("2", "4,3", "Set postgres.pooler.userGeneration to 3 and usersRetiredBefore to 2 here"),
        ("2", "1", "Leave postgres.pooler.userGeneration at 2, or rotate to 3"),
        ("2,1", "1", "Leave postgres.pooler.userGeneration at 2, or rotate to 3"),
    ],
)
def test_a_login_that_pods_have_is_not_forgotten_before_they_have_another(old: str, new: str, fix: str) -> None:
    ((_, said),) = locked_out(logins(old, new))
    assert f"pods that run log in at the pooler with generation {old.split(',', maxsplit=1)[0]}" in said
    assert fix in said


@pytest.mark.parametrize(
    ("parent", "area", "ops"),
    [
        (PRIVATE, "postgres.pooler", {"one": "delete", "two": "create"}),
        (PRIVATE, "postgres.pooler", {"one": "replace"}),
        (ORIGIN, "cdn", {"one": "delete", "one_ca": "delete", "two": "create", "two_ca": "create"}),
    ],
)
def test_keys_do_not_all_go_at_once(parent: str, area: str, ops: dict[str, Op]) -> None:
    ((_, said),) = locked_out(keys(parent, **ops))
    assert f"Raise {area}.certificateGeneration alone, and {area}.certificatesRetiredBefore in a deployment" in said


@pytest.mark.parametrize(
    "ops",
    [
        {"one": "same"},
        {"one": "create"},
        {"one": "same", "two": "create"},
        {"one": "delete", "two": "same"},
        {"one": "delete"},
    ],
)
def test_keys_that_take_turns_or_go_for_good_are_allowed(ops: dict[str, Op]) -> None:
    assert locked_out(keys(PRIVATE, **ops)) == []


def test_the_key_of_a_certificate_that_nobody_verifies_may_go_at_once() -> None:
    parent = f"{STACK}bailbondpro:certificate:SelfSignedCertificate::gateway-certificate"
    assert locked_out(keys(parent, one="delete", two="create")) == []


def test_a_journey_stops_before_an_update_that_locks_pods_out() -> None:
    class Session:
        def preview(self, _bar: object) -> tuple[Plan, None]:
            return logins("1", "2"), None

        def up(self, _bar: object) -> None:
            raise AssertionError("it was carried out")

    step = _step(cast("Any", Session()), "horizontal", "microservices", {}, may_shrink=True)
    assert "usersRetiredBefore to 1 here" in step.refused[0]


@pytest.mark.parametrize(("old", "code"), [("2,1", 0), ("1", 2)])
def test_the_gate_stops_an_update_that_locks_pods_out(tmp_path: Path, old: str, code: int) -> None:
    (item,) = logins(old, "2").resources
    states = {
        name: {"urn": item.urn, "custom": True, "type": KUBERNETES_SECRET, "inputs": noted(text)}
        for name, text in (("oldState", old), ("newState", "2"))
    }
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"steps": [{"op": "update", "urn": item.urn, **states}]}))
    ran = CliRunner().invoke(app, ["gate", "--plan", str(file), "--json"])
    found = {one["rule"]: one for one in json.loads(ran.stdout)["findings"]}
    assert ("takes-turns" in found) is bool(code), ran.output
    if code:
        assert ran.exit_code == code
        assert found["takes-turns"]["urn"] == item.urn
