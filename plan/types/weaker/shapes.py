"""Shapes of machines and disks, and labels by which others are found.

Sources are the documentation of the services; unverified where nothing else is said.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.types.weaker.kubernetes.ways import deep, halved
from plan.types.weaker.model import TRUE, Loses, Weaker, becomes, changes, no_less, number

if TYPE_CHECKING:
    from collections.abc import Callable

_GRAVITON = re.compile(r"[a-z]+\d+g[a-z]*\.")
"""Classes of machines with processors of ARM (Amazon EC2 User Guide, Instance type naming conventions)."""
_LEAST = {"iops": 3000, "storageThroughput": 125}
"""What a gp3 disk of a database has where nothing is said (Amazon RDS User Guide, DB instance storage)."""
_SLOW = frozenset(("standard", "sc1", "st1", "gp2"))
"""Kinds of disks that are slower than gp3 at these sizes (Amazon EBS User Guide, Amazon EBS volume types)."""


def _other_processor(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether an image of one kind of processor would meet another one."""
    if not isinstance(old, str) or not isinstance(new, str):
        return False
    return bool(_GRAVITON.match(old)) != bool(_GRAVITON.match(new))


def _smaller_disk(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    before, after = _disks(old), _disks(new)
    return any(halved(size, after.get(name)) for name, size in before.items())


def _slower_disk(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a disk is of a slower kind, or has less throughput than it had, or than its kind has by itself."""
    before, after = _speeds(old), _speeds(new)
    for name, (kind, *speeds) in before.items():
        other, *others = after.get(name, (kind, *speeds))
        if (other in _SLOW and kind not in _SLOW) or any(map(operator.lt, others, speeds)):
            return True
    return False


def _speeds(mappings: object) -> dict[str, tuple[Any, float, float]]:
    listed = mappings if isinstance(mappings, list) else ()
    return {
        str(one.get("deviceName")): (
            deep(one, "ebs", "volumeType"),
            number(deep(one, "ebs", "iops")) or _LEAST["iops"],
            number(deep(one, "ebs", "throughput")) or _LEAST["storageThroughput"],
        )
        for one in listed
        if isinstance(one, dict)
    }


def _disks(mappings: object) -> dict[str, Any]:
    listed = mappings if isinstance(mappings, list) else ()
    return {str(one.get("deviceName")): deep(one, "ebs", "volumeSize") for one in listed if isinstance(one, dict)}


def _below(least: int) -> Callable[[Any, Any], bool]:
    """Weaker where a number appears that is less than what there is without one."""

    def than(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
        after = number(new)
        return old is None and after is not None and after < least

    return than


_EC2 = "Amazon EC2 User Guide, Instance type naming conventions; Launch templates"
_ROWS: tuple[tuple[str, tuple[str, ...], Callable[[Any, Any], bool], str, Loses, str], ...] = (
    (tokens.LAUNCH_TEMPLATE, ("instanceType",), _other_processor, "its image runs on this processor", "way", _EC2),
    (tokens.LAUNCH_TEMPLATE, ("blockDeviceMappings",), _smaller_disk, "its images and logs have room", "room", _EC2),
    (
        tokens.LAUNCH_TEMPLATE,
        ("blockDeviceMappings",),
        _slower_disk,
        "its disk is fast enough for its pods",
        "room",
        "Amazon EBS User Guide, Amazon EBS volume types",
    ),
    (
        "kubernetes:core/v1:Service",
        ("spec", "externalName"),
        changes,
        "its name leads there",
        "way",
        "Kubernetes documentation, Service, ExternalName",
    ),
    (
        tokens.PRIORITY_CLASS,
        ("value",),
        no_less,
        "its pods go after less important ones",
        "room",
        "Kubernetes documentation, Pod Priority and Preemption",
    ),
    *(
        (
            tokens.PRIORITY_CLASS,
            (name,),
            becomes(*bad),
            says,
            "room",
            "Kubernetes documentation, Pod Priority and Preemption",
        )
        for name, bad, says in (
            ("preemptionPolicy", ("Never",), "its pods take the places of less important ones"),
            ("globalDefault", TRUE, "pods that name no class come after those that name one"),
        )
    ),
    *(
        (
            tokens.DATABASE,
            (name,),
            _below(least),
            "its disk is fast enough for its load",
            "room",
            "Amazon RDS User Guide, DB instance storage",
        )
        for name, least in _LEAST.items()
    ),
    *(
        (
            tokens.SUBNET,
            ("tags", name),
            changes,
            "load balancers find it",
            "way",
            "Amazon EKS User Guide, View Amazon EKS networking requirements for VPC and subnets",
        )
        for name in ("kubernetes.io/role/elb", "kubernetes.io/role/internal-elb")
    ),
)
SHAPES_WEAKER: tuple[Weaker, ...] = tuple(
    Weaker(token=token, path=path, than=than, says=says, loses=loses, source=source, own=True)
    for token, path, than, says, loses, source in _ROWS
)
