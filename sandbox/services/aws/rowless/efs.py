"""Amazon EFS: mount targets of one file system, and how its throughput is paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import given, text
from sandbox.model.pairs import find, others, pair, told
from sandbox.model.rows import Alike, Service, alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import CloudObject

TARGET, FILES = "aws:efs/mountTarget:MountTarget", "aws:efs/fileSystem:FileSystem"
_SUBNET = "aws:ec2/subnet:Subnet"
_API = "Amazon EFS API Reference"


def _subnet(context: Context, item: CloudObject | None = None) -> CloudObject | None:
    inputs = context.inputs if item is None else item.inputs
    return find(context.cloud, _SUBNET, inputs.get("subnetId")) if context.cloud is not None else None


def _targets(context: Context) -> Iterator[Violation]:
    files, subnet, own = context.inputs.get("fileSystemId"), context.inputs.get("subnetId"), _subnet(context)
    if not isinstance(files, str) or not isinstance(subnet, str):
        return
    zone, vpc = (told(own, "availabilityZone"), told(own, "vpcId")) if own is not None else (None, None)
    for item in others(context, TARGET):
        if item.inputs.get("fileSystemId") != files:
            continue
        there = _subnet(context, item)
        same = item.inputs.get("subnetId") == subnet
        other_zone, other_vpc = (
            (told(there, "availabilityZone"), told(there, "vpcId")) if there is not None else (None, None)
        )
        if same or (zone is not None and zone == other_zone):
            where = zone or f"the zone of {subnet}"
            yield Violation("subnetId", f"{item.name} is a mount target of {files} in {where} already, a zone has one")
        elif vpc is not None and other_vpc is not None and vpc != other_vpc:
            yield Violation(
                "subnetId",
                f"{subnet} is of {vpc}, mount target {item.name} of the same file system of {other_vpc} "
                "(MountTargetConflict: "
                "requested subnet for new mount target is not in the same VPC as existing mount targets)",
            )


TARGETS = pair(
    "mount-target-zone",
    _targets,
    refused="two mount targets of a file system in one availability zone, or in two VPCs",
    says="MountTargetConflict: mount target already exists in this AZ",
    source=f"{_API}, CreateMountTarget: one mount target for each Availability Zone, all in one VPC; "
    "terraform-provider-aws#2525",
)


def _one_zone(context: Context) -> Iterator[Violation]:
    files = find(context.cloud, FILES, context.inputs.get("fileSystemId")) if context.cloud is not None else None
    own = _subnet(context)
    wanted = files.inputs.get("availabilityZoneName") if files is not None else None
    zone = told(own, "availabilityZone") if own is not None else None
    if files is not None and isinstance(wanted, str) and isinstance(zone, str) and wanted != zone:
        yield Violation(
            "subnetId", f"{context.inputs['subnetId']} lies in {zone}, file system {files.name} in {wanted} alone"
        )


ONE_ZONE = pair(
    "mount-target-one-zone",
    _one_zone,
    refused="a mount target outside of the zone of a One Zone file system",
    says="AvailabilityZonesMismatch: the Availability Zone of the mount target is different from that of "
    "the file system",
    source=f"{_API}, CreateMountTarget, Errors: AvailabilityZonesMismatch",
)


def _throughput(context: Context) -> Iterator[Violation]:
    inputs, mode = context.inputs, text(context.inputs, "throughputMode", "bursting")
    if mode == "provisioned" and not given(inputs, "provisionedThroughputInMibps"):
        yield Violation("provisionedThroughputInMibps", "throughputMode provisioned needs it")
    if mode in {"bursting", "elastic"} and known(inputs.get("provisionedThroughputInMibps")):
        yield Violation("provisionedThroughputInMibps", f"throughputMode {mode} takes none; give provisioned")
    if inputs.get("performanceMode") == "maxIO" and (mode == "elastic" or given(inputs, "availabilityZoneName")):
        why = "throughputMode elastic" if mode == "elastic" else "a One Zone file system"
        yield Violation("performanceMode", f"maxIO, not together with {why}")


THROUGHPUT = pair(
    "file-system-throughput",
    _throughput,
    refused="a file system with a provisioned throughput that nobody gives or that its mode does not take, "
    "or with maxIO "
    "where it is not supported",
    says="BadRequest: the request is malformed or contains an error such as an invalid parameter value",
    source=f"{_API}, CreateFileSystem: ThroughputMode, ProvisionedThroughputInMibps, PerformanceMode",
    at_once=True,
)
EFS = Service(
    "efs",
    f"{_API}, CreateMountTarget, Errors",
    (),
    (Alike(alone(TARGET), state=(TARGETS, ONE_ZONE)), Alike(alone(FILES), values=(THROUGHPUT,))),
)
