"""Switches of production and of development that, turned, are refused with their fix or fail a policy that says why.

All others are turned in `test_toggle_pairs.py`.
"""

from __future__ import annotations

import gc
from functools import cache
from typing import TYPE_CHECKING

import pytest

from infra.problems import ConfigError
from infra.settings import load
from ops.answers.availability import judged
from ops.answers.cdn import edge
from ops.answers.cost import priced
from ops.answers.policies import policy_checks
from ops.rehearsal.planned import Planned
from plan.permissions import needs_of, without_permissions
from tests.support.leaves import changed, current, leaves
from tests.support.plans import plan_of
from tests.support.stack import WITHOUT_CDN, raw, record_platform, recorded, settings

if TYPE_CHECKING:
    from infra.settings import Settings

PROD = ("prod", "horizontal")
DEV = ("dev", "optimization")
SWITCHES = tuple(
    (stack, leaf.path)
    for stack in (PROD, DEV)
    for leaf in leaves()
    if "[]" not in leaf.path and isinstance(current(settings(*stack), leaf.path), bool)
)
REFUSED = {
    (PROD, "cdn.enabled"): "prod-behind-cdn",
    (PROD, "gateway.headers.hstsIncludeSubdomains"): "hsts-preload",
    (PROD, "postgres.pooler.enabled"): "connections-fit",
    (PROD, "redis.clientIsClusterAware"): "redis-cluster-client",
    (DEV, "autoscaling.enabled"): "nodes-hold-pods",
    (DEV, "gateway.headers.hstsIncludeSubdomains"): "hsts-preload",
    (DEV, "redis.multiAz"): "redis-multi-az",
    (DEV, "cdn.managedWaf"): "cdn-plan-features",
}
"""Switches that a check refuses, and the limit that says why."""
AUDITED = cache(edge.audit_edge)
"""The audit of the edge by its policy and rules: most switches leave both as they are, and it takes a second."""
UPTIME = ["No single point of failure", "99.9 % uptime is promised, or less is accepted with a reason"]
FAILING = {
    (PROD, "protect"): ["Production protects what holds data, in Pulumi and in AWS"],
    (PROD, "postgres.multiAz"): UPTIME,
    (PROD, "redis.multiAz"): UPTIME,
}
"""Switches that make a valid stack that policies of the report fail: production would be weaker than it says."""


@pytest.fixture(autouse=True)
def _each_edge_is_audited_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "audit_edge", AUDITED)


def turned(stack: tuple[str, str], path: str) -> Settings:
    """A stack with one switch turned."""
    return load(changed(raw(*stack), path, not current(settings(*stack), path)), stack[0])


def failures(wanted: Settings) -> dict[str, str]:
    """The policies that a stack with these settings fails, and what they found."""
    plan = plan_of(record_platform(wanted))
    assert without_permissions(needs_of((plan,)).types) == []
    # What is alive by now stays: the collector need not look at the SDKs' classes again after every recording.
    gc.freeze()
    subject = Planned(plan, wanted, wanted.stack)
    checks = policy_checks(wanted, plan, priced(subject), judged(subject), None)
    assert len(plan) > 200
    return {check.title: check.detail for check in checks if check.state == "failed"}


def test_the_switches_of_this_test_are_those_of_the_settings() -> None:
    assert len(SWITCHES) > 50
    assert REFUSED.keys() | FAILING.keys() <= set(SWITCHES)


@pytest.mark.parametrize(("stack", "path"), REFUSED)
def test_a_switch_that_makes_no_whole_stack_is_refused_with_its_fix(stack: tuple[str, str], path: str) -> None:
    with pytest.raises(ConfigError) as caught:
        turned(stack, path)
    found = [(problem.rule, problem.fix) for problem in caught.value.problems]
    assert [rule for rule, _ in found] == [REFUSED[stack, path]]
    assert all(fix for _, fix in found)


@pytest.mark.parametrize(("stack", "path"), FAILING)
def test_a_switch_that_weakens_production_fails_the_policies_that_are_about_it(
    stack: tuple[str, str], path: str
) -> None:
    found = failures(turned(stack, path))
    assert list(found) == FAILING[stack, path]


def test_development_without_the_cdn_is_whole_and_reached_at_its_load_balancer() -> None:
    wanted, recording = settings(*WITHOUT_CDN), recorded(*WITHOUT_CDN)
    assert not wanted.cdn.enabled
    plan = plan_of(recording)
    subject = Planned(plan, wanted, wanted.stack)
    checks = policy_checks(wanted, plan, priced(subject), judged(subject), None)
    assert [check.title for check in checks if check.state == "failed"] == []
    assert not [item for item in recording if item.type.startswith("cloudflare:")]
