"""Launch templates of EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, block, flag, given, items, number, text
from sandbox.model.names import Named, Unique
from sandbox.model.references import Reference
from sandbox.model.replacement import Replaced
from sandbox.model.rows import Row, prefixed
from sandbox.services.aws.arns import arn
from sandbox.services.aws.ec2.machines import IMAGE
from sandbox.services.aws.ec2.targets import SECURITY_GROUP
from sandbox.services.aws.kms import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place

INSTANCE_TYPE = r"[a-z][a-z0-9-]*\.(?:nano|micro|small|medium|large|\d{0,3}xlarge|metal(?:-\d+xl)?)"
VOLUME_TYPES = ("standard", "gp2", "gp3", "io1", "io2", "sc1", "st1")
GP3_IOPS_PER_GIB, GP3_THROUGHPUT_PER_IOPS = 500, 0.25
"""Ratios that a gp3 volume keeps, Amazon EBS User Guide, General Purpose SSD volumes."""


def _volumes(context: Context) -> Iterator[Violation]:
    for index, mapping in enumerate(items(context.inputs, "blockDeviceMappings")):
        yield from _volume(block(mapping, "ebs"), f"blockDeviceMappings[{index}].ebs")


def _volume(ebs: dict[str, Any], at: str) -> Iterator[Violation]:
    kind = text(ebs, "volumeType", "gp2")
    size, iops, throughput = (number(ebs.get(name)) for name in ("volumeSize", "iops", "throughput"))
    if throughput and kind not in {"", "gp3"}:
        yield Violation(f"{at}.throughput", f"only for volumes of type gp3, here {kind} (InvalidParameterCombination)")
    if iops and kind not in {"", "gp3", "io1", "io2"}:
        yield Violation(f"{at}.iops", f"only for volumes of type gp3, io1 or io2, here {kind}")
    if kind in {"io1", "io2"} and not given(ebs, "iops"):
        yield Violation(f"{at}.iops", f"required for volumes of type {kind} (MissingParameter)")
    if kind == "gp3" and iops and size and iops > max(3000, GP3_IOPS_PER_GIB * size):
        yield Violation(f"{at}.iops", f"{iops:g} is above {GP3_IOPS_PER_GIB} IOPS for each of {size:g} GiB")
    if kind == "gp3" and throughput and throughput > GP3_THROUGHPUT_PER_IOPS * (iops or 3000):
        yield Violation(
            f"{at}.throughput",
            f"{throughput:g} MiB/s is above {GP3_THROUGHPUT_PER_IOPS} for each of {iops or 3000:g} IOPS "
            "(InvalidParameterCombination)",
        )
    if given(ebs, "kmsKeyId") and flag(ebs.get("encrypted", False)) is False:
        yield Violation(f"{at}.encrypted", "must be true when kmsKeyId is given (InvalidParameterDependency)")


def _launch_template(_name: str, _inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    return {"arn": arn("ec2", f"launch-template/{identity}", place), "latestVersion": 1, "defaultVersion": 1}


_lt = On("launch-template", source="Amazon EC2 API Reference, CreateLaunchTemplate")
ROWS = (
    Row(
        token="aws:ec2/launchTemplate:LaunchTemplate",
        name=Named(),
        id=prefixed("lt"),
        outputs=_launch_template,
        replaced=Replaced(("name", "namePrefix"), kept=("name", "namePrefix")),
        references=(
            Reference("vpcSecurityGroupIds[*]", SECURITY_GROUP, "InvalidGroup.NotFound"),
            Reference("networkInterfaces[*].securityGroups[*]", SECURITY_GROUP, "InvalidGroup.NotFound"),
            Reference(
                "blockDeviceMappings[*].ebs.kmsKeyId", KEY, "Client.InvalidKMSKey.InvalidState, when an instance starts"
            ),
        ),
        unique=(Unique(("name",), "InvalidLaunchTemplateName.AlreadyExistsException"),),
        values=(
            _lt.matches("name", r"[a-zA-Z0-9().\-/_]{3,128}", "3 to 128 letters, digits or ( ) . - / _"),
            _lt.matches("imageId", r"ami-[0-9a-f]{8,17}|resolve:ssm:.+", "an image id such as ami-0123456789abcdef0"),
            _lt.matches(
                "instanceType", INSTANCE_TYPE, "an EC2 instance type such as m8g.large", "InvalidParameterValue"
            ),
            IMAGE,
            _lt.one_of("blockDeviceMappings[*].ebs.volumeType", VOLUME_TYPES),
            _lt.between("blockDeviceMappings[*].ebs.volumeSize", 1, 65_536, "GiB"),
            _lt.custom("volumes", _volumes, "Amazon EBS User Guide, Amazon EBS volume types"),
            _lt.one_of("metadataOptions.httpTokens", ("optional", "required")),
            _lt.one_of("metadataOptions.httpEndpoint", ("enabled", "disabled")),
            _lt.one_of("metadataOptions.instanceMetadataTags", ("enabled", "disabled")),
            _lt.between("metadataOptions.httpPutResponseHopLimit", 1, 64),
            _lt.unique("tagSpecifications[*].resourceType", "resource type", "InvalidParameterValue"),
            _lt.unique("blockDeviceMappings[*].deviceName", "device"),
        ),
        counters=("latestVersion",),
    ),
)
