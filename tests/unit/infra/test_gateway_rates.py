"""What the guide's rate limits become over several gateway pods, as docs/gateway.md states it."""

from __future__ import annotations

import re

from bailbondpro.edge.security import rate_limit_rules
from infra.edge_policy import edge_policy
from infra.phases import PHASES
from tests.support.paths import ROOT
from tests.support.stack import settings

SECONDS = 10


def bound(pods: int, rate: int, burst: int) -> int:
    """The most requests of one address in ten seconds: each pod's zone begins empty and then leaks at its rate."""
    return pods * (1 + burst + rate * SECONDS)


def test_the_documented_bounds_are_those_of_the_pods_and_rates_of_each_phase() -> None:
    text = (ROOT / "docs/gateway.md").read_text(encoding="utf-8")
    rows = []
    for phase in PHASES:
        gateway = settings("prod", phase).gateway
        pods = (gateway.replicas, gateway.max_replicas)
        limits = (gateway.rate_limits.api, gateway.rate_limits.login)
        sums = [[bound(count, one.rate_per_second, one.burst) for count in pods] for one in limits]
        rows.append(f"| {phase} | {' | '.join(' to '.join(map(str, pair)) for pair in (pods, *sums))} |")
    table = text.partition("<!-- rates -->")[2].partition("<!-- end -->")[0]
    assert table.strip().splitlines()[2:] == rows


def test_the_edge_counts_for_all_pods_together_what_one_pod_would_admit_but_one() -> None:
    text = (ROOT / "docs/gateway.md").read_text(encoding="utf-8")
    found = {rule.ref: rule.requests for rule in rate_limit_rules(edge_policy(settings("prod", "microservices")))}
    said = re.findall(r"together: (\d+) and (\d+) in ten\s+seconds", text)
    assert said == [(str(found["api_rate_limit"]), str(found["login_rate_limit"]))]
    assert (found["api_rate_limit"], found["login_rate_limit"]) == (bound(1, 10, 20) - 1, bound(1, 1, 5) - 1)
