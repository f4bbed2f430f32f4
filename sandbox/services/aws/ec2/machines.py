"""Kinds of instances of EC2, as far as their names tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.checks import block
from sandbox.model.pairs import find, pair, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

ARM, X86 = "arm64", "x86_64"
_GRAVITON = re.compile(r"a1|(?!mac)[a-z]+\d+g[a-z]*")
_INTEL_OR_AMD = re.compile(r"(?!mac)[a-z]+\d+(?!g)[a-z]*(-flex)?")


def architecture(instance_type: object) -> str:
    """The processor architecture of an instance type, or nothing where its name does not tell.

    Amazon EC2 Instance Types, Naming conventions: a `g` behind the generation stands for Graviton processors, which are
    of architecture arm64; `a1` was the first of them.
    """
    family = str(instance_type).partition(".")[0]
    if _GRAVITON.fullmatch(family):
        return ARM
    return X86 if _INTEL_OR_AMD.fullmatch(family) else ""


def _image(context: Context) -> Iterator[Violation]:
    """The name of a public parameter of an image tells its architecture."""
    name = next((value for key in ("imageId", "ami") if isinstance(value := context.inputs.get(key), str)), "")
    machine = context.inputs.get("instanceType")
    if not name.startswith("resolve:ssm:") or not isinstance(machine, str):
        return
    found = {arch for arch, words in ((ARM, ("arm64", "aarch64")), (X86, ("x86_64", "amd64"))) if _in(name, words)}
    wanted = architecture(machine)
    if wanted and len(found) == 1 and wanted not in found:
        yield Violation(
            "instanceType",
            f"{machine} has processors of {wanted}, image {name} is of {found.pop()}; take one of the same",
        )


def _in(name: str, words: tuple[str, ...]) -> bool:
    return any(word in name for word in words)


IMAGE = pair(
    "image-architecture",
    _image,
    refused="an instance type of another architecture than the image, where the image's public parameter tells it",
    says="InvalidParameterValue: The architecture of the specified instance type does not match the architecture of "
    "the "
    "specified AMI",
    source="Amazon EC2 API Reference, RunInstances; Amazon EC2 User Guide, Reference the latest AMIs using Systems "
    "Manager "
    "public parameters",
    at_once=True,
)


IMAGES = ("aws:ec2/ami:Ami", "aws:ec2/amiCopy:AmiCopy", "aws:ec2/amiFromInstance:AmiFromInstance")
_INSTANCE, _TEMPLATE = "aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"


def image_architecture(cloud: Cloud, image: object, depth: int = 0) -> str:
    """The architecture of an image that the program or the seed file has; nothing where nobody knows.

    A copy is of its source's, an image of an instance of its type's (Amazon EC2 User Guide, Copy an AMI; Create an
    AMI).
    """
    made, copied, taken = (find(cloud, token, image) for token in IMAGES)
    if made is not None:
        return str(told(made, "architecture", default=X86) or "")
    if copied is not None and depth < _COPIES:
        return image_architecture(cloud.everywhere(), told(copied, "sourceAmiId"), depth + 1)
    source = find(cloud, _INSTANCE, told(taken, "sourceInstanceId")) if taken is not None else None
    return architecture(told(source, "instanceType")) if source is not None else ""


_COPIES = 8
"""Copies of copies that are followed."""


def template_named(cloud: Cloud, template: dict[str, object]) -> CloudObject | None:
    """The launch template that an instance or a group names by id or name."""
    return find(cloud, _TEMPLATE, template.get("id")) or find(cloud, _TEMPLATE, template.get("name"), ("name",))


def _known_image(context: Context) -> Iterator[Violation]:
    cloud, inputs = context.cloud, context.inputs
    template = template_named(cloud, block(inputs, "launchTemplate")) if cloud is not None else None
    if cloud is None:
        return
    image = inputs.get("ami", told(template, "imageId") if template is not None else None)
    machine = inputs.get("instanceType", told(template, "instanceType") if template is not None else None)
    found, wanted = image_architecture(cloud, image), architecture(machine)
    if {found, wanted} == {ARM, X86}:
        at = next((key for key in ("instanceType", "ami") if key in inputs), "launchTemplate")
        of = f" of launch template {template.name}" if template is not None and at == "launchTemplate" else ""
        yield Violation(
            at, f"{machine}{of} has processors of {wanted}, image {image} is of {found}; take one of the same"
        )


KNOWN_IMAGE = pair(
    "image-architecture-known",
    _known_image,
    refused="an instance, or a group by a launch template, of another architecture than its image, where "
    "the program or "
    "the seed file has the image",
    says="InvalidParameterValue: The architecture of the specified instance type does not match the "
    "architecture of the "
    "specified AMI",
    source="Amazon EC2 API Reference, RunInstances and RegisterImage, Architecture; Amazon EC2 Auto Scaling "
    "API Reference, "
    "CreateAutoScalingGroup",
)
