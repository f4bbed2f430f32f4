"""Kinds of instances of EC2, as far as their names tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.pairs import pair

if TYPE_CHECKING:
    from collections.abc import Iterator

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
