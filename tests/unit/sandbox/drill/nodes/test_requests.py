"""Quantities and what pods request."""

from __future__ import annotations

import pytest

from sandbox.drill.nodes.requests import requested, thousandths

MEBI = 1024 * 1024 * 1000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500m", 500),
        ("2", 2000),
        ("0.5", 500),
        ("1Ki", 1_024_000),
        ("1k", 1_000_000),
        ("1e3", 1_000_000),
        ("1.5Gi", 1_610_612_736_000),
        ("1u", 1),
        (".5", 500),
    ],
)
def test_a_quantity_is_read_exactly_and_rounded_up(text: str, value: int) -> None:
    assert thousandths(text) == value


@pytest.mark.parametrize("text", ["", "1 Gi", "Gi", "1KB", "one", "1..2"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a quantity"):
        thousandths(text)


def _container(cpu: str, **more: object) -> dict[str, object]:
    return {"name": "c", "resources": {"requests": {"cpu": cpu}}, **more}


def test_a_pod_requests_its_containers_or_its_largest_init_container() -> None:
    small = {"spec": {"containers": [_container("100m"), _container("200m")], "initContainers": [_container("150m")]}}
    large = {"spec": {"containers": [_container("100m")], "initContainers": [_container("900m"), _container("1m")]}}

    assert requested(small)["cpu"] == 300
    assert requested(large)["cpu"] == 900


def test_a_sidecar_runs_beside_the_containers_and_the_init_containers_after_it() -> None:
    sidecar = _container("300m", restartPolicy="Always")
    beside = {"spec": {"containers": [_container("100m")], "initContainers": [sidecar]}}
    before = {"spec": {"containers": [_container("100m")], "initContainers": [sidecar, _container("500m")]}}

    assert requested(beside)["cpu"] == 400
    assert requested(before)["cpu"] == 800


def test_a_limit_counts_where_there_is_no_request() -> None:
    container = {"name": "c", "resources": {"limits": {"cpu": "1", "memory": "64Mi"}, "requests": {"cpu": "250m"}}}

    found = requested({"spec": {"containers": [container]}})

    assert found["cpu"] == 250
    assert found["memory"] == 64 * MEBI


def test_requests_of_the_whole_pod_come_before_those_of_its_containers_and_overhead_is_added() -> None:
    spec = {
        "containers": [_container("100m")],
        "resources": {"requests": {"cpu": "700m"}},
        "overhead": {"cpu": "50m"},
    }

    assert requested({"spec": spec})["cpu"] == 750


def test_every_pod_takes_one_of_the_places_of_a_node() -> None:
    assert requested({"spec": {"containers": []}})["pods"] == 1000
