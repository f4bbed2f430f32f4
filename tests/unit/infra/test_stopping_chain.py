"""The chain of everything that a stopping pod waits for: each link holds as shipped, and each of them can break."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from infra.limits.chain import Chain, chain_of, links
from tests.support.configs import problems, smallest_raw
from tests.support.stack import settings

SHIPPED = chain_of(settings("prod", "microservices"))
BREAKS = {
    "longest": 121,
    "delay": 131,
    "forwards": 131,
    "pre_stop": 65,
    "keep_alive": 6,
    "shutdown": 64,
    "grace": 194,
    "drain": 204,
    "dns": 7,
    "resolver": 7,
    "upstream_keep_alive": 6,
    "app_keep_alive": 3,
    "app_pre_stop": 13,
    "app_longest": 71,
    "app_grace": 79,
    "pooler_pre_stop": 31,
    "pooler_finish": 59,
    "pooler_grace": 74,
}
"""A value of each number that loses a request, the others as shipped."""


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("phase", ["optimization", "horizontal", "microservices"])
def test_every_link_holds_as_shipped(environment: str, phase: str) -> None:
    assert [link.what for link in links(chain_of(settings(environment, phase))) if not link.holds] == []


def test_every_number_of_the_chain_can_break_it() -> None:
    assert set(BREAKS) == {field.name for field in fields(Chain)}


@pytest.mark.parametrize("name", BREAKS)
def test_a_number_that_loses_a_request_breaks_a_link(name: str) -> None:
    broken = [link for link in links(replace(SHIPPED, **{name: BREAKS[name]})) if not link.holds]
    assert broken, name
    assert all(link.least > link.most and link.why for link in broken)


def test_half_of_pre_stop_names_the_number_the_reasons_and_the_smallest_fix() -> None:
    (found,) = problems(smallest_raw("dev", "optimization", gateway={"preStopSeconds": 65}))
    assert (found.path, found.value, found.fix) == ("bailbondpro:gateway.preStopSeconds", "65", "set it to 120")
    assert "drains" in found.allowed
    assert "closed port" in found.allowed
    assert not problems(smallest_raw("dev", "optimization", gateway={"preStopSeconds": 120}))


def test_a_longer_request_makes_the_pooler_wait_longer() -> None:
    area = {"app": {"timeouts": {"readSeconds": 100}}}
    longer = chain_of(settings("dev", "optimization", gateway=area, app={"terminationGraceSeconds": 120}))
    assert (longer.pooler_finish, longer.shutdown) == (100, 105)
    assert longer.pooler_grace > longer.pooler_pre_stop + 100


def test_a_faster_chain_has_every_number_divided() -> None:
    faster = SHIPPED.faster(10)
    assert [getattr(faster, field.name) * 10 for field in fields(Chain)] == [
        pytest.approx(getattr(SHIPPED, field.name)) for field in fields(Chain)
    ]
