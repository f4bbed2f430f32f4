"""Each switch of production turned by itself: a whole stack, a refusal with its fix, or a policy that says why not."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from infra.problems import ConfigError
from infra.settings import load
from ops.availability import judged
from ops.cost import priced
from ops.planned import Planned
from ops.policy_checks import policy_checks
from tests.support.leaves import changed, current, leaves
from tests.support.plans import plan_of
from tests.support.stack import raw, record_platform, settings

if TYPE_CHECKING:
    from infra.settings import Settings

STACK = ("prod", "horizontal")
SWITCHES = tuple(
    leaf.path for leaf in leaves() if "[]" not in leaf.path and isinstance(current(settings(*STACK), leaf.path), bool)
)
REFUSED = {
    "cdn.enabled": "prod-behind-cdn",
    "gateway.headers.hstsIncludeSubdomains": "hsts-preload",
    "postgres.pooler.enabled": "connections-fit",
    "redis.clientIsClusterAware": "redis-cluster-client",
}
"""Switches that a check refuses, and the limit that says why."""
UPTIME = ["No single point of failure", "99.9 % uptime is promised, or less is accepted with a reason"]
FAILING = {
    "protect": ["Production protects what holds data, in Pulumi and in AWS"],
    "postgres.multiAz": UPTIME,
    "redis.multiAz": UPTIME,
}
"""Switches that make a valid stack that policies of the report fail: production would be weaker than it says."""


def turned(path: str) -> Settings:
    """Production with one switch turned."""
    return load(changed(raw(*STACK), path, not current(settings(*STACK), path)))


def failures(wanted: Settings) -> dict[str, str]:
    """The policies that a stack with these settings fails, and what they found."""
    plan = plan_of(record_platform(wanted))
    # What is alive by now stays: the collector need not look at the SDKs' classes again after every recording.
    gc.freeze()
    subject = Planned(plan, wanted, STACK[0])
    checks = policy_checks(wanted, plan, priced(subject), judged(subject), None)
    assert len(plan) > 300
    return {check.title: check.detail for check in checks if check.state == "failed"}


def test_the_switches_of_this_test_are_those_of_the_settings() -> None:
    assert len(SWITCHES) > 25
    assert REFUSED.keys() | FAILING.keys() <= set(SWITCHES)


@pytest.mark.parametrize("path", REFUSED)
def test_a_switch_that_makes_no_whole_stack_is_refused_with_its_fix(path: str) -> None:
    with pytest.raises(ConfigError) as caught:
        turned(path)
    found = [(problem.rule, problem.fix) for problem in caught.value.problems]
    assert [rule for rule, _ in found] == [REFUSED[path]]
    assert all(fix for _, fix in found)


@pytest.mark.parametrize("path", FAILING)
def test_a_switch_that_weakens_production_fails_the_policies_that_are_about_it(path: str) -> None:
    found = failures(turned(path))
    assert list(found) == FAILING[path]


@pytest.mark.parametrize("path", [path for path in SWITCHES if path not in REFUSED and path not in FAILING])
def test_every_other_switch_makes_a_whole_stack_that_keeps_every_policy(path: str) -> None:
    assert failures(turned(path)) == {}


def test_development_without_the_cdn_is_whole_and_reached_at_its_load_balancer() -> None:
    wanted = load({**raw("dev", "optimization"), "cdn": {}, "gateway": {"allowedCidrs": ["203.0.113.0/24"]}})
    assert not wanted.cdn.enabled
    recording = record_platform(wanted)
    plan = plan_of(recording)
    subject = Planned(plan, wanted, "dev")
    checks = policy_checks(wanted, plan, priced(subject), judged(subject), None)
    assert [check.title for check in checks if check.state == "failed"] == []
    assert not [item for item in recording if item.type.startswith("cloudflare:")]
