"""The way from one release of the nodes' image to the next within a Kubernetes version: every node replaced once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.upgrades import EKS, node_release
from ops.answers.upgrade.steps import DRAIN, Edit, Step

if TYPE_CHECKING:
    from infra.settings import Settings
    from ops.answers.upgrade.steps import Refused

_SHOWN = "aws eks describe-nodegroup --cluster-name {cluster} --nodegroup-name NAME --query nodegroup.releaseVersion"
_NEWEST = (
    "aws ssm get-parameter --name /aws/service/eks/optimized-ami/{minor}/amazon-linux-2023/arm64/standard/recommended "
    "--query Parameter.Value --output text"
)


def refusals(settings: Settings, before: str, after: str, found: Refused) -> None:
    """Everything that makes the way impossible."""
    cluster = settings.cluster
    minor = cluster.node_version or cluster.version
    old, new = node_release(before), node_release(after)
    shown = _SHOWN.format(cluster=f"bailbondpro-{settings.stack}")
    for name, version, release in (("FROM", before, old), ("TO", after, new)):
        if release is None or not version.startswith(f"{minor}."):
            how = shown if name == "FROM" else _NEWEST.format(minor=minor)
            found.add(name, version, f"a release of EKS's images for {minor}, which the nodes have", f"see {how}")
    if cluster.node_release_version not in {None, before}:
        found.add(
            "FROM",
            before,
            f"{cluster.node_release_version}: cluster.nodeReleaseVersion of this stack file",
            f"use {cluster.node_release_version}",
        )
    if cluster.deployed_version not in {None, cluster.version}:
        found.add(
            "bailbondpro:cluster.deployedVersion",
            cluster.deployed_version,
            f"{cluster.version}: an upgrade to it is stated and not finished, and brings the newest image with it",
            f"./bbp upgrade plan eks {cluster.deployed_version} {cluster.version} says what is left",
        )
    if old is None or new is None:
        return
    if new == old:
        found.add("TO", after, f"a release after {before}", "nothing is to be done")
    elif new < old:
        found.add("TO", after, f"a release after {before}: EKS never goes back", "wait for the next release")


def steps(settings: Settings, before: str, after: str) -> tuple[Step, ...]:
    """The steps of a way that nothing refuses."""
    cluster = settings.cluster
    minor = cluster.node_version or cluster.version
    return (
        Step(
            title=f"Every node to the image of {after}",
            by_hand=(
                "go this way in a stack of less weight first",
                f"read what the release fixes and breaks: {_NEWEST.format(minor=minor)} shows the newest",
            ),
            edits=(Edit(path="cluster.nodeReleaseVersion", old=cluster.node_release_version, new=after),),
            service=(EKS["images"], EKS["images back"]),
            restarts=("every pod once: each node group replaces its nodes one by one, as disruption budgets let it",),
            waits=(DRAIN,),
            preview="nothing after the deployment",
            no_return="the first node of each group; the nodes before it do not come back",
            back=f"there is none to {before}: a node group keeps its old nodes only where the update fails",
            checks=(
                "pulumi preview --diff: node groups alone are updated, none is replaced",
                _SHOWN.format(cluster=f"bailbondpro-{settings.stack}"),
                f"./bbp drill {settings.stack}: what pods do while nodes are renewed",
                f"./bbp rehearse {settings.stack}",
            ),
        ),
    )
