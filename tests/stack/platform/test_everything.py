"""The stack with everything on: what is off by default is on there, so that no whole-stack test misses it."""

from __future__ import annotations

import pytest

from tests.support.leaves import current, leaves
from tests.support.stack import EVERYTHING, recorded, settings

LEFT_OFF = {
    "deployAfter": "names other stacks, in whose order a merge deploys; it makes nothing",
    "cluster.deployedVersion": "states which step of a version is taken; it makes nothing",
    "cluster.nodeReleaseVersion": "pins what is otherwise the image that EKS recommends",
    "cluster.nodeVersion": "states which step of a version is taken; its order has a test of its own",
    "app.replicas": "takes the place of the autoscaler",
    "app.maxUnavailable": "lets a rollout take pods away, which a rule about every stack forbids",
    "app.maxOldSpaceMib": "follows from the memory limit",
    "gateway.maintenance": "answers everybody alike, so that no rule about routes would see one",
    "autoscaling.scaleDown.pods": "another form of the guide's percentage",
    "postgres.upgradingFrom": "states which step of an upgrade is taken; its two groups have a test of their own",
    "redis.upgradingFrom": "states which step of an upgrade is taken; its two groups have a test of their own",
    "postgres.replicaEngineVersion": "states which step of a minor upgrade is taken; its order has a test of its own",
    **dict.fromkeys(
        tuple(f"postgres.restored.{key}" for key in ("source", "backupsArn", "snapshot", "at")),
        "stands for as long as rows are taken from it; it has a test of its own",
    ),
    "postgres.shards.movingTo": "this stack's clients lie on shards; a move has tests of its own",
    "postgres.shards.mapVersion": "follows from placedOn while nothing moves",
    "postgres.shards.returnedFrom": "states which step of a way back is taken; it has a test of its own",
    "storage.uploads.objectLock.days": "the other form of years",
    "postgres.iops": "belongs to other storage than the default's",
    "postgres.storageThroughputMibps": "as iops",
    "services[].image": "follows from the application's",
    "services[].requestsPerSecond": "follows from the application's",
    "services[].environment": "as the application's",
    "services[].calls": "which service calls which is the program's to say; the default services call none",
    **dict.fromkeys(
        (
            *(f"cluster.addonVersions.{name}" for name in ("vpcCni", "kubeProxy", "podIdentityAgent", "coredns")),
            *(f"cluster.addonVersions.{name}" for name in ("metricsServer", "ebsCsiDriver", "nodeMonitoringAgent")),
        ),
        "pins what is otherwise the version that EKS recommends",
    ),
    **dict.fromkeys(
        (
            *(f"cdn.imports.{name}" for name in ("cache", "cacheResponse", "responseHeaders", "rateLimit")),
            *(f"cdn.imports.{name}" for name in ("managedFirewall", "customFirewall", "rewrites")),
        ),
        "takes over a ruleset that somebody made by hand, once",
    ),
    **dict.fromkeys(
        (f"availability.acceptedLosses[].{key}" for key in ("stops", "reason", "until")),
        "this stack has nothing to accept",
    ),
    **dict.fromkeys(
        (
            *("objectives.users", "objectives.usdPerUser"),
            *("objectives.restoreTimed.minutes", "objectives.restoreTimed.day", "objectives.accepted[].until"),
        ),
        "what a stack is held to makes nothing; the guide's numbers hold",
    ),
}
"""Settings that are off there, too, and why."""


def off(value: object) -> bool:
    """Whether a setting's value switches something off, or states nothing."""
    return value in (False, None) or (isinstance(value, (list, dict, tuple)) and not value)


def value(stack: tuple[str, str], path: str) -> object:
    """A setting's value; None below an entry of a list that has none."""
    try:
        return current(settings(*stack), path)
    except IndexError:
        return None


@pytest.mark.parametrize("path", [leaf.path for leaf in leaves()])
def test_what_is_off_by_default_is_on_in_the_stack_with_everything_or_left_off_for_a_reason(path: str) -> None:
    if off(value(("prod", "microservices"), path)):
        assert off(value(EVERYTHING, path)) is (path in LEFT_OFF)
    else:
        assert path not in LEFT_OFF


def test_the_stack_with_everything_has_every_type_of_resource_of_the_checked_in_stacks_and_more() -> None:
    made = {item.type for item in recorded(*EVERYTHING)}
    default = {item.type for item in recorded("prod", "microservices")}
    assert default <= made
    assert len(made - default) > 5, sorted(made - default)
