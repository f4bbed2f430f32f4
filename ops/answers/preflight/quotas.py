"""What the account may have, what others already have of it, and what the stack takes at its largest."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from bailbondpro.facts import quotas
from infra.quotas import quota_needs
from ops.answers.preflight import reads
from ops.answers.preflight.model import Answer, Permission, Question, met, not_asked, not_met
from ops.answers.preflight.subject import text
from plan import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from infra.quotas import QuotaNeed
    from ops.answers.preflight.account import Account
    from ops.answers.preflight.model import Clouds, Read
    from ops.answers.preflight.subject import Subject

AREA = "quotas"
STANDARD = frozenset({"a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"})
"""Families that the quotas of standard instances count (EC2 User Guide, On-Demand Instance quotas; unverified)."""
ADDRESS = "aws:ec2/eip:Eip"


def questions(subject: Subject) -> Iterator[Question]:
    """One for each quota that the stack can meet."""
    if subject.settings is None:
        yield Question(
            area=AREA,
            name="quotas",
            why="an update that meets a quota stops in the middle",
            ask=lambda _: not_asked("the plan carries no configuration, so its largest size is not known"),
        )
        return
    phase, later = subject.later
    largest = {item.code: item.needed for item in later}
    for need in quota_needs(subject.settings):
        counted = USED.get((need.service, need.code))
        if need.needed == 0 and largest.get(need.code, 0) == 0:
            continue
        yield Question(
            area=AREA,
            name=f"{need.name} in {need.region}",
            why="an update that meets a quota stops in the middle, and a raise takes AWS hours to days",
            needs=tuple(
                Permission(read) for read in (reads.QUOTA, reads.QUOTA_DEFAULT, *(counted[0] if counted else ()))
            ),
            ask=partial(_quota, subject, need, phase, largest.get(need.code, 0)),
        )


def _quota(subject: Subject, need: QuotaNeed, phase: str, largest: int, clouds: Clouds) -> Answer:
    asked: dict[str, str] = {"ServiceCode": need.service, "QuotaCode": need.code}
    found = clouds.aws.look(reads.QUOTA, need.region, missing=("NoSuchResourceException",), **asked)
    applied = clouds.aws.read(reads.QUOTA_DEFAULT, need.region, **asked) if found is None else found
    limit = int(applied["Quota"]["Value"])
    counted = USED.get((need.service, need.code))
    used = counted[1](clouds.aws, need.region, subject) if counted else 0
    others = f"others have {used}" if counted else "what others have is not counted"
    said = f"needs {need.needed} of {limit}; {others}"
    which = f"--service-code {need.service} --quota-code {need.code}"
    raising = f"aws service-quotas request-service-quota-increase --region {need.region} {which}"
    if used + need.needed > limit:
        return not_met(said, f"{raising} --desired-value {used + max(need.needed, largest)}")
    if used + largest > limit:
        return met(said, f"before phase {phase}: {raising} --desired-value {used + largest}")
    return met(said)


def _tags(item: Mapping[str, Any], key: str = "Tags") -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in item.get(key) or ()}


def _foreign(
    subject: Subject, token: str, found: Iterable[Mapping[str, Any]], key: str = "Tags"
) -> Iterator[Mapping[str, Any]]:
    """What others have of a type: all that does not carry this stack's tags."""
    planned = subject.of(token)
    for item in found:
        if not (planned and subject.owns(planned[0], _tags(item, key))):
            yield item


def _networks(aws: Account, region: str, subject: Subject) -> int:
    return len(list(_foreign(subject, tokens.VPC, aws.read(reads.NETWORKS, region)["Vpcs"])))


def _addresses(aws: Account, region: str, subject: Subject) -> int:
    return len(list(_foreign(subject, ADDRESS, aws.read(reads.ADDRESSES, region)["Addresses"])))


def _nat_gateways(aws: Account, region: str, subject: Subject) -> int:
    """Of the fullest zone that the network is in."""
    found = aws.read(reads.NAT_GATEWAYS, region)["NatGateways"]
    standing = [item for item in _foreign(subject, tokens.NAT, found) if item["State"] in {"pending", "available"}]
    zones = {item["SubnetId"]: item["AvailabilityZone"] for item in aws.read(reads.SUBNETS, region)["Subnets"]}
    by_zone = Counter(zones.get(str(item.get("SubnetId"))) for item in standing)
    return max((by_zone[zone] for zone in subject.zones(region)), default=0)


def _clusters(aws: Account, region: str, subject: Subject) -> int:
    own = {text(item, "name") for item in subject.of(tokens.CLUSTER)}
    return len(set(aws.read(reads.CLUSTERS, region)["clusters"]) - own)


def _load_balancers(aws: Account, region: str, subject: Subject) -> int:
    own = {text(item, "name") for item in subject.of(tokens.LOAD_BALANCER)}
    found = aws.read(reads.LOAD_BALANCERS, region)["LoadBalancers"]
    return sum(item["Type"] == "network" and item["LoadBalancerName"] not in own for item in found)


def _databases(aws: Account, region: str, subject: Subject) -> int:
    found = aws.read(reads.DATABASES, region)["DBInstances"]
    return len(list(_foreign(subject, tokens.DATABASE, found, "TagList")))


def _cache_nodes(aws: Account, region: str, subject: Subject) -> int:
    own = {text(item, "replicationGroupId") for item in subject.of(tokens.CACHE)}
    found = aws.read(reads.CACHES, region)["CacheClusters"]
    return sum(int(item["NumCacheNodes"]) for item in found if item.get("ReplicationGroupId") not in own)


def _cpus(*, spot: bool) -> Callable[[Account, str, Subject], int]:
    def count(aws: Account, region: str, subject: Subject) -> int:
        reservations = aws.read(reads.INSTANCES, region)["Reservations"]
        running = [
            item
            for reservation in reservations
            for item in reservation["Instances"]
            if item["State"]["Name"] in {"pending", "running"}
            and _family(item["InstanceType"]) in STANDARD
            and (item.get("InstanceLifecycle") == "spot") is spot
        ]
        others = _foreign(subject, tokens.LAUNCH_TEMPLATE, running)
        return sum(int(item["CpuOptions"]["CoreCount"]) * int(item["CpuOptions"]["ThreadsPerCore"]) for item in others)

    return count


def _family(instance_type: str) -> str:
    found = re.match(r"[a-z]+", instance_type)
    return found[0] if found else ""


USED: dict[tuple[str, str], tuple[tuple[Read, ...], Callable[[Account, str, Subject], int]]] = {
    (quota.service, quota.code): (asked, count)
    for quota, asked, count in (
        (quotas.VPCS, (reads.NETWORKS,), _networks),
        (quotas.ADDRESSES, (reads.ADDRESSES,), _addresses),
        (quotas.NAT_GATEWAYS, (reads.NAT_GATEWAYS, reads.SUBNETS), _nat_gateways),
        (quotas.CLUSTERS, (reads.CLUSTERS,), _clusters),
        (quotas.ON_DEMAND, (reads.INSTANCES,), _cpus(spot=False)),
        (quotas.SPOT, (reads.INSTANCES,), _cpus(spot=True)),
        (quotas.LOAD_BALANCERS, (reads.LOAD_BALANCERS,), _load_balancers),
        (quotas.DATABASES, (reads.DATABASES,), _databases),
        (quotas.CACHE_NODES, (reads.CACHES,), _cache_nodes),
    )
}
"""How what others already have of a quota is counted, and what that reads."""
