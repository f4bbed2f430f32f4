"""What an AWS account must be allowed to have before stacks fit into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bailbondpro.facts.quotas import SOURCE
from infra.quotas import QuotaNeed, quota_needs, together
from ops.inputs.stack_file import settings_of
from ops.jsonable import plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Quotas:
    """What stacks that share an account take of its quotas."""

    stacks: tuple[str, ...]
    needs: tuple[QuotaNeed, ...]

    def as_json(self) -> dict[str, Any]:
        """The machine-readable list; a default that is not known is null."""
        return {
            "stacks": self.stacks,
            "quotas": [
                {**plain(item), "default": item.default if item.known else None, "verdict": item.verdict}
                for item in self.needs
            ],
            "source": SOURCE,
        }


def quotas(stacks: Sequence[str], config: Path | None, phase: str | None) -> Quotas:
    """Sum what stacks take at their largest, region by region.

    Raises:
        ConfigError: a stack file has problems.
    """
    needs = together(need for stack in stacks for need in quota_needs(settings_of(stack, config, phase)))
    return Quotas(tuple(stacks), needs)
