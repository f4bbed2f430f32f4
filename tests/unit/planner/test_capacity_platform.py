"""What the configured platform carries, which phase fits, and the month in which a phase is outgrown."""

from __future__ import annotations

import pytest

from ops.answers.capacity.projection import parse_growth, sizes_of
from planner.capacity.growth import GUIDE_TABLE_TODAY, CapacityError, Growth, Projection, project
from planner.capacity.platform import (
    PHASE_TOP,
    PlatformCapacity,
    PlatformSizes,
    capacity_of,
    peak_requests_per_second,
    phase_changes,
    phase_for,
)
from tests.support.stack import FILLED, PHASES, settings


def platform(**changes: object) -> PlatformCapacity:
    values: dict[str, object] = {
        "phase": "optimization",
        "users": (0, 500),
        "pods": (2, 6),
        "cores": 6,
        "node_cores": 10,
        "requests_per_second": 600,
        "connections": 185,
        "iops": 3000,
        "storage_gib": 200,
        "cache_gib": 1.0,
        "guide_cores": 38,
    }
    return PlatformCapacity(**{**values, **changes})  # type: ignore[arg-type]  # each value is of its field's type


def month(**changes: float) -> Projection:
    values: dict[str, float] = {"users": 1, "requests_per_day": 1, "storage_gb": 1, **changes}
    rest = {"cpu_cores": 1, "memory_gb": 1, "servers": 1, "cost_usd": 1.0}
    return Projection(month=1, **values, **rest)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("users", "phase"),
    [(0, 0), (500, 0), (501, 1), (1500, 1), (1501, 2), (10**6, 2)],
)
def test_the_phase_follows_the_guides_numbers_of_users(users: int, phase: int) -> None:
    assert phase_for(users) == PHASES[phase]


@pytest.mark.parametrize(
    ("load", "because"),
    [
        ({"users": 500}, None),
        ({"users": 501}, "users"),
        ({"requests_per_day": 600 / 5 * 86_400}, None),
        ({"requests_per_day": 601 / 5 * 86_400}, "requests"),
        ({"storage_gb": 200}, None),
        ({"storage_gb": 201}, "storage"),
    ],
)
def test_a_phase_is_outgrown_above_its_limits_and_not_at_them(load: dict[str, float], because: str | None) -> None:
    assert phase_changes([month(**load)], [], 5.0) == []
    changes = phase_changes([month(**load)], [platform()], 5.0)
    assert [change.because for change in changes] == ([because] if because else [])


def test_the_guides_growth_outgrows_users_in_month_12_and_storage_in_months_16_and_24() -> None:
    filled = {"microservices": {"postgres": FILLED}}
    platforms = [capacity_of(sizes_of(settings("prod", phase, **filled.get(phase, {})))) for phase in PHASES]
    changes = phase_changes(project(GUIDE_TABLE_TODAY, months=24), platforms)
    assert [(change.leaves, change.to, change.month, change.because) for change in changes] == [
        ("optimization", "horizontal", 12, "users"),
        ("horizontal", "microservices", 16, "storage"),
        ("microservices", None, 24, "storage"),
    ]


def test_the_last_phase_has_nowhere_to_grow_to_and_says_what_ends() -> None:
    last = platform(phase="microservices", users=(1500, None), storage_gib=300)
    change = phase_changes([month(users=10**6, storage_gb=301)], [last])[0]
    assert (change.to, change.because, change.limit) == (None, "storage", 300)


def test_the_busiest_second_is_five_times_the_average_unless_told_otherwise() -> None:
    assert peak_requests_per_second(86_400) == 5
    assert peak_requests_per_second(86_400, 3) == 3


def test_the_last_phase_of_production_carries_what_its_configuration_says() -> None:
    found = capacity_of(sizes_of(settings("prod", "microservices", postgres=FILLED)))
    assert found.pods == (3, 20)
    assert found.cores == 20
    assert found.requests_per_second == 2000
    assert found.node_cores == 9 * 8
    assert found.connections == (1 + 3 + 4) * (200 - 15)
    assert found.storage_gib == 600 + 4 * 300
    assert found.guide_cores == 188


def test_empty_shards_carry_nothing() -> None:
    found = capacity_of(sizes_of(settings("prod", "microservices")))
    assert found.connections == (1 + 3) * (200 - 15)
    assert found.storage_gib == 600
    assert PHASE_TOP["microservices"][2] <= found.storage_gib


@pytest.mark.parametrize(("gib", "iops", "total"), [(399, None, 3000), (400, None, 12_000), (400, 20_000, 20_000)])
def test_a_volume_of_400_gib_includes_four_times_the_iops_and_provisioned_ones_count_on_top(
    gib: int, iops: int | None, total: int
) -> None:
    sizes = PlatformSizes(
        phase="horizontal",
        min_pods=1,
        max_pods=1,
        pod_cpu_cores=1,
        max_nodes=1,
        node_vcpu=1,
        endpoints=1,
        max_connections=100,
        reserved_connections=10,
        volumes_gib=(gib,),
        iops=iops,
        max_storage_gib=1000,
        cache_shards=3,
        cache_node_gib=4,
        cache_reserved_percent=25,
    )
    assert capacity_of(sizes).iops == total
    assert capacity_of(sizes).cache_gib == 9


def test_growth_rates_that_are_left_out_stay_the_guides() -> None:
    assert parse_growth("users=0.3") == Growth(users=0.3, requests=0.20, storage=0.25)
    assert parse_growth("") == Growth()


@pytest.mark.parametrize("text", ["pets=1", "users", "users=many", "users=-1", "users=11"])
def test_a_growth_rate_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(CapacityError):
        parse_growth(text)
