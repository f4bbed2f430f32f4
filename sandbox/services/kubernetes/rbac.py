"""Who may do what: roles, and bindings of roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, block, given, items
from sandbox.model.replacement import Replaced
from sandbox.services.kubernetes.kinds import row, stored

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP = "rbac.authorization.k8s.io"
SUBJECTS = ("Group", "ServiceAccount", "User")


def _rules(context: Context) -> Iterator[Violation]:
    aggregated = context.inputs.get("aggregationRule")
    for index, rule in enumerate(items(context.inputs, "rules")):
        at = f"rules[{index}]"
        if not given(rule, "verbs"):
            yield Violation(f"{at}.verbs", "Required value: verbs must contain at least one value")
        if given(rule, "nonResourceURLs"):
            if context.token.endswith(":Role"):
                yield Violation(
                    f"{at}.nonResourceURLs",
                    "namespaced rules cannot apply to non-resource URLs (Invalid value); use a ClusterRole",
                )
            if any(given(rule, name) for name in ("apiGroups", "resources", "resourceNames")):
                yield Violation(
                    f"{at}.nonResourceURLs", "rules cannot apply to both regular resources and non-resource URLs"
                )
            continue
        for name, words in (("apiGroups", "api group"), ("resources", "resource")):
            if not given(rule, name):
                yield Violation(f"{at}.{name}", f"Required value: resource rules must supply at least one {words}")
    if isinstance(aggregated, dict) and given(context.inputs, "rules"):
        yield Violation(
            "rules",
            "not together with aggregationRule: the controller overwrites whatever stands here (RBAC, Aggregated)",
        )
    if isinstance(aggregated, dict) and not given(aggregated, "clusterRoleSelectors"):
        yield Violation(
            "aggregationRule.clusterRoleSelectors", "Required value: at least one clusterRoleSelector is required"
        )


def _binding(context: Context) -> Iterator[Violation]:
    reference = block(context.inputs, "roleRef")
    kinds = ("ClusterRole",) if context.token.endswith(":ClusterRoleBinding") else ("ClusterRole", "Role")
    kind = reference.get("kind")
    if known(kind) and kind not in kinds:
        yield Violation("roleRef.kind", f"Unsupported value: {kind!r}: supported values: {', '.join(kinds)}")
    group = reference.get("apiGroup")
    if known(group) and group not in {GROUP, ""}:
        yield Violation("roleRef.apiGroup", f"Unsupported value: {group!r}: supported values: {GROUP}")
    for index, subject in enumerate(items(context.inputs, "subjects")):
        yield from _subject(subject, f"subjects[{index}]")


def _subject(subject: dict[str, object], at: str) -> Iterator[Violation]:
    kind, group = subject.get("kind"), subject.get("apiGroup")
    if known(kind) and kind not in SUBJECTS:
        yield Violation(f"{at}.kind", f"Unsupported value: {kind!r}: supported values: {', '.join(SUBJECTS)}")
    if kind == "ServiceAccount" and not given(subject, "namespace"):
        yield Violation(f"{at}.namespace", "Required value: a ServiceAccount is named with its namespace")
    if kind == "ServiceAccount" and known(group) and group != "":
        yield Violation(f"{at}.apiGroup", f'Unsupported value: {group!r}: supported values: ""')
    if kind in {"Group", "User"} and known(group) and group not in {GROUP, ""}:
        yield Violation(f"{at}.apiGroup", f"Unsupported value: {group!r}: supported values: {GROUP}")


_on = On("rbac", source="Kubernetes documentation, Using RBAC Authorization; pkg/apis/rbac/validation")
_GRANTS = _on.custom("rules", _rules)
_BOUND = _on.custom("binding", _binding)
ROWS = (
    row(
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
        Replaced(),
        _GRANTS,
        sources=stored("Kubernetes documentation, Using RBAC Authorization: read at every request"),
    ),
    row(
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
        Replaced(("roleRef",)),
        _BOUND,
        sources=stored("Kubernetes documentation, Using RBAC Authorization: read at every request"),
    ),
    row(
        "kubernetes:rbac.authorization.k8s.io/v1:Role",
        Replaced(),
        _GRANTS,
        sources=stored("Kubernetes documentation, Using RBAC Authorization: read at every request"),
    ),
    row(
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        Replaced(("roleRef",)),
        _BOUND,
        sources=stored("Kubernetes documentation, Using RBAC Authorization: read at every request"),
    ),
)
