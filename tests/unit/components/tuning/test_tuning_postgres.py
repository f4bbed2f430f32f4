from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.tuning.postgres import (
    MINIMUM_WORK_MEM_GRANTS,
    Parameter,
    Profile,
    fits,
    memory_budget,
    parameters,
)

# The guide, Vertical Scaling, Performance Tuning, by hand: amount in bytes (or a count), bytes of the RDS unit.
GIB, MIB, KIB, PAGE = 1024**3, 1024**2, 1024, 8192
GUIDE_TABLE = [
    ("shared_buffers", 2 * GIB, PAGE, "262144", "pending-reboot"),
    ("effective_cache_size", 6 * GIB, PAGE, "786432", "immediate"),
    ("work_mem", 256 * MIB, KIB, "262144", "immediate"),
    ("maintenance_work_mem", 1 * GIB, KIB, "1048576", "immediate"),
    ("max_connections", 200, 1, "200", "pending-reboot"),
    ("max_worker_processes", 8, 1, "8", "pending-reboot"),
]
ALWAYS = [
    ("rds.force_ssl", "1", "pending-reboot"),
    ("shared_preload_libraries", "pg_stat_statements", "pending-reboot"),
    ("log_min_duration_statement", "1000", "immediate"),
    ("log_lock_waits", "1", "immediate"),
    ("log_parameter_max_length", "0", "immediate"),
]
memories = st.sampled_from([1, 2, 4, 8, 16, 32, 64, 128, 256])


def by_name(profile: Profile, memory_gib: float, max_connections: int | None = None) -> dict[str, Parameter]:
    return {p.name: p for p in parameters(profile, memory_gib, max_connections)}


@pytest.mark.parametrize(("name", "amount", "unit", "value", "apply_method"), GUIDE_TABLE)
def test_every_number_of_the_guide_arrives_in_the_unit_that_rds_wants(
    name: str, amount: int, unit: int, value: str, apply_method: str
) -> None:
    parameter = by_name(Profile.GUIDE, 8)[name]
    assert int(parameter.value) * unit == amount
    assert parameter.value == value
    assert parameter.apply_method == apply_method


def test_shared_buffers_and_work_mem_are_the_same_number_in_different_units() -> None:
    guide = by_name(Profile.GUIDE, 8)
    assert guide["shared_buffers"].value == guide["work_mem"].value
    assert int(guide["shared_buffers"].value) * PAGE == 8 * int(guide["work_mem"].value) * KIB


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize(("name", "value", "apply_method"), ALWAYS)
def test_tls_and_observability_come_with_every_profile(
    profile: Profile, name: str, value: str, apply_method: str
) -> None:
    assert by_name(profile, 8)[name] == Parameter(name=name, value=value, apply_method=apply_method)  # type: ignore[arg-type]  # the table's strings are the two literals


@given(memories)
def test_the_guide_profile_does_not_depend_on_memory(memory_gib: int) -> None:
    assert parameters(Profile.GUIDE, memory_gib) == parameters(Profile.GUIDE, 8)


def test_the_scaled_profile_equals_the_guide_on_the_memory_that_the_guide_is_written_for() -> None:
    assert parameters(Profile.SCALED, 8) == parameters(Profile.GUIDE, 8)


def test_the_scaled_profile_halves_everything_on_half_the_memory() -> None:
    half = by_name(Profile.SCALED, 4)
    assert half["shared_buffers"].value == "131072"
    assert half["effective_cache_size"].value == "393216"
    assert half["work_mem"].value == "131072"
    assert half["maintenance_work_mem"].value == "524288"
    assert half["max_connections"].value == "100"


def test_above_the_guides_memory_work_mem_and_connections_stay_and_caches_grow() -> None:
    large = by_name(Profile.SCALED, 32)
    assert large["shared_buffers"].value == str(4 * 262144)
    assert large["work_mem"].value == "262144"
    assert large["max_connections"].value == "200"
    assert large["maintenance_work_mem"].value == str(2 * 1048576)


def test_an_explicit_number_of_connections_wins_in_both_profiles() -> None:
    assert by_name(Profile.GUIDE, 8, 150)["max_connections"].value == "150"
    assert by_name(Profile.SCALED, 4, 60)["max_connections"].value == "60"


@given(st.sampled_from(list(Profile)), memories)
def test_parameters_are_sorted_unique_and_whole_numbers(profile: Profile, memory_gib: int) -> None:
    found = parameters(profile, memory_gib)
    names = [p.name for p in found]
    assert names == sorted(set(names))
    assert all(p.value.isdigit() for p in found if p.name != "shared_preload_libraries")


@given(memories)
def test_the_scaled_profile_fits_every_class(memory_gib: int) -> None:
    assert fits(Profile.SCALED, memory_gib) is None


@given(memories, memories, st.integers(min_value=1, max_value=5000))
def test_more_memory_never_breaks_what_fitted(small: int, large: int, connections: int) -> None:
    low, high = sorted((small, large))
    if fits(Profile.GUIDE, low, connections) is None:
        assert fits(Profile.GUIDE, high, connections) is None


@pytest.mark.parametrize(("memory_gib", "grants"), [(4, 0), (8, 7), (16, 39), (32, 103)])
def test_the_guides_work_mem_leaves_few_grants_on_small_classes(memory_gib: int, grants: int) -> None:
    assert memory_budget(Profile.GUIDE, memory_gib).work_mem_grants == grants


def test_the_guide_profile_is_refused_on_four_gib_with_the_way_out() -> None:
    problem = fits(Profile.GUIDE, 4)
    assert problem is not None
    assert problem.smallest_memory_gib == 8
    assert "4 GiB" in problem.message
    assert "'scaled'" in problem.fix
    assert "8 GiB" in problem.fix


def test_too_many_connections_for_the_memory_are_refused_with_the_number_that_fits() -> None:
    problem = fits(Profile.SCALED, 4, 200)
    assert problem is not None
    assert "lower max_connections to 100" in problem.fix


@pytest.mark.parametrize("profile", list(Profile))
@given(memory_gib=st.floats(min_value=1, max_value=127), connections=st.integers(min_value=1, max_value=5000))
def test_every_refusal_names_a_class_that_would_do(profile: Profile, memory_gib: float, connections: int) -> None:
    problem = fits(profile, memory_gib, connections)
    if problem is not None:
        assert problem.budget.work_mem_grants < MINIMUM_WORK_MEM_GRANTS
        assert problem.smallest_memory_gib > memory_gib
        assert fits(profile, problem.smallest_memory_gib, connections) is None


@pytest.mark.parametrize(("memory_gib", "connections"), [(0.5, None), (8, 0), (8, 5001)])
def test_arguments_out_of_range_are_refused(memory_gib: float, connections: int | None) -> None:
    with pytest.raises(ValueError, match=r"memory_gib|max_connections"):
        parameters(Profile.GUIDE, memory_gib, connections)


@pytest.mark.parametrize(("threshold", "expected"), [(250, "250"), (-1, "-1")])
def test_the_threshold_of_slow_statements_is_in_milliseconds(threshold: int, expected: str) -> None:
    found = {p.name: p for p in parameters(Profile.GUIDE, 8, log_min_duration_ms=threshold)}
    assert found["log_min_duration_statement"].value == expected
    with pytest.raises(ValueError, match="log_min_duration_ms"):
        parameters(Profile.GUIDE, 8, log_min_duration_ms=-2)
