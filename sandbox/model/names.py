"""Names that a provider makes up, and names that only one living resource may carry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Named:
    """The name that a provider makes up in Check when a program gives none: `<logical name>-<7 hexadecimal digits>`.

    Attributes:
        key: the property where it stands (Pulumi documentation, Autonaming).
        lowered: the provider writes it in lower case (pulumi-aws, provider/resources.go: AutoNameTransform). Any other
            gets the logical name as it is, and a service that refuses capitals refuses it there, too.
        beginning: what it begins with because the service demands it (same file).
        kept_lowered: the service takes the name in any case and keeps it in lower case.
    """

    key: str = "name"
    lowered: bool = False
    beginning: str = ""
    kept_lowered: bool = False

    @property
    def prefix(self) -> str:
        """The property that gives the beginning of the name instead."""
        return f"{self.key}Prefix"


@dataclass(frozen=True)
class Unique:
    """Properties that no two living objects of a type share.

    Attributes:
        keys: the properties, the one that a message names last.
        error: what the real service answers to the second object.
        unless: a switch by which the second object takes the place of the first.
        everywhere: whether no other region may have one either.
    """

    keys: tuple[str, ...]
    error: str
    unless: str = ""
    everywhere: bool = False
