from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.app.runtime_env import (
    PLATFORM_VARIABLES,
    ClientPools,
    RuntimeEnvironment,
    environment,
)
from components.kubernetes.pods import EnvEntry, EnvVar, SecretEnvVar
from components.kubernetes.quantities import mebibytes, millicores
from components.tuning.node import heap, largest_old_space_mib


def plain(entries: tuple[EnvEntry, ...]) -> dict[str, object]:
    return {entry.name: entry.value for entry in entries if isinstance(entry, EnvVar)}


def secret(entries: tuple[EnvEntry, ...]) -> dict[str, tuple[str, str]]:
    return {entry.name: (entry.secret, entry.key) for entry in entries if isinstance(entry, SecretEnvVar)}


def test_the_guides_limit_of_1gi_gives_an_old_space_of_720_mib() -> None:
    assert heap("1Gi").node_options == "--max-old-space-size=720 --max-semi-space-size=16"


def test_the_guides_semi_space_of_128_mib_is_used_once_the_limit_is_4gi() -> None:
    assert heap("4Gi").semi_space_mib == 128
    assert heap("4095Mi").semi_space_mib == 32


@given(st.integers(min_value=256, max_value=65536))
def test_the_largest_heap_never_exceeds_80_percent_of_the_limit(limit: int) -> None:
    found = heap(f"{limit}Mi")
    assert found.old_space_mib > 0
    assert found.total_mib <= 0.8 * limit


@given(st.integers(min_value=256, max_value=16384))
def test_a_larger_limit_never_gives_a_smaller_heap(limit: int) -> None:
    assert heap(f"{limit + 1}Mi").total_mib >= heap(f"{limit}Mi").total_mib


def test_a_limit_without_room_for_a_heap_is_refused() -> None:
    with pytest.raises(ValueError, match="256Mi"):
        heap("128Mi")


def test_the_guides_heap_of_4096_mib_is_refused_under_its_own_limit_of_1gi() -> None:
    with pytest.raises(ValueError, match="out-of-memory kill under a limit of 1Gi: at most 771"):
        heap("1Gi", old_space_mib=4096)


def test_an_own_old_space_is_taken_up_to_80_percent_of_the_limit() -> None:
    assert heap("1Gi", old_space_mib=771).total_mib == 819
    assert largest_old_space_mib(1024) == 771


def test_threads_and_cache_lifetime_follow_the_settings() -> None:
    told = plain(environment(RuntimeEnvironment(uv_threadpool_size=4, cache_ttl_seconds=60)))
    assert (told["UV_THREADPOOL_SIZE"], told["CACHE_TTL_SECONDS"]) == ("4", "60")


def test_the_shard_map_is_told_where_it_is_mounted() -> None:
    assert "SHARD_MAP_FILE" not in plain(environment(RuntimeEnvironment()))
    told = plain(environment(RuntimeEnvironment(shard_map_file="/etc/shards/map.json")))
    assert told["SHARD_MAP_FILE"] == "/etc/shards/map.json"


def test_every_variable_of_every_pod_is_known_as_the_platforms_own() -> None:
    told = environment(RuntimeEnvironment(replicas=3, shards=4, shard_map_file="/map"))
    unknown = [entry.name for entry in told if entry.name not in PLATFORM_VARIABLES]
    assert [name for name in unknown if not name.startswith("DATABASE_")] == []


def test_gc_interval_is_never_passed_because_node_refuses_it_in_node_options() -> None:
    assert "gc-interval" not in heap("8Gi").node_options


def test_database_url_and_primary_url_are_both_told() -> None:
    urls = secret(environment(RuntimeEnvironment()))
    assert urls["DATABASE_URL"] == ("db-secret", "url")
    assert urls["DATABASE_PRIMARY_URL"] == ("db-secret", "primary-url")
    assert urls["REDIS_URL"] == ("redis-secret", "url")
    assert urls["REDIS_HOST"] == ("redis-secret", "host")
    assert urls["REDIS_PORT"] == ("redis-secret", "port")


def test_replicas_count_from_one_and_shards_from_zero() -> None:
    urls = secret(environment(RuntimeEnvironment(replicas=3, shards=4)))
    assert [name for name in urls if "REPLICA" in name] == [f"DATABASE_REPLICA_{n}_URL" for n in (1, 2, 3)]
    assert [name for name in urls if "SHARD" in name] == [f"DATABASE_SHARD_{n}_URL" for n in (0, 1, 2, 3)]
    assert urls["DATABASE_REPLICA_3_URL"] == ("db-secret", "replica-3-url")
    assert urls["DATABASE_SHARD_0_URL"] == ("db-secret", "shard-0-url")


def test_no_url_is_told_for_an_endpoint_that_does_not_exist() -> None:
    urls = secret(environment(RuntimeEnvironment()))
    assert not [name for name in urls if "REPLICA" in name or "SHARD" in name]


def test_a_service_without_a_database_or_cache_is_told_of_none() -> None:
    assert secret(environment(RuntimeEnvironment(database=False, redis=False))) == {}


def test_the_guides_numbers_are_passed() -> None:
    values = plain(environment(RuntimeEnvironment()))
    assert values["UV_THREADPOOL_SIZE"] == "16"
    assert values["CACHE_TTL_SECONDS"] == "300"
    assert values["NODE_ENV"] == "production"
    pools = ("PRIMARY_MAX", "REPLICA_MAX", "SHARD_MAX", "IDLE_TIMEOUT_MS", "CONNECTION_TIMEOUT_MS")
    assert [values[f"DATABASE_POOL_{name}"] for name in pools] == ["20", "15", "10", "30000", "2000"]


def test_pool_sizes_follow_the_settings() -> None:
    values = plain(environment(RuntimeEnvironment(pools=ClientPools(primary=7, replica=6, shard=5))))
    assert values["DATABASE_POOL_PRIMARY_MAX"] == "7"


def test_cluster_mode_is_told_as_text() -> None:
    assert plain(environment(RuntimeEnvironment()))["REDIS_CLUSTER"] == "true"
    assert plain(environment(RuntimeEnvironment(redis_cluster=False)))["REDIS_CLUSTER"] == "false"


def test_a_service_with_one_port_is_told_of_no_api_port() -> None:
    assert "API_PORT" not in plain(environment(RuntimeEnvironment(api_port=None)))
    assert plain(environment(RuntimeEnvironment()))["API_PORT"] == "4000"


@pytest.mark.parametrize(("text", "cores"), [("500m", 500), ("1", 1000), ("2", 2000), ("0.25", 250), ("1000m", 1000)])
def test_cpu_quantities_are_read_as_thousandths(text: str, cores: int) -> None:
    assert millicores(text) == cores


@pytest.mark.parametrize(("text", "mib"), [("512Mi", 512), ("1Gi", 1024), ("1048576Ki", 1024), ("1G", 953)])
def test_memory_quantities_are_read_as_mebibytes(text: str, mib: int) -> None:
    assert mebibytes(text) == mib


@pytest.mark.parametrize("text", ["", "1GB", "-1", "1 Gi", "Gi"])
def test_a_text_that_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quantity"):
        mebibytes(text)


def test_pages_are_told_where_the_cdn_serves_their_files_and_nothing_where_there_is_none() -> None:
    told = environment(RuntimeEnvironment(cdn_url="https://cdn.bailbondpro.com"))
    assert plain(told)["CDN_URL"] == "https://cdn.bailbondpro.com"
    assert "CDN_URL" not in plain(environment(RuntimeEnvironment()))
    assert "CDN_URL" in PLATFORM_VARIABLES
