"""Values that a service gives back in another form than they were sent, so that the next preview shows a difference.

Few are known well enough to be simulated; `docs/aws.md` lists them, and those that were only read about. A program that
sends such a value never comes to rest with the real provider, and a rehearsal must say so.
"""

from __future__ import annotations

from typing import Any

from sandbox.model.checks import flag, given, items
from sandbox.returned_order import in_order

INSTANCE = "aws:rds/instance:Instance"
PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup"

SERVICE_DEFAULTS = {"rds.force_ssl": "1", "shared_preload_libraries": "pg_stat_statements"}
"""Parameters of `default.postgres15` and later that RDS itself sets (RDS User Guide, "RDS for PostgreSQL parameters").

One that is stated with the same value stays the service's own, and comes back with `pending-reboot` whatever was sent
(SDK documentation of aws.rds.ParameterGroup, "Problematic Plan Changes"; terraform-provider-aws issue 39252).
"""


def as_created(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What a new object really has of its inputs.

    CreateDBInstanceReadReplica ignores deletion protection (terraform-provider-aws issue 13666, and the provider's
    acceptance tests of 2026 still say so): only a later change switches it on.
    """
    if token == INSTANCE and given(inputs, "replicateSourceDb") and flag(inputs.get("deletionProtection")):
        return {**inputs, "deletionProtection": False}
    return inputs


def as_returned(token: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs of an object as its service gives them back, to be compared with the program's.

    Args:
        token: the type.
        inputs: what was sent last, secrets unwrapped.
        outputs: what the object has.
    """
    if token == PARAMETER_GROUP and "parameters" in inputs:
        return {**inputs, "parameters": [_parameter(item) for item in items(inputs, "parameters")]}
    if token == INSTANCE and outputs.get("deletionProtection") is False and "deletionProtection" in inputs:
        return {**inputs, "deletionProtection": False}
    return in_order(token, inputs)


def _parameter(item: dict[str, Any]) -> dict[str, Any]:
    ours = SERVICE_DEFAULTS.get(str(item.get("name"))) == str(item.get("value"))
    return {**item, "applyMethod": "pending-reboot"} if ours else item
