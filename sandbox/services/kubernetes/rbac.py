"""Who may do what: bindings of roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.replacement import Replaced
from sandbox.model.rows import Alike
from sandbox.services.kubernetes.kinds import Kind, row
from sandbox.services.kubernetes.targets import target

if TYPE_CHECKING:
    from collections.abc import Iterator


def _role(context: Context) -> Iterator[Violation]:
    reference = context.inputs.get("roleRef")
    if isinstance(reference, dict) and reference.get("kind") == "Role":
        kind = Kind("rbac.authorization.k8s.io", "v1", "Role")
        says = "the API server accepts the binding, and it would grant nothing"
        yield from target(context, "roleRef.name", kind, reference.get("name"), says)


ROWS = (
    row(
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
        Replaced(("roleRef",)),
        schema_only="no stack has one",
    ),
    row("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", Replaced(("roleRef",))),
)
ALIKE = (
    Alike(
        "kubernetes:rbac.authorization.k8s.io/*:RoleBinding",
        state=(Rule("binding-role", "Kubernetes documentation, Using RBAC Authorization", (), _role),),
    ),
)
"""In every version of the group."""
