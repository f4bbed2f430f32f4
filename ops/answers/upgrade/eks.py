"""The way from one Kubernetes minor version to the next on EKS: control plane, add-ons, nodes, each in a deployment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bailbondpro.facts.upgrades import (
    EKS,
    EKS_FREE_ADDRESSES,
    EKS_MINORS,
    KUBELET_BEHIND,
    kubernetes_minor,
    proxy_fits,
)
from ops.answers.upgrade.steps import DRAIN, Edit, Step, Wait

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.settings import Settings
    from ops.answers.upgrade.steps import Refused

NAMES = {
    "vpcCni": "vpc-cni",
    "kubeProxy": "kube-proxy",
    "podIdentityAgent": "eks-pod-identity-agent",
    "coredns": "coredns",
    "metricsServer": "metrics-server",
    "ebsCsiDriver": "aws-ebs-csi-driver",
    "nodeMonitoringAgent": "eks-node-monitoring-agent",
}
"""Keys of `cluster.addonVersions`, and what EKS calls the add-ons."""
_VERSION = re.compile(r"v\d+\.\d+\.\d+-eksbuild\.\d+")


def refusals(settings: Settings, before: str, after: str, found: Refused, addons: Mapping[str, str]) -> None:
    """Everything that makes the way impossible."""
    cluster, stack = settings.cluster, settings.stack
    old, new = kubernetes_minor(before), kubernetes_minor(after)
    for name, version, minor in (("FROM", before, old), ("TO", after, new)):
        if minor is None or version not in EKS_MINORS:
            known = ", ".join(EKS_MINORS)
            found.add(name, version, f"a Kubernetes minor in standard support on EKS: {known}", f"use one of {known}")
    if before != cluster.version:
        found.add("FROM", before, f"{cluster.version}: cluster.version of this stack file", f"use {cluster.version}")
    if cluster.deployed_version not in {None, cluster.version}:
        found.add(
            "bailbondpro:cluster.deployedVersion",
            cluster.deployed_version,
            f"{cluster.version}: an upgrade to it is stated and not finished",
            f'deploy it, then set the key to "{cluster.version}" (`aws eks describe-cluster` shows what runs)',
        )
    if cluster.node_version not in {None, cluster.version}:
        found.add(
            "bailbondpro:cluster.nodeVersion",
            cluster.node_version,
            f"{cluster.version}: EKS takes a control plane on only from the version that its node groups have",
            "remove the key and deploy: every node is replaced, one after the other",
        )
    if old is not None and new is not None:
        _step(before, after, new - old, found, stack)
    _addons(after, addons, found)


def _step(before: str, after: str, step: int, found: Refused, stack: str) -> None:
    following = f"1.{(kubernetes_minor(before) or 0) + 1}"
    if step == 0:
        found.add("TO", after, f"{following}: the version after {before}", "nothing is to be done")
    elif step < 0:
        found.add("TO", after, f"a version after {before}: EKS never goes back", "a new cluster beside this one")
    elif step > 1:
        found.add(
            "TO",
            after,
            f"{following}: EKS goes up one minor at a time, and the nodes with it",
            f"./bbp upgrade plan eks {before} {following} {stack}, and so on from there",
        )


def _addons(after: str, addons: Mapping[str, str], found: Refused) -> None:
    for name, version in addons.items():
        if name not in NAMES:
            found.add("--addon", name, f"an add-on of the stack file: {', '.join(NAMES)}", "use one of these names")
        elif not _VERSION.fullmatch(version):
            found.add(
                "--addon", f"{name}={version}", "an EKS add-on version", f"write it like {name}=v1.20.4-eksbuild.2"
            )
        elif name == "kubeProxy" and not proxy_fits(version, after):
            found.add(
                "--addon",
                f"{name}={version}",
                f"kube-proxy for {after}: no newer, at most {KUBELET_BEHIND} minors older",
                f"aws eks describe-addon-versions --kubernetes-version {after} --addon-name kube-proxy",
            )


def steps(settings: Settings, before: str, after: str, addons: Mapping[str, str]) -> tuple[Step, ...]:
    """The steps of a way that nothing refuses."""
    return (
        _prepared(settings, after),
        _control_plane(settings, before, after),
        _addon_step(settings, after, addons),
        _nodes(settings, before, after),
    )


def _prepared(settings: Settings, after: str) -> Step:
    return Step(
        title="Prepare: nothing may use what the version takes away",
        by_hand=(
            "go this whole way in a stack of less weight first",
            f"aws eks list-insights and describe-insight: every finding about {after}",
            "kubectl get --raw /metrics | grep apiserver_requested_deprecated_apis",
            f"{EKS_FREE_ADDRESSES} free addresses in the control plane's subnets",
            f"every chart and operator is told to work with {after} by its own documents",
        ),
        back="nothing has changed",
        checks=(f"./bbp check {settings.stack}", f"./bbp drill {settings.stack}: what a lost node takes along"),
    )


def _control_plane(settings: Settings, before: str, after: str) -> Step:
    cluster = settings.cluster
    return Step(
        title=f"Control plane to {after}; the nodes stay at {before}",
        edits=(
            *_stated(cluster.deployed_version, before),
            Edit(path="cluster.version", old=before, new=after),
            Edit(path="cluster.nodeVersion", old=cluster.node_version, new=before),
        ),
        service=(EKS["order"], EKS["control plane"], EKS["add-ons"]),
        restarts=("the cluster autoscaler, whose version follows the cluster's; no pod of the application",),
        waits=(
            Wait(
                what="some minutes; the provider gives up after 60",
                source="Amazon EKS API Reference, UpdateClusterVersion; terraform-provider-aws documentation, Timeouts",
                documented=True,
            ),
        ),
        preview="nothing after the deployment",
        no_return="the deployment itself: EKS never goes back",
        back="there is none: a new cluster beside this one",
        checks=("pulumi preview --diff: the cluster is updated, no node group is", _rehearse(settings)),
    )


def _stated(deployed: str | None, before: str) -> tuple[Edit, ...]:
    """The key that lets the check refuse a skipped version, where it is not there yet."""
    return () if deployed == before else (Edit(path="cluster.deployedVersion", old=deployed, new=before),)


def _addon_step(settings: Settings, after: str, addons: Mapping[str, str]) -> Step:
    pinned = settings.cluster.addon_versions.model_dump(by_alias=True)
    asked = f"aws eks describe-addon-versions --kubernetes-version {after} --addon-name"
    open_ = [name for name in NAMES if name not in addons]
    return Step(
        title=f"Add-ons to versions for {after}",
        by_hand=(
            f"{asked} NAME, for {', '.join(NAMES[name] for name in open_)}; then this plan with --addon KEY=VERSION",
            *(f"cluster.addonVersions.{name} is pinned at {pinned[name]}" for name in open_ if pinned[name]),
        )
        if open_
        else (),
        edits=tuple(
            Edit(path=f"cluster.addonVersions.{name}", old=pinned[name], new=version)
            for name, version in addons.items()
        ),
        service=(EKS["add-ons"], EKS["kube-proxy"]),
        restarts=("the add-ons' own pods, on each node or one after the other",),
        waits=(
            Wait(
                what="some minutes for each; the provider gives up after 20",
                source="terraform-provider-aws documentation, aws_eks_addon, Timeouts",
                documented=True,
            ),
        ),
        preview="nothing after the deployment",
        back="the version before, as long as EKS lists it for the cluster's version",
        checks=("pulumi preview --diff: add-ons alone are updated", "aws eks list-addons, describe-addon: ACTIVE"),
    )


def _nodes(settings: Settings, before: str, after: str) -> Step:
    return Step(
        title=f"Nodes to {after}",
        edits=(
            Edit(path="cluster.nodeVersion", old=before, new=None),
            Edit(path="cluster.deployedVersion", old=before, new=after),
            *_without_release(settings),
        ),
        service=(EKS["order"], EKS["images"]),
        restarts=("every pod once: each node group replaces its nodes one by one, as disruption budgets let it",),
        waits=(DRAIN,),
        preview="nothing after the deployment",
        no_return="the first node of each group; the nodes before it do not come back",
        back="a node group keeps its old nodes when the update fails; with pods that nothing may evict it fails",
        checks=(
            "pulumi preview --diff: node groups alone are updated, none is replaced",
            "kubectl get nodes: every kubelet has the version",
            _rehearse(settings),
        ),
    )


def _without_release(settings: Settings) -> tuple[Edit, ...]:
    """A pinned image belongs to the version that is left; EKS takes the newest of the one that comes."""
    release = settings.cluster.node_release_version
    return () if release is None else (Edit(path="cluster.nodeReleaseVersion", old=release, new=None),)


def _rehearse(settings: Settings) -> str:
    return f"./bbp rehearse {settings.stack}"
