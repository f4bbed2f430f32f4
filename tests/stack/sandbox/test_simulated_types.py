"""Every type of every plan has a row in its service's module, and the row says of every aspect what it is, or none."""

from __future__ import annotations

from sandbox.services import ROWS
from tests.support.paths import ROOT
from tests.support.stack import EVERY_STACK, recorded

PACKAGES = frozenset(token.split(":")[0] for token in ROWS)
"""The packages that are described by rows."""

SHARED = {
    "aws:backup/plan:Plan": "a plan is known by the id that AWS Backup makes (CreateBackupPlan; unverified)",
    "aws:backup/selection:Selection": "as a plan (unverified)",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "PutMetricAlarm writes over the alarm of the same name",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": "the API's errors name no second name (unverified)",
    "aws:costexplorer/anomalySubscription:AnomalySubscription": "as the monitor (unverified)",
    "aws:iam/rolePolicy:RolePolicy": "PutRolePolicy writes over the policy of the same name",
    "aws:sns/topic:Topic": "CreateTopic gives back the topic of the same name",
}
"""Named types of which two may be given the same name, and what happens then."""


def used() -> list[str]:
    return sorted({item.type for at in EVERY_STACK for item in recorded(*at) if item.custom})


def without_rows(tokens: list[str]) -> list[str]:
    """What to write for types of the described packages that have no row, and where it belongs."""
    missing = [token for token in tokens if token.split(":")[0] in PACKAGES and token not in ROWS]
    return [f"{token}: write Row(token=...) in {home(token)}" for token in missing]


def home(token: str) -> str:
    """The module of a type's row: that of its service, or of its API group where there is one of that name."""
    package, module = token.split(":")[:2]
    name = module.split("/")[0].split(".")[0]
    if package == "aws" or (ROOT / "sandbox" / "services" / package / f"{name}.py").exists():
        return f"sandbox/services/{package}/{name}.py or its folder"
    whole = (ROOT / "sandbox" / "services" / f"{package}.py").exists()
    return f"sandbox/services/{package}.py" if whole else f"sandbox/services/{package}/, in the module of its subject"


def test_every_type_of_every_plan_has_a_row() -> None:
    assert without_rows(used()) == []


def test_a_type_without_a_row_is_named_with_the_place_of_its_row() -> None:
    tokens = ["aws:nowhere/thing:Thing", "cloudflare:index/thing:Thing", "kubernetes:apps/v9:Fleet", "random:index/x:X"]
    assert [line.partition("Row(token=...) in ")[2] for line in without_rows([*tokens, "aws:sns/topic:Topic"])] == [
        "sandbox/services/aws/nowhere.py or its folder",
        "sandbox/services/cloudflare/, in the module of its subject",
        "sandbox/services/kubernetes/apps.py or its folder",
        "sandbox/services/random.py",
    ]


def test_what_replaces_a_type_in_use_was_looked_up() -> None:
    assert [token for token in used() if token in ROWS and ROWS[token].replaced is None] == []


def test_a_type_in_use_of_which_only_the_schema_is_known_says_why() -> None:
    silent = {
        token
        for token in used()
        if (row := ROWS.get(token)) is not None and not (row.references or row.values or row.unique or row.state)
    }
    judged_alike = {"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"}  # its bucket is looked up for all alike
    assert {token for token in silent if not ROWS[token].schema_only} <= judged_alike


def test_two_of_a_named_type_in_use_cannot_have_one_name_unless_it_is_said_what_happens_then() -> None:
    named = [row for token in used() if (row := ROWS.get(token)) is not None and row.name is not None]
    assert {row.token for row in named if not row.unique and row.token.startswith("aws:")} == set(SHARED)
