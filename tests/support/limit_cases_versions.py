"""Configurations that state a step of an upgrade which no service takes, and their neighbours that one does."""

from __future__ import annotations

from tests.support.limit_cases import case

PINNED = {"engineVersion": "17.7", "autoMinorVersionUpgrade": False}
GOING_UP = {"version": "1.36", "deployedVersion": "1.35"}

VERSIONS = (
    case("node-version", "cluster.nodeVersion", cluster={"version": "1.35", "nodeVersion": "1.36"}),
    case("node-version", "cluster.nodeVersion", cluster={"version": "1.35", "nodeVersion": "1.31"}),
    case("node-version", "cluster.nodeVersion", cluster={**GOING_UP, "nodeVersion": "1.34"}),
    case(
        "kube-proxy-version",
        "cluster.addonVersions.kubeProxy",
        cluster={"addonVersions": {"kubeProxy": "v1.36.0-eksbuild.1"}},
    ),
    case(
        "kube-proxy-version",
        "cluster.addonVersions.kubeProxy",
        cluster={"addonVersions": {"kubeProxy": "v1.31.9-eksbuild.1"}},
    ),
    case("node-release", "cluster.nodeReleaseVersion", cluster={"nodeReleaseVersion": "1.34.2-20261118"}),
    case("pinned-minor", "postgres.autoMinorVersionUpgrade", postgres={"engineVersion": "17.7"}),
    case("pinned-minor", "postgres.autoMinorVersionUpgrade", postgres={"replicaEngineVersion": "17.7"}),
    case("replica-version", "postgres.replicaEngineVersion", postgres={**PINNED, "replicaEngineVersion": "17.6"}),
    case("replica-version", "postgres.replicaEngineVersion", postgres={**PINNED, "replicaEngineVersion": "18.1"}),
    case(
        "replica-version",
        "postgres.replicaEngineVersion",
        postgres={**PINNED, "engineVersion": "18", "upgradingFrom": "17", "replicaEngineVersion": "18.1"},
    ),
)
ACCEPTED = (
    case("node-version", "one behind, while the control plane goes ahead", cluster={**GOING_UP, "nodeVersion": "1.35"}),
    case("node-version", "as far behind as may be", cluster={"version": "1.35", "nodeVersion": "1.32"}),
    case(
        "kube-proxy-version",
        "as far behind as may be",
        cluster={"addonVersions": {"kubeProxy": "v1.32.1-eksbuild.1"}},
    ),
    case(
        "node-release",
        "of the nodes' version, while the control plane is ahead",
        cluster={**GOING_UP, "nodeVersion": "1.35", "nodeReleaseVersion": "1.35.2-20261118"},
    ),
    case("pinned-minor", "pinned, and nobody goes past it", postgres=PINNED),
    case("replica-version", "ahead of their source", postgres={**PINNED, "replicaEngineVersion": "17.8"}),
    case("redis-upgrading-from", "to another major", redis={"engineVersion": "9.0", "upgradingFrom": "8"}),
    case("upgrading-from", "to a pinned minor", postgres={**PINNED, "engineVersion": "18.1", "upgradingFrom": "17"}),
)
