"""Lists that Cloudflare returns in an order of its own: whoever writes another one differs after every refresh.

The provider compares them in order, so that a refresh plans an update, or a replacement where the property forces one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.rules.base import Rule, Violation, values_at
from sandbox.rules.checks import On

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.rules.base import Context


@dataclass(frozen=True)
class Sorted:
    """A list of a resource that comes back sorted.

    Attributes:
        token: the type.
        at: path of the texts that it is sorted by.
        source: where it was seen.
    """

    token: str
    at: str
    source: str

    def rule(self) -> Rule:
        """Refuses another order, whole where every text is known."""
        path = self.at.split("[*]", maxsplit=1)[0]

        def check(context: Context) -> Iterator[Violation]:
            texts = [value for _, value in values_at(context.inputs, self.at) if isinstance(value, str)]
            if texts != sorted(texts):
                wanted = ", ".join(sorted(texts))
                yield Violation(
                    path, f"the API returns them in the order of their names, or they differ for ever: {wanted}"
                )

        return On("order", self.token, self.source).custom(f"{self.token.rsplit(':', 1)[1]}-{self.at}", check)


SORTED: tuple[Sorted, ...] = (
    Sorted(
        "cloudflare:index/loadBalancerPool:LoadBalancerPool",
        "origins[*].name",
        "terraform-provider-cloudflare issues 6140, 7028, 7179",
    ),
    Sorted(
        "cloudflare:index/originCaCertificate:OriginCaCertificate",
        "hostnames[*]",
        "terraform-provider-cloudflare issues 5392, 6239: the certificate is replaced",
    ),
    Sorted(
        "cloudflare:index/notificationPolicy:NotificationPolicy",
        "mechanisms.emails[*].id",
        "unverified; terraform-provider-cloudflare 5.22.0 keeps them as a set",
    ),
    Sorted("cloudflare:index/notificationPolicy:NotificationPolicy", "filters.newHealths[*]", "unverified"),
)
"""What was reported to come back sorted, and what else this platform lists whose order means nothing."""

RULES: tuple[Rule, ...] = tuple(found.rule() for found in SORTED)
