"""Whether a pod that serves holds the login of a database's master user, who may do everything.

Whoever makes an application run another statement is that user then: the master may read every row, change the
schema and make users (Amazon RDS User Guide, "Understanding the rds_superuser role"). Judged is where a plan hands
the password on: the resources that depend on what makes it, and the Secrets that Deployments, StatefulSets and
DaemonSets read. A Job ends, and serves nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan.tokens import DATABASE, KUBERNETES_SECRET, PASSWORD, SECRET_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan, PlannedResource

SERVING = tuple(f"kubernetes:apps/v1:{kind}" for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"))
"""Workloads whose pods run for ever."""


def serving(plan: Plan) -> list[PlannedResource]:
    """The workloads that will serve."""
    return plan.of_type(*SERVING)


def masters(plan: Plan) -> dict[str, str]:
    """Whatever has the password of a database's master user, by URN, with the database's name."""
    found: dict[str, str] = {}
    for server in plan.of_type(DATABASE):
        if server.inputs.get("replicateSourceDb") is None:
            found |= {urn: server.name for urn in server.dependencies if _is(plan, urn, PASSWORD)}
    stored = {
        version.urn: found[urn]
        for version in plan.of_type(SECRET_VERSION)
        for urn in version.dependencies
        if urn in found
    }
    return found | stored


def unjudged(plan: Plan) -> list[str]:
    """Names of databases whose password comes from somewhere that the plan does not show."""
    known = set(masters(plan).values())
    primaries = [item for item in plan.of_type(DATABASE) if item.inputs.get("replicateSourceDb") is None]
    restored = [item.name for item in primaries if item.inputs.get("restoreToPointInTime") is not None]
    return sorted(item.name for item in primaries if item.name not in known and item.name not in restored)


def master_logins(plan: Plan) -> list[str]:
    """Each serving workload that holds a master user's login: `<workload>: <through what> of <database>`, sorted."""
    return sorted({f"{workload.name}: {through}" for workload, through in logins_of_masters(plan)})


def logins_of_masters(plan: Plan) -> Iterator[tuple[PlannedResource, str]]:
    """Each serving workload that holds a master user's login, with `<through what>, that of <database>`."""
    held = masters(plan)
    holding = [item for item in plan.of_type(KUBERNETES_SECRET) if held.keys() & set(item.dependencies)]
    by_name: dict[object, list[PlannedResource]] = {}
    for secret in holding:
        by_name.setdefault(secret.inputs.get("metadata", {}).get("name"), []).append(secret)
    known = {secret.urn: secret for secret in holding}
    for workload in serving(plan):
        own = set(workload.dependencies)
        yield from ((workload, f"its own pods, that of {held[urn]}") for urn in workload.dependencies if urn in held)
        names = set(_secret_names(workload.inputs)) if holding else set()
        read = {one.urn: one for name in names for one in by_name.get(name, ())}
        read |= {urn: known[urn] for urn in own if urn in known}
        for secret in sorted(read.values(), key=lambda one: plan.place(one.urn)):
            yield from ((workload, f"{secret.name}, that of {held[urn]}") for urn in secret.dependencies if urn in held)


def _is(plan: Plan, urn: str, token: str) -> bool:
    item = plan.get(urn)
    return item is not None and item.type == token


def _secret_names(value: Any) -> Iterator[str]:  # noqa: ANN401 - a pod's inputs have any shape
    """Names of the Secrets that a pod reads, as variables or as files (Kubernetes API, PodSpec)."""
    if isinstance(value, list):
        for entry in value:
            yield from _secret_names(entry)
    if not isinstance(value, dict):
        return
    for key, entry in value.items():
        if key in {"secretKeyRef", "secretRef", "secret"} and isinstance(entry, dict):
            yield str(entry.get("secretName", entry.get("name")))
        yield from _secret_names(entry)
