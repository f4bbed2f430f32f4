"""What rows say of time, held against the API models of botocore: which operations take a window or a moment."""

from __future__ import annotations

import re

import pytest

from sandbox.services import SERVICES

botocore_session = pytest.importorskip("botocore.session")
MODELS = {
    "backup": ("backup",),
    "budgets": ("budgets",),
    "cloudwatch": ("cloudwatch", "logs"),
    "costexplorer": ("ce",),
    "ec2": ("ec2",),
    "ecr": ("ecr",),
    "iam": ("iam",),
    "lb": ("elbv2",),
    "s3": ("s3",),
    "sns": ("sns",),
    "ssm": ("ssm",),
}
"""Services of which it is said that nothing waits, and their models."""
LATER = re.compile(
    r"ApplyImmediately|ApplyMethod|Maintenance|Window|Schedul|Defer|Effective|StartTime|StartDate|Activate"
)
WRITES = re.compile(r"Create|Modify|Update|Put|Set|Attach|Associate|Replace|Authorize|Add")
OF_OTHER_TYPES = re.compile(
    r"InstanceEventWindow|Capacity|ReservedInstances|Hosts|VpnTunnel|MuteRule|LogAlarm|ScheduledQuery|CostCategory"
    r"|Association$|MaintenanceWindow|OpsItem"
)
"""Operations on types that no row describes."""
NO_MOMENT = {("cloudwatch", "PutMetricAlarm", "EvaluationWindow")}
"""A length of time that is evaluated, and none that is waited for."""


def test_every_service_that_says_so_is_looked_at() -> None:
    assert {service.name for service in SERVICES if service.sources.time} == set(MODELS)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_no_operation_on_a_described_type_takes_a_window_or_a_moment(name: str) -> None:
    session = botocore_session.get_session()
    found = []
    for model in MODELS[name]:
        api = session.get_service_model(model)
        for operation in api.operation_names:
            shape = api.operation_model(operation).input_shape
            if shape is None or not WRITES.match(operation) or OF_OTHER_TYPES.search(operation):
                continue
            found += [
                (model, operation, member)
                for member in shape.members
                if LATER.search(member[0].upper() + member[1:]) and (model, operation, member) not in NO_MOMENT
            ]
    assert found == []
