"""What the table of pair rules says of each rule about objects of Kubernetes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.pairs import PairRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.model.base import Rule

SAYS: dict[str, tuple[str, str]] = {
    "api-removed": ("an API version that the cluster's version has no more", "apiVersion was removed in Kubernetes"),
    "cluster-ip-free": (
        "a cluster IP that another Service has, or outside of the cluster's range",
        "provided IP is already allocated; provided IP is not in the valid range",
    ),
    "definition-schema": (
        "a custom resource that the definition of the program does not allow",
        "field not declared in schema; Invalid value; Required value; Unsupported value",
    ),
    "namespace-of-release": ("a namespace that a release has made already", "AlreadyExists"),
    "node-port-free": ("a node port that another Service has", "provided port is already allocated"),
    "quota-of-objects": ("more objects than a quota of the namespace allows", "Forbidden: exceeded quota"),
    "release-ownership": (
        "a second release of a chart whose templates hold definitions, or one beside definitions that it does not own",
        "Unable to continue with install: invalid ownership metadata",
    ),
}
"""Rule -> what is refused, and what the API server or Helm says."""
HAPPENS: dict[str, tuple[str, str]] = {
    "account-role": (
        "a service account for a role of AWS that does not exist or does not trust it",
        "pods get no credentials: Not authorized to perform sts:AssumeRoleWithWebIdentity",
    ),
    "association-account": ("a pod identity of a service account that does not exist", "no pod gets the role"),
    "autoscaled-both-ways": (
        "a horizontal autoscaler by processor or memory, and a vertical one that changes them",
        "both follow each other",
    ),
    "autoscaled-twice": ("two horizontal autoscalers of one workload", "neither scales: AmbiguousSelector"),
    "autoscaled-vertically-twice": ("two vertical autoscalers of one workload", "undefined behavior"),
    "autoscaler-requests": (
        "an autoscaler by the share of a resource that the pods do not request",
        "it never scales: FailedGetResourceMetric",
    ),
    "autoscaler-target": ("an autoscaler of a workload that does not exist", "it never scales: FailedGetScale"),
    "binding-role": ("a binding of a role that does not exist", "it grants nothing"),
    "binding-subject": ("a binding to a service account that does not exist", "it grants to nobody"),
    "budget-blocks": (
        "a budget that keeps as many pods as there ever are",
        "a drain of their nodes waits for ever: Cannot evict pod",
    ),
    "budget-of-several": (
        "pods under two budgets",
        "no eviction succeeds: This pod has more than one PodDisruptionBudget",
    ),
    "claim-class": (
        "a claim of a class that does not exist, or shared between nodes on EBS",
        "it stays Pending: ProvisioningFailed",
    ),
    "claim-shared": ("several pods of one claim of EBS", "pods of other nodes never start: Multi-Attach error"),
    "claim-template-class": (
        "a StatefulSet with claims of a class that does not exist",
        "its pods stay Pending: ProvisioningFailed",
    ),
    "ingress-backends": (
        "an Ingress that leads to a Service or a port that does not exist",
        "503, or an update that waits: No matching service found for ingress rule",
    ),
    "ingress-class": ("an Ingress of a class that does not exist", "no controller serves it"),
    "limit-range": ("pods outside of a limit range of the namespace", "no pod is made: FailedCreate"),
    "pod-claim": ("pods with a claim that does not exist", "they stay Pending: FailedScheduling"),
    "pod-priority-class": ("pods of a priority class that does not exist", "no pod is made: FailedCreate"),
    "pod-reads": (
        "pods that read a ConfigMap, a Secret or a key that does not exist",
        "no container starts: CreateContainerConfigError, FailedMount",
    ),
    "pod-runtime-class": ("pods of a runtime class that does not exist", "no pod is made: FailedCreate"),
    "pod-security-standard": (
        "pods below the security standard that their namespace enforces",
        "no pod is made: FailedCreate, violates PodSecurity",
    ),
    "pod-service-account": ("pods of a service account that does not exist", "no pod is made: FailedCreate"),
    "quota-exceeded": ("pods that want more than a quota of the namespace", "some are never made: FailedCreate"),
    "quota-needs-amounts": (
        "pods without amounts that a quota of the namespace asks for",
        "no pod is made: FailedCreate, must specify",
    ),
    "service-target-port": (
        "a Service with a target port that is named after no port of its pods",
        "it has no endpoints",
    ),
    "stateful-set-service": ("a StatefulSet of a Service that does not exist", "its pods have no names in DNS"),
    "vertical-autoscaler-target": (
        "a vertical autoscaler of a workload that does not exist",
        "it recommends nothing: ConfigUnsupported",
    ),
    "webhook-service": (
        "a webhook that must answer, of a Service that does not exist",
        "every request that it matches is refused: failed calling webhook",
    ),
}
"""Rule -> what is refused here, and what happens where Kubernetes accepts it."""


def told(rules: Iterable[Rule]) -> tuple[PairRule, ...]:
    """The rules with their words."""
    return tuple(_told(rule) for rule in rules)


def _told(rule: Rule) -> PairRule:
    refused, words = SAYS.get(rule.id) or HAPPENS[rule.id]
    at_once = rule.id in SAYS
    return PairRule(
        rule.id,
        rule.source,
        rule.types,
        rule.check,
        refused=refused,
        says=words if at_once else "",
        happens="" if at_once else words,
    )
