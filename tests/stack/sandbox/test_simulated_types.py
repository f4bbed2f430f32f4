"""Every type of every plan has a row in its service's module, and the row says of every aspect what it is, or none."""

from __future__ import annotations

from sandbox.services import ROWS
from tests.support.stack import COMBINATIONS, recorded

PACKAGES = frozenset(token.split(":")[0] for token in ROWS)
"""The packages that are described by rows."""

SHARED = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": "PutMetricAlarm writes over the alarm of the same name",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": "the API's errors name no second name (unverified)",
    "aws:costexplorer/anomalySubscription:AnomalySubscription": "as the monitor (unverified)",
    "aws:iam/rolePolicy:RolePolicy": "PutRolePolicy writes over the policy of the same name",
    "aws:sns/topic:Topic": "CreateTopic gives back the topic of the same name",
}
"""Named types of which two may be given the same name, and what happens then."""


def used() -> list[str]:
    return sorted({item.type for at in COMBINATIONS for item in recorded(*at) if item.custom})


def without_rows(tokens: list[str]) -> list[str]:
    """What to write for types of the described packages that have no row, and where it belongs."""
    missing = [token for token in tokens if token.split(":")[0] in PACKAGES and token not in ROWS]
    return [f"{token}: write Row(token=...) in sandbox/services/{home(token)}.py or its folder" for token in missing]


def home(token: str) -> str:
    package, module = token.split(":")[:2]
    return f"{package}/{module.split('/')[0]}"


def test_every_type_of_every_plan_has_a_row() -> None:
    assert without_rows(used()) == []


def test_a_type_without_a_row_is_named_with_the_place_of_its_row() -> None:
    assert without_rows(["aws:sqs/queue:Queue", "aws:sns/topic:Topic"]) == [
        "aws:sqs/queue:Queue: write Row(token=...) in sandbox/services/aws/sqs.py or its folder"
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
