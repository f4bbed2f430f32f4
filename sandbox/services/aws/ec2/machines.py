"""Kinds of instances of EC2, as far as their names tell."""

from __future__ import annotations

import re

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
