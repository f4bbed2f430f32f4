from __future__ import annotations

from dataclasses import replace

import pytest

from infra.limits.capacity import APP_SUBNET_ADDRESSES, addresses_per_node, largest_nodes
from infra.quotas import quota_needs, together
from tests.support.paths import ROOT
from tests.support.stack import COMBINATIONS, PHASES, settings


def needs(environment: str, phase: str, **changes: object) -> dict[str, int]:
    return {item.code: item.needed for item in quota_needs(settings(environment, phase, **changes))}


def test_the_last_phase_of_production_counts_what_it_builds() -> None:
    found = needs("prod", "microservices")
    assert found["L-7B6409FD"] == 1 + 3 + 4
    assert found["L-DFE45DF3"] == 3 * 3
    assert found["L-0263D0A3"] == 3
    assert found["L-FE5A380F"] == 1


def test_on_demand_processors_count_every_pool_at_its_maximum_and_what_an_update_adds() -> None:
    found = needs("prod", "microservices")
    pools = settings("prod", "microservices").pools
    assert (pools.app.instance_type, pools.system.instance_type) == ("m8g.2xlarge", "m8g.large")
    assert found["L-1216C47A"] == (pools.app.max_size + 2) * 8 + (pools.system.max_size + 2) * 2
    assert found["L-34B43A08"] == (pools.spot.max_size + 2) * 4


def test_a_pool_that_does_not_exist_takes_nothing() -> None:
    found = needs("dev", "optimization")
    assert found["L-34B43A08"] == 0
    assert found["L-1216C47A"] == (settings("dev", "optimization").pools.app.max_size + 2) * 2


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_only_processors_have_to_be_raised_for_the_checked_in_stacks(environment: str, phase: str) -> None:
    first = {item.code for item in quota_needs(settings(environment, phase)) if item.raise_first}
    assert first <= {"L-1216C47A", "L-34B43A08"}


def test_quotas_belong_to_a_region_and_only_known_defaults_have_a_verdict() -> None:
    here = quota_needs(settings("prod", "microservices"))
    assert {item.region for item in here} == {"us-east-1"}
    assert {item.verdict for item in here} == {"fits", "raise"}
    there = tuple(replace(item, region="eu-central-1") for item in here)
    assert {item.verdict for item in there} == {"ask"}


def test_stacks_of_one_region_add_up_and_those_of_two_do_not() -> None:
    dev, prod = (quota_needs(settings(name, "horizontal")) for name in ("dev", "prod"))
    summed = {item.code: item.needed for item in together((*dev, *prod))}
    assert summed == {one.code: one.needed + two.needed for one, two in zip(dev, prod, strict=True)}
    apart = together((*dev, *(replace(item, region="eu-central-1") for item in prod)))
    assert sorted(item.needed for item in apart) == sorted(item.needed for item in (*dev, *prod))


def test_a_full_node_takes_its_prefixes_a_warm_one_and_its_interfaces() -> None:
    assert addresses_per_node(110) == (7 + 1) * 16 + 4
    assert APP_SUBNET_ADDRESSES == 8187


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_the_subnets_have_room_for_five_times_the_nodes_of_every_phase(environment: str, phase: str) -> None:
    nodes = largest_nodes(settings(environment, phase))
    assert nodes * addresses_per_node(110) * 5 <= 3 * APP_SUBNET_ADDRESSES


def test_the_table_in_the_documents_is_what_the_stacks_take() -> None:
    text = (ROOT / "docs" / "quotas.md").read_text("utf-8")
    rows = {
        cells[1].split("`")[3]: [int(cell.strip("* ")) for cell in cells[2:]]
        for line in text.splitlines()
        if len(cells := line.strip("|").split("|")) == 7 and "`" in cells[1]
    }
    stacks = [("prod", phase) for phase in PHASES] + [("dev", "microservices")]
    for item in quota_needs(settings("prod", "microservices")):
        counted = [needs(environment, phase)[item.code] for environment, phase in stacks]
        assert rows[item.code] == [item.default, *counted], item.name
