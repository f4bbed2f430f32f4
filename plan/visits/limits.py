"""How much of what an ordinary visitor asks for a rate limit leaves.

(Cloudflare docs, WAF, Rate limiting rules, Parameters; read 2026-11-30.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plan.types.weaker.model import number
from plan.visits.language import truth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan.edge_rules import Rule
    from plan.visits.visit import Visit
    from plan.visits.zone import Zone

_OWN_COUNT = ("ip.src", "ip.nat", "cf.unique_visitor_id", "http.request.headers", "http.request.cookies")
"""How characteristics begin by which each visitor is counted for himself."""
_SHARED = ("ip.src.country", "ip.src.asnum", "ip.src.continent", "ip.src.region", "ip.src.city")
"""Those that many visitors have alike."""
_AT_ONCE = 100
"""Visitors who share one counter where nothing tells them apart (our choice: few, for one data centre)."""
_API = ("/api", "/uploads")
_API_RATE, _API_BURST = 10, 20
"""What the gateway admits of one address below /api/ (scaling guide, Nginx Load Balancer Configuration)."""


@dataclass(frozen=True)
class Counted:
    """What a limit leaves of what ordinary visitors ask one host for.

    Attributes:
        share: how much of it is admitted, 1 for all; None where that is not known here.
        visits: what is counted, or may be.
    """

    share: float | None
    visits: tuple[Visit, ...]


def counted(rule: Rule, zone: Zone, visits: Iterable[Visit]) -> list[Counted]:
    """What a limit leaves, for each host of which it counts something."""
    expression = rule.limit.get("countingExpression")
    tests = (truth(rule.when), *((truth(str(expression)),) if expression else ()))
    of_host: dict[str, list[Visit]] = {}
    unsure: set[str] = set()
    for visit in visits:
        answers = [test(visit) for test in tests]
        if False not in answers and not zone.passed_limits(visit):
            of_host.setdefault(visit.host, []).append(visit)
            unsure |= {visit.host} if None in answers or rule.on is None else set()
    return [Counted(_share(rule, found, unsure=host in unsure), tuple(found)) for host, found in of_host.items()]


def _share(rule: Rule, found: Iterable[Visit], *, unsure: bool) -> float | None:
    most, period = number(rule.limit.get("requestsPerPeriod")), number(rule.limit.get("period"))
    if most is None or period is None:
        return None
    share = most / (max(asked(found, period), 1) * (1 if _apart(rule.limit.get("characteristics")) else _AT_ONCE))
    return None if unsure and share < 1 else share


def asked(found: Iterable[Visit], period: float) -> float:
    """How many of these requests one ordinary visitor makes in so many seconds; of the API what is admitted at most."""
    of_the_api = others = 0.0
    for visit in {(visit.method, visit.path): visit for visit in found}.values():
        times = visit.rate * period + visit.burst
        if visit.path.startswith(_API):
            of_the_api += times
        else:
            others += times
    return others + min(of_the_api, _API_RATE * period + _API_BURST)


def _apart(characteristics: object) -> bool:
    named = map(str, characteristics if isinstance(characteristics, list) else ())
    return any(one.startswith(_OWN_COUNT) and not one.startswith(_SHARED) for one in named)
