"""Plans that publish a placement of clients, before the update and after it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from plan import Plan, PlannedResource

if TYPE_CHECKING:
    from plan import Op

STACK = "urn:pulumi:prod::bailbondpro::pulumi:pulumi:Stack$"
DATABASE = "aws:rds/instance:Instance"
PARAMETER = "aws:ssm/parameter:Parameter"


def at(count: int, version: int, to: int | None = None, **more: object) -> dict[str, Any]:
    """A placement as it is published: over so many shards, and where a move leads."""
    placement = "moving" if to is not None else "shards" if count else "primary"
    return {"placement": placement, "count": count, "movingTo": to, "version": version, **more}


def published(after: dict[str, Any] | None, before: dict[str, Any] | None, name: str = "placement") -> Plan:
    """A plan of the parameter alone; None where it is not there."""
    urn = f"{STACK}bailbondpro:shards:Shards${PARAMETER}::shards-{name}"
    given, old = ({} if one is None else {"insecureValue": json.dumps(one)} for one in (after, before))
    op: Op = "delete" if after is None else "create" if before is None else "update"
    return Plan((PlannedResource(urn, PARAMETER, f"shards-{name}", op, given, old_inputs=old),))


def shard(index: int, op: Op = "same", role: str = "primary") -> PlannedResource:
    """A server of a shard."""
    name = f"shards-{index}-{role}"
    urn = f"{STACK}bailbondpro:shards:Shards$bailbondpro:postgres:Postgres${DATABASE}::{name}"
    inputs = {} if role == "primary" else {"replicateSourceDb": f"shard-{index}"}
    return PlannedResource(urn, DATABASE, name, op, inputs, old_inputs={} if op == "create" else inputs)


def pods(told: int) -> dict[str, Any]:
    """Inputs of a workload whose pods are told of so many shards."""
    names = ["DATABASE_URL", *(f"DATABASE_SHARD_{index}_URL" for index in range(told))]
    return {"spec": {"template": {"spec": {"containers": [{"env": [{"name": name} for name in names]}]}}}}


def app(told: int, was: int | None, op: Op = "update") -> PlannedResource:
    """The application, whose pods are told of so many shards and were told of others."""
    urn = f"{STACK}bailbondpro:workload:Workload$kubernetes:apps/v1:Deployment::app"
    old = {} if was is None else pods(was)
    return PlannedResource(urn, "kubernetes:apps/v1:Deployment", "app", op, pods(told), old_inputs=old)
