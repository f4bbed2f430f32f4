from __future__ import annotations

from itertools import pairwise

import pytest

from infra import phases
from infra.settings import Settings
from infra.settings.base import Environment, Phase
from infra.settings.reading.defaults import defaults
from tests.support.configs import ENVIRONMENTS, PHASES, smallest, smallest_raw

EVERY_STACK = [(environment, phase) for environment in ENVIRONMENTS for phase in PHASES]


def _leaves(tree: object, path: str = "") -> dict[str, object]:
    if isinstance(tree, dict):
        return {k: v for key, item in tree.items() for k, v in _leaves(item, f"{path}.{key}" if path else key).items()}
    return {path: tree}


@pytest.mark.parametrize(("environment", "phase"), EVERY_STACK)
def test_every_phase_of_every_environment_is_valid_without_further_settings(environment: str, phase: str) -> None:
    loaded = smallest(environment, phase)
    assert (loaded.environment.short, loaded.phase) == (environment, phase)


def test_the_tables_name_the_phases_and_environments_of_the_settings() -> None:
    assert tuple(Phase) == phases.PHASES
    assert tuple(Environment) == phases.ENVIRONMENTS


def test_every_key_of_the_tables_is_a_key_of_the_settings() -> None:
    dumped = _leaves(smallest("prod", "microservices").model_dump(mode="json", by_alias=True))
    known = set(dumped) | {path.rpartition(".")[0] for path in dumped}
    assert {*phases.BY_ENVIRONMENT, *phases.BY_PHASE} <= known


def test_no_key_stands_in_both_tables() -> None:
    assert not set(phases.BY_ENVIRONMENT) & set(phases.BY_PHASE)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize(
    "path",
    [
        "pools.app.maxSize",
        "autoscaling.maxReplicas",
        "gateway.maxReplicas",
        "postgres.allocatedStorageGib",
        "postgres.maxAllocatedStorageGib",
        "postgres.replicas",
        "postgres.backupRetentionDays",
        "postgres.shards.count",
        "redis.shards",
        "redis.replicasPerShard",
        "network.natGateways",
        "budget.monthlyLimitUsd",
    ],
)
def test_nothing_shrinks_from_one_phase_to_the_next(environment: str, path: str) -> None:
    column = ENVIRONMENTS.index(environment)
    values = phases.BY_PHASE[path][column::2]
    assert all(earlier <= later for earlier, later in pairwise(values))  # type: ignore[operator]  # all are integers


# What may differ between two phases of one stack, each change in place (AWS and Kubernetes documentation).
IN_PLACE = {
    "phase",
    "services",
    *phases.BY_PHASE,
    "postgres.replicaInstanceClass",
    *(f"autoscaling.{way}.{key}" for way in ("scaleUp", "scaleDown") for key in ("stabilizationSeconds", "percent")),
    *(f"autoscaling.{way}.{key}" for way in ("scaleUp", "scaleDown") for key in ("pods", "periodSeconds")),
}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_phase_changes_nothing_but_the_keys_of_its_table(environment: str) -> None:
    dumps = [_leaves(smallest(environment, phase).model_dump(mode="json", by_alias=True)) for phase in PHASES]
    changed = {key for dump in dumps for key in {**dumps[0], **dump} if dump.get(key) != dumps[0].get(key)}
    assert changed <= IN_PLACE


def test_names_ranges_and_zones_are_the_same_in_every_phase() -> None:
    first, *later = (smallest("prod", phase) for phase in PHASES)
    for other in later:
        assert other.network.vpc_cidr == first.network.vpc_cidr
        assert other.network.availability_zones == first.network.availability_zones
        assert other.postgres.database_name == first.postgres.database_name
        assert other.app.namespace == first.app.namespace


def test_prod_has_the_guides_autoscaler_ranges() -> None:
    ranges = [(s.autoscaling.min_replicas, s.autoscaling.max_replicas) for s in (smallest("prod", p) for p in PHASES)]
    assert ranges == [(2, 6), (3, 10), (3, 20)]


def test_the_third_phase_scales_by_the_guides_request_rate_and_behavior() -> None:
    autoscaling = smallest("prod", "microservices").autoscaling
    assert autoscaling.requests_per_second == 100
    assert autoscaling.scale_up is not None
    assert autoscaling.scale_down is not None
    up, down = autoscaling.scale_up, autoscaling.scale_down
    assert (up.stabilization_seconds, up.percent, up.pods, up.period_seconds) == (60, 50, 2, 60)
    assert (down.stabilization_seconds, down.percent, down.pods, down.period_seconds) == (300, 10, None, 60)


def test_the_first_two_phases_scale_by_cpu_and_memory_alone() -> None:
    for phase in PHASES[:2]:
        autoscaling = smallest("prod", phase).autoscaling
        assert autoscaling.requests_per_second is None
        assert autoscaling.scale_up is None
        assert (autoscaling.cpu_percent, autoscaling.memory_percent) == (70, 80)


def test_the_last_phase_of_prod_has_three_replicas_four_shards_and_three_redis_shards() -> None:
    loaded = smallest("prod", "microservices")
    assert loaded.postgres.replicas == 3
    assert loaded.postgres.shards.count == 4
    assert (loaded.redis.shards, loaded.redis.replicas_per_shard) == (3, 2)


def test_services_exist_in_the_third_phase_only() -> None:
    names = [tuple(service.name for service in smallest("prod", phase).services) for phase in PHASES]
    assert names == [(), (), ("web", "auth", "clients", "bonds", "court-schedules", "documents")]


def test_the_pooler_starts_with_the_second_phase() -> None:
    assert [smallest("prod", phase).postgres.pooler.enabled for phase in PHASES] == [False, True, True]


def test_prod_is_protected_and_dev_is_not() -> None:
    assert [smallest(environment, "optimization").protect for environment in ENVIRONMENTS] == [False, True]


@pytest.mark.parametrize("table", [phases.BY_ENVIRONMENT, phases.BY_PHASE])
def test_every_row_has_a_value_per_column(table: dict[str, tuple[object, ...]]) -> None:
    width = len(ENVIRONMENTS) if table is phases.BY_ENVIRONMENT else len(ENVIRONMENTS) * len(PHASES)
    assert {len(row) for row in table.values()} == {width}


def test_defaults_derive_zones_from_the_region_and_hosts_from_the_domain() -> None:
    tree = defaults(Environment.DEVELOPMENT, Phase.OPTIMIZATION, "eu-central-1", "example.org")
    assert tree["network"]["availabilityZones"] == ("eu-central-1a", "eu-central-1b", "eu-central-1c")  # type: ignore[index]  # an object
    assert tree["cdn"]["hosts"]["cdnBackup"] == "cdn-backup.example.org"  # type: ignore[index]  # an object


def test_settings_are_frozen() -> None:
    loaded = smallest()
    with pytest.raises(ValueError, match="frozen"):
        loaded.postgres.replicas = 9  # type: ignore[misc]  # what the test is about
    assert isinstance(loaded, Settings)
    assert smallest_raw()["environment"] == "dev"
