"""Who reaches a cluster of EKS, which pods act as which role, and its add-ons."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, given, text
from sandbox.model.names import Unique
from sandbox.model.pairs import pair
from sandbox.model.references import Reference, outside
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Returned, Row
from sandbox.model.sources import Sources
from sandbox.services.aws.eks import pairs
from sandbox.services.aws.eks.cluster import CLUSTER, NO_CLUSTER, ROLE, minor_of
from sandbox.services.aws.eks.timing import ADDON_TIMING
from sandbox.services.aws.iam import ROLE_ARN
from sandbox.services.aws.returned import clusters

if TYPE_CHECKING:
    from collections.abc import Iterator


_AT_ONCE = "Amazon EKS API Reference, CreateAccessEntry, AssociateAccessPolicy: no window, no restart"
ADDON = "aws:eks/addon:Addon"
ENTRY_TYPES = ("STANDARD", "EC2_LINUX", "EC2_WINDOWS", "EC2", "FARGATE_LINUX", "HYBRID_LINUX", "HYPERPOD_LINUX")


def _addon_values(context: Context) -> Iterator[Violation]:
    value = text(context.inputs, "configurationValues")
    if value.lstrip().startswith("{"):
        try:
            json.loads(value)
        except ValueError as error:
            yield Violation(
                "configurationValues",
                f"not valid JSON: {error} (InvalidParameterException: ConfigurationValue provided)",
            )


def _entry(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    groups, user = inputs.get("kubernetesGroups"), text(inputs, "userName")
    principal, kind = text(inputs, "principalArn"), text(inputs, "type", "STANDARD")
    if principal and re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/.+", principal) is None:
        yield Violation(
            "principalArn",
            f"{principal!r} is no ARN of an IAM role or user: the session of an assumed role is none "
            "(InvalidParameterException: The principalArn parameter format is not valid)",
        )
    for index, group in enumerate(groups if isinstance(groups, list) else []):
        if isinstance(group, str) and group.startswith("system:"):
            yield Violation(
                f"kubernetesGroups[{index}]",
                f"{group!r} is reserved (InvalidParameterException: The kubernetes group name {group} is invalid, it "
                "cannot start with system:)",
            )
    if user.startswith(("system:", "eks:", "aws:", "amazon:", "iam:")):
        yield Violation("userName", f"{user!r} begins with a reserved prefix")
    if kind not in {"", "STANDARD"} and (groups or user):
        yield Violation("kubernetesGroups" if groups else "userName", f"only for entries of type STANDARD, here {kind}")


def _scope(context: Context) -> Iterator[Violation]:
    scope: dict[str, Any] = block(context.inputs, "accessScope")
    if scope.get("type") == "namespace" and not given(scope, "namespaces"):
        yield Violation("accessScope.namespaces", "required for type 'namespace'")
    if scope.get("type") == "cluster" and given(scope, "namespaces"):
        yield Violation("accessScope.namespaces", "not together with type 'cluster'")


def _policy_needs_entry(context: Context) -> Iterator[Violation]:
    name, principal = context.inputs.get("clusterName"), context.inputs.get("principalArn")
    if context.cloud is None or not known(name) or not known(principal):
        return
    for item in context.cloud.of_type("aws:eks/accessEntry:AccessEntry"):
        if item.inputs.get("clusterName") == name and item.inputs.get("principalArn") == principal:
            return
    yield Violation(
        "principalArn",
        f"{principal} has no access entry in {name} (ResourceNotFoundException: The specified principalArn could not "
        "be found)",
    )


CONTROL_PLANE_AHEAD_OF_PROXY = 3
"""Kubernetes documentation, Version skew policy: kube-proxy may be up to three minor versions older, never newer."""


def _proxy_version(context: Context) -> Iterator[Violation]:
    cluster = pairs.cluster_of(context)
    plane = minor_of(cluster.inputs.get("version")) if cluster is not None else None
    found = re.match(r"v1\.(\d{2})\.", text(context.inputs, "addonVersion"))
    if plane is None or found is None or text(context.inputs, "addonName") != "kube-proxy":
        return
    if not plane - CONTROL_PLANE_AHEAD_OF_PROXY <= int(found[1]) <= plane:
        yield Violation(
            "addonVersion",
            f"kube-proxy 1.{found[1]} does not fit a control plane of 1.{plane}: not newer, at most "
            f"{CONTROL_PLANE_AHEAD_OF_PROXY} minor versions older (InvalidParameterException: Addon version specified "
            "is not supported)",
        )


_addon = On("eks-addon", source="Amazon EKS API Reference, CreateAddon")
_entries = On("eks-entry", source="Amazon EKS API Reference, CreateAccessEntry")
_policies = On("eks-access", source="Amazon EKS API Reference, AssociateAccessPolicy")
_pods = On("eks-pod-identity", source="Amazon EKS API Reference, CreatePodIdentityAssociation")

_PROVIDER = "terraform-provider-aws, internal/service/eks"
ROWS = (
    Row(
        token="aws:eks/accessEntry:AccessEntry",
        name=NONE,
        replaced=Replaced(("clusterName", "principalArn", "type"), {"type": "STANDARD"}),
        references=(
            Reference("clusterName", CLUSTER, NO_CLUSTER),
            Reference(
                "principalArn",
                ROLE_ARN,
                "InvalidParameterException: the principal does not exist",
                spared=lambda arn: ":role/" not in arn or outside(arn),
            ),
        ),
        unique=(
            Unique(
                ("clusterName", "principalArn"),
                "ResourceInUseException: The specified access entry resource is already in use on this cluster",
            ),
        ),
        values=(
            _entries.one_of("type", ENTRY_TYPES),
            _entries.custom("entry", _entry, "Amazon EKS User Guide, Create access entries"),
        ),
        state=(pairs.MODE, pairs.OWN_ENTRY),
        sources=Sources(replacement=f"{_PROVIDER}/access_entry.go, 2025", time=_AT_ONCE),
        returned=Returned(values=clusters.ACCESS_ENTRY),
    ),
    Row(
        token="aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        name=NONE,
        replaced=Replaced(("accessScope", "clusterName", "policyArn", "principalArn")),
        references=(Reference("clusterName", CLUSTER, NO_CLUSTER),),
        unique=(),
        values=(
            _policies.matches(
                "policyArn", r"arn:aws[a-z-]*:eks::aws:cluster-access-policy/\w+", "an EKS access policy"
            ),
            _policies.one_of("accessScope.type", ("cluster", "namespace")),
            _policies.custom("scope", _scope),
        ),
        state=(
            pair(
                "policy-needs-entry",
                _policy_needs_entry,
                refused="an access policy for a principal without an access entry",
                says="ResourceNotFoundException: The specified principalArn could not be found",
                source="Amazon EKS API Reference, AssociateAccessPolicy, Errors",
            ),
            pairs.MODE,
            pairs.NOT_STANDARD,
        ),
        sources=Sources(replacement=f"{_PROVIDER}/access_policy_association.go, 2025", time=_AT_ONCE),
    ),
    Row(
        token=ADDON,
        name=NONE,
        replaced=Replaced(("addonName", "clusterName", "namespaceConfig")),
        references=(
            Reference("clusterName", CLUSTER, NO_CLUSTER),
            Reference("serviceAccountRoleArn", ROLE_ARN, "InvalidParameterException"),
            Reference("podIdentityAssociations[*].roleArn", ROLE_ARN, "InvalidParameterException"),
        ),
        unique=(Unique(("clusterName", "addonName"), "ResourceInUseException: Addon already exists"),),
        values=(
            _addon.one_of("resolveConflictsOnCreate", ("NONE", "OVERWRITE")),
            _addon.one_of("resolveConflictsOnUpdate", ("NONE", "OVERWRITE", "PRESERVE")),
            _addon.matches("addonVersion", r"v\d+\.\d+\.\d+.*", "a version such as v1.20.4-eksbuild.1"),
            _addon.custom("values", _addon_values),
        ),
        state=(
            Rule(
                "proxy-version",
                "Kubernetes documentation, Version skew policy; aws/containers-roadmap issue 1429",
                (),
                _proxy_version,
            ),
        ),
        sources=Sources(
            time="Amazon EKS API Reference, CreateAddon, UpdateAddon, DeleteAddon: they begin at once",
            doubts={"references": "the namespaces that some community add-ons make for themselves"},
        ),
        timing=ADDON_TIMING,
        returned=Returned(values=clusters.ADDON),
    ),
    Row(
        token="aws:eks/podIdentityAssociation:PodIdentityAssociation",
        name=NONE,
        replaced=Replaced(("clusterName", "namespace", "serviceAccount")),
        references=(
            Reference("clusterName", CLUSTER, NO_CLUSTER),
            Reference("roleArn", ROLE_ARN, "InvalidParameterException"),
        ),
        unique=(
            Unique(
                ("clusterName", "namespace", "serviceAccount"), "ResourceInUseException: Association already exists"
            ),
        ),
        values=(
            _pods.matches("namespace", r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", "a Kubernetes namespace"),
            _pods.matches("serviceAccount", r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", "a Kubernetes service account"),
            _pods.matches("roleArn", ROLE, "the ARN of an IAM role"),
        ),
        sources=Sources(
            replacement=f"{_PROVIDER}/pod_identity_association.go, 2025",
            time="Amazon EKS API Reference, CreatePodIdentityAssociation: effective some seconds after the call",
        ),
    ),
)
