"""Keys and certificates that take turns: a new generation stands beside the one before it until that one is retired.

Pure: importing it loads no Pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..validation import require

if TYPE_CHECKING:
    import pulumi

HOUR_SECONDS = 3_600
DAY_HOURS = 24
RENEWAL_HOURS = 2 * 365 * DAY_HOURS
"""Any deployment in the last two years of a certificate replaces it."""
RENEWAL_SHARE = 2
"""Of a shorter one: in its second half."""


def renewal_hours(validity_hours: int) -> int:
    """The hours before its end in which any deployment replaces a certificate."""
    return min(RENEWAL_HOURS, validity_hours // RENEWAL_SHARE)


@dataclass(frozen=True, kw_only=True)
class Generations:
    """Which generations of keys and certificates exist: two at most.

    Attributes:
        newest: the newest one, from 1. Raising it makes keys and certificates beside those of the one before.
        retired_before: generations before this one are gone. The one before the newest is not protected, so that a
            deployment may delete it.
    """

    newest: int = 1
    retired_before: int = 1

    def __post_init__(self) -> None:
        require(
            "generations",
            (self.retired_before >= 1, f"retired_before starts at 1, not {self.retired_before}"),
            (
                self.retired_before <= self.newest <= self.retired_before + 1,
                f"newest is retired_before ({self.retired_before}) or one more, not {self.newest}",
            ),
        )

    @property
    def valid(self) -> tuple[int, ...]:
        """The generations that exist, the newest first."""
        return tuple(range(self.newest, self.retired_before - 1, -1))


def of_generation(name: str, generation: int) -> str:
    """The prefix of a generation's logical names: the first one's is the name itself."""
    return name if generation == 1 else f"{name}-{generation}"


@dataclass(frozen=True, kw_only=True)
class CertificateEnd:
    """When a certificate ends.

    Attributes:
        name: its logical name.
        ends: the moment, as its provider writes it: RFC 3339, or what Go prints of a time (Cloudflare's Origin CA).
        validity_hours: for how long it is valid in all.
    """

    name: str
    ends: pulumi.Input[str]
    validity_hours: int
