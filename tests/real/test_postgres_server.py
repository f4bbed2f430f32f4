"""The shipped PostgreSQL parameters on real servers: accepted, in force, and meaning what the guide means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from components.tuning.postgres import Profile, parameters
from tests.support import programs
from tests.support.live_postgres import Login, Postgres, shipped_parameters
from tests.support.servers import scratch
from tests.support.stack import COMBINATIONS, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LOGIN = Login("bbp_admin", "a-password-of-this-test", "postgres")
GUIDE = {
    "shared_buffers": "2GB",
    "effective_cache_size": "6GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "1GB",
    "max_connections": "200",
    "max_worker_processes": "8",
}
"""The guide, Vertical Scaling, Performance Tuning."""
MISSING_IN_18 = ("shared_preload_libraries",)
"""The wheel of PostgreSQL 18 comes without extensions."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with scratch() as made:
        yield made


def given(version: str, values: dict[str, str], folder: Path) -> Postgres:
    if version == "18":
        values = {key: value for key, value in values.items() if key not in MISSING_IN_18}
    home = programs.postgres_17() if version == "17" else programs.postgres_18()
    server = Postgres(home, folder, LOGIN, values)
    server.initialise(tls=False)
    return server


def in_force(server: Postgres) -> dict[str, str]:
    """The values in force; booleans as 1 and 0, as RDS writes them."""
    rows = server.run("SELECT name, setting FROM pg_settings")
    return {name: {"on": "1", "off": "0"}.get(value, value) for name, value in rows if name in server.parameters}


def known(values: Mapping[str, str]) -> dict[str, str]:
    """What PostgreSQL itself knows: `rds.` parameters are of the service around it."""
    return {name: value for name, value in values.items() if not name.startswith("rds.")}


@pytest.mark.parametrize("version", ["17", "18"])
def test_a_server_with_the_guides_profile_reports_the_guides_values(version: str, folder: Path) -> None:
    values = {entry.name: entry.value for entry in parameters(Profile.GUIDE, 8)}
    with given(version, values, folder).running() as server:
        assert {name: server.run(f"SHOW {name}")[0][0] for name in GUIDE} == GUIDE


@pytest.mark.parametrize("version", ["17", "18"])
@pytest.mark.parametrize("memory", [1, 4, 16])
def test_a_server_with_the_scaled_profile_takes_every_value_as_it_is_given(
    version: str, memory: int, folder: Path
) -> None:
    values = {entry.name: entry.value for entry in parameters(Profile.SCALED, memory)}
    with given(version, values, folder).running() as server:
        assert in_force(server) == known(server.parameters)


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_every_shipped_parameter_group_starts_a_server(environment: str, phase: str, folder: Path) -> None:
    groups = recorded(environment, phase).of_type("aws:rds/parameterGroup:ParameterGroup")
    distinct = {tuple(sorted(shipped_parameters(group).items())) for group in groups}
    assert distinct
    for values in distinct:
        with given("17", dict(values), folder).running() as server:
            assert in_force(server) == known(server.parameters)


def test_slow_statements_are_logged_without_their_values(folder: Path) -> None:
    values = {entry.name: entry.value for entry in parameters(Profile.SCALED, 4)}
    with given("17", values, folder).running() as server:
        with psycopg.connect(server.conninfo) as connection:
            connection.execute("SELECT pg_sleep(1.1), %s::text", ("123-45-6789",))
        assert server.server is not None
        said = server.server.said
    assert "pg_sleep(1.1)" in said
    assert "123-45-6789" not in said


def test_statements_are_counted_by_the_extension_that_is_loaded(folder: Path) -> None:
    values = {entry.name: entry.value for entry in parameters(Profile.SCALED, 4)}
    with given("17", values, folder).running() as server:
        server.run("CREATE EXTENSION pg_stat_statements")
        server.run("SELECT 4711 AS number, 2 AS counted")
        rows = server.run("SELECT calls FROM pg_stat_statements WHERE query LIKE '%AS counted'")
    assert rows[0][0] >= 1


def test_a_server_refuses_a_value_with_a_unit_that_it_does_not_know(folder: Path) -> None:
    server = given("17", {"work_mem": "256 megabytes"}, folder)
    with pytest.raises(AssertionError, match='invalid value for parameter "work_mem"'), server.running():
        pass
