"""What replaces a resource instead of updating it: always, or as the real providers decide while they plan."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.protocol.diff import Change


@dataclass(frozen=True)
class Situation:
    """The old and the new inputs of one resource, secrets unwrapped."""

    old: dict[str, Any]
    new: dict[str, Any]


@dataclass(frozen=True)
class Condition:
    """When a change of one top-level property replaces.

    Attributes:
        forces: decides for one change of the property.
        says: the condition in words.
        source: who says so; "SDK documentation" is the text that pulumi_aws 7.51.1 carries from the provider.
    """

    forces: Callable[[Situation, Change], bool]
    says: str
    source: str


@dataclass(frozen=True)
class InPlace:
    """A setting of the provider, with which a type changes in place on request.

    Attributes:
        setting: its name in the provider's configuration.
        still: what replaces even then.
    """

    setting: str
    still: tuple[str, ...] = ()


@dataclass(frozen=True)
class Replaced:
    """What replaces one resource type.

    Sources of what always replaces: for AWS terraform-provider-aws 5.5.0 (June 2023), ForceNew in its schema, and the
    newer behaviour of `docs/sandbox.md`; for other packages, what the module of the package names.

    Attributes:
        paths: property paths without indexes.
        defaults: values that the provider assumes: giving one of them explicitly is no change.
        kept: properties whose removal is no change, since the provider keeps what the service reports
            ("optional and computed").
        when: top-level property -> the condition under which its change replaces, too.
        deleted_first: the new object would be the old one, and deleting the old one would delete both
            (pulumi-aws, resource table).
        in_place: by what setting the paths replace no more.
    """

    paths: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    when: Mapping[str, Condition] = field(default_factory=dict)
    deleted_first: bool = False
    in_place: InPlace | None = None


def words(text: str) -> tuple[str, ...]:
    """Property paths, written one after the other."""
    return tuple(text.split(" "))


def older(new: object, old: object) -> bool:
    """Whether a version is older than another in the parts that both give."""
    pairs = zip(re.findall(r"\d+", str(new)), re.findall(r"\d+", str(old)), strict=False)
    for after, before in pairs:
        if after != before:
            return int(after) < int(before)
    return False
