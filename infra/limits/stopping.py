"""How a pod stops without losing a request: load balancer, preStop, longest request and grace period as one chain."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bailbondpro.facts.nodes import NODE_UPDATE_SECONDS
from components.gateway.model import GRACE_SPARE_SECONDS, SHUTDOWN_MARGIN_SECONDS
from infra.limits.chain import Link, chain_of, links, longest_request
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

LONGEST_SECONDS = (NODE_UPDATE_SECONDS - SHUTDOWN_MARGIN_SECONDS - GRACE_SPARE_SECONDS) // 2
"""The longest request that a chain exists for: it is waited for once in preStop and once after it."""


@rule(
    "graceful-stop",
    source="Kubernetes documentation, pod termination; Network Load Balancer User Guide, deregistration delay; scaling "
    "guide, proxy timeouts",
    areas=("app", "gateway", "services"),
)
def stopping_pods_finish_requests(settings: Settings) -> Iterator[Finding]:
    """A pod stops only after everything before it stopped sending, and is killed only after its longest request."""
    path, longest = longest_request(settings)
    if longest > LONGEST_SECONDS:
        yield Finding(
            path=path,
            value=longest,
            allowed=f"at most {LONGEST_SECONDS}: the load balancer keeps its connections for as long, preStop waits "
            f"for that, and the pod must be gone within the {NODE_UPDATE_SECONDS} s that an update of the nodes waits",
            fix=f"set it to {LONGEST_SECONDS}, and let longer work run behind a queue",
        )
        return  # every other link of the chain follows from it
    broken = [link for link in links(chain_of(settings)) if not link.holds]
    for key, lowers in dict.fromkeys((link.key, link.lowers) for link in broken):
        yield _finding(settings, [link for link in broken if (link.key, link.lowers) == (key, lowers)])


def _finding(settings: Settings, broken: list[Link]) -> Finding:
    """One number to change for all links that it breaks."""
    first = broken[0]
    now = _value(settings, first.key)
    excess = [math.ceil(link.least - link.most) for link in broken]
    wanted = now - max(excess) if first.lowers else now + max(excess)
    reasons = "; ".join(
        f"{link.what} ({link.least:g} s) must fit {link.within} ({link.most:g} s), or {link.why}" for link in broken
    )
    return Finding(
        path=first.key,
        value=now,
        allowed=f"at {'most' if first.lowers else 'least'} {wanted}: {reasons}",
        fix=f"set it to {wanted}",
    )


def _value(settings: Settings, key: str) -> int:
    found: object = settings
    for name in key.split("."):
        fields = type(found).model_fields  # type: ignore[attr-defined]  # an area of the settings
        (attribute,) = [field for field, info in fields.items() if name in {field, info.alias}]
        found = getattr(found, attribute)
    assert isinstance(found, int)  # noqa: S101 - links name settings in seconds
    return found


RULES = (stopping_pods_finish_requests,)
