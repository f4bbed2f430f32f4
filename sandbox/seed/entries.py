"""The entries of a seed file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Existing:
    """One object that exists.

    Attributes:
        type: the type token, for example "aws:ec2/vpc:Vpc".
        id: what the program refers to it by.
        inputs: what it was created with, as far as it matters.
        outputs: what its service says of it, where that does not follow from type, id and inputs.
        region: where it is; None for the region of the program's first provider.
        account: whose it is; None for the simulated account.
    """

    type: str
    id: str
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    region: str | None = None
    account: str | None = None


@dataclass(frozen=True)
class LookUp:
    """The answer to one look-up.

    Attributes:
        invoke: the function's token.
        args: what is asked with.
        result: what is answered; what is left out is null, or what was asked with.
        region: in which region it is asked; None for every one.
    """

    invoke: str
    args: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    region: str | None = None


@dataclass(frozen=True)
class StackOutputs:
    """What another stack gives to those that refer to it; a value `{secret: ...}` is a secret."""

    stack: str
    outputs: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> tuple[str, str]:
        """Its project and its name: in a rehearsal every organization is the same."""
        _, project, name = self.stack.split("/")
        return project, name


@dataclass(frozen=True)
class Seed:
    """Everything that a seed file says."""

    objects: tuple[Existing, ...] = ()
    lookups: tuple[LookUp, ...] = ()
    stacks: tuple[StackOutputs, ...] = ()

    def __len__(self) -> int:
        return len(self.objects) + len(self.lookups) + len(self.stacks)
