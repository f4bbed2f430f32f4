"""What the provider asks of AWS for one resource type: the actions of a role that may read, make, change and delete it.

Names of actions are the Service Authorization Reference's. Which of them a type needs is from the handlers of the
CloudFormation resource schemas (permissions of create, read, update, delete) and from the API operations that the
Terraform AWS provider documents for the resource (read 2026-11-29). No action was tried in an account: a call that a
row does not know ends as AccessDenied in the first update that makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

READING = ("Describe", "Get", "List", "View")
"""How the names of reading actions begin. What begins so and gives away a secret is in `SECRETS`."""

SECRETS = frozenset(("secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters"))
"""Reading actions that give away values: they are granted on the stack's own only."""


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """What one resource type takes.

    Attributes:
        token: the Pulumi type token.
        reads: what a preview with a refresh asks, and every other operation, too.
        creates: what making it asks beside the reads.
        updates: what changing it in place asks beside the reads.
        deletes: what deleting it asks beside the reads.
        linked: services whose service-linked role AWS makes in the caller's name on first use.
        passes: the service principal that a role of the stack is handed to (`iam:PassRole`); empty where none is.
    """

    token: str
    reads: tuple[str, ...]
    creates: tuple[str, ...]
    updates: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    passes: str = ""

    def writes(self) -> Iterator[str]:
        """Every action that changes something."""
        yield from self.creates
        yield from self.updates
        yield from self.deletes

    def __post_init__(self) -> None:
        """Refuse a reading action among the writes, and the other way round.

        Raises:
            ValueError: it names the type and the action.
        """
        for action in self.reads:
            if not reads_only(action):
                raise ValueError(f"{self.token}: {action} is no reading action")
        for action in self.writes():
            if reads_only(action):
                raise ValueError(f"{self.token}: {action} reads, and stands among what writes")


def reads_only(action: str) -> bool:
    """Whether an action reads, as its name says."""
    return action.partition(":")[2].startswith(READING)


def of(service: str, *names: str) -> tuple[str, ...]:
    """Actions of one service.

    Args:
        service: its prefix, such as "ec2".
        *names: the actions' names.
    """
    return tuple(f"{service}:{name}" for name in names)
