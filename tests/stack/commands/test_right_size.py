"""Right-sizing: the guide's thresholds at, below and above; percentiles; floors; patches that the check accepts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from infra.settings import load
from ops.answers.right_size.sizing import Samples, _merged, changes_for, right_size
from planner.capacity.right_size import (
    FEWEST_SAMPLES,
    MeasurementError,
    Size,
    class_for,
    percentile,
    pod_range,
    pod_request,
    storage_for,
)
from tests.support.cli import Cli
from tests.support.paths import ROOT
from tests.support.stack import raw, settings

if TYPE_CHECKING:
    from pathlib import Path

CLASSES = [
    Size(name="db.m7g.large", vcpu=2, memory_gib=8),
    Size(name="db.m7g.xlarge", vcpu=4, memory_gib=16),
    Size(name="db.m7g.2xlarge", vcpu=8, memory_gib=32),
    Size(name="db.r7g.large", vcpu=2, memory_gib=16),
]


@pytest.mark.parametrize(("percent", "disk"), [(79.9, None), (80, None), (80.1, 200)])
def test_disks_double_above_80_percent(percent: float, disk: int | None) -> None:
    assert storage_for(100, percent) == disk


@pytest.mark.parametrize(
    ("cpu", "memory", "wanted"),
    [
        (81, 50, "db.m7g.xlarge"),
        (50, 86, "db.m7g.xlarge"),
        (80, 85, None),
        (29, 39, None),
        (None, None, None),
        (None, 90, "db.m7g.xlarge"),
    ],
)
def test_a_class_grows_within_its_family_by_the_guides_thresholds(
    cpu: float | None, memory: float | None, wanted: str | None
) -> None:
    found = class_for(CLASSES[0], cpu, memory, CLASSES)
    assert (found[0].name if found else None) == wanted


@pytest.mark.parametrize(
    ("cpu", "memory", "wanted"), [(29, 39, "db.m7g.large"), (30, 39, None), (29, 40, None), (29, None, None)]
)
def test_an_idle_class_shrinks_by_one_size(cpu: float, memory: float | None, wanted: str | None) -> None:
    found = class_for(CLASSES[1], cpu, memory, CLASSES)
    assert (found[0].name if found else None) == wanted


def test_another_family_is_taken_when_the_own_one_ends() -> None:
    found = class_for(CLASSES[0], 50, 90, [CLASSES[0], CLASSES[3]])
    assert found is not None
    assert found[0].name == "db.r7g.large"


def test_too_small_is_said_even_when_nothing_larger_is_known() -> None:
    found = class_for(CLASSES[2], 95, 95, CLASSES)
    assert found is not None
    assert found[0] == CLASSES[2]
    assert "nothing larger is known" in found[1]


def test_percentiles_are_samples_and_the_target_has_a_margin() -> None:
    samples = [float(number) for number in range(1, 101)]
    assert [percentile(samples, share) for share in (0.5, 0.9, 0.95, 1.0)] == [50, 90, 95, 100]
    found = pod_range(samples)
    assert (found.lower, found.target, found.upper) == pytest.approx((57.5, 103.5, 109.25))


@pytest.mark.parametrize(
    ("current", "used", "wanted"),
    [
        (500, 430, 495),
        (500, 435, 500),
        (500, 800, 920),
        (500, 5000, 2000),
        (500, 10, 250),
        (120, 10, 100),
    ],
)
def test_a_request_moves_to_the_target_between_floor_half_of_it_and_ceiling(
    current: int, used: float, wanted: int
) -> None:
    samples = [used] * FEWEST_SAMPLES
    if (current, used) == (500, 435):
        samples = [float(value) for value in range(400, 460, 5)]
    assert pod_request(current, samples, floor=100, ceiling=2000) == wanted


@given(st.lists(st.floats(0, 1e6), min_size=FEWEST_SAMPLES, max_size=40), st.integers(100, 2000))
def test_no_measurement_leads_below_the_floor_or_half_or_above_the_ceiling(samples: list[float], current: int) -> None:
    wanted = pod_request(current, samples, floor=100, ceiling=2000)
    assert 100 <= wanted <= 2000
    assert wanted * 2 >= current


@pytest.mark.parametrize("samples", [[], [1.0] * (FEWEST_SAMPLES - 1), [-1.0] * 20, [float("nan")] * 20])
def test_too_few_samples_and_nonsense_are_refused(samples: list[float]) -> None:
    with pytest.raises(MeasurementError):
        percentile(samples, 0.9)


def steady(value: float) -> list[float]:
    return [value] * FEWEST_SAMPLES


def write(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    return path


def test_a_patch_holds_every_change_and_the_patched_file_is_valid(tmp_path: Path) -> None:
    measured: dict[str, Samples] = {
        "app": {"cpu_millicores": steady(700), "memory_mib": steady(700)},
        "postgres": {"cpu_percent": steady(85), "memory_percent": steady(60), "disk_percent": steady(90)},
        "redis": {"cpu_percent": steady(50), "memory_percent": steady(90)},
    }
    found = right_size("prod", write(tmp_path / "m.json", measured))
    assert found.problems == ()
    patch = found.patch
    assert patch["app"]["resources"] == {
        "cpuRequestMillicores": 805,
        "memoryRequestMib": 805,
        "memoryLimitMib": 1610,
    }
    assert patch["postgres"] == {
        "instanceClass": "db.m7g.xlarge",
        "allocatedStorageGib": 300,
        "maxAllocatedStorageGib": 600,
    }
    assert patch["redis"] == {"nodeType": "cache.m7g.large"}  # its own family ends at cache.t4g.medium
    sized = load(_merged(raw("prod", "horizontal"), patch))
    assert list(changes_for(sized, {"app": measured["app"]})) == []


def test_what_fits_is_left_alone(tmp_path: Path) -> None:
    measured = {"postgres": {"cpu_percent": steady(60), "memory_percent": steady(60), "disk_percent": steady(60)}}
    assert right_size("prod", write(tmp_path / "m.json", measured)).changes == ()


def test_a_shrinking_patch_that_breaks_a_limit_is_shown_with_what_is_wrong(tmp_path: Path) -> None:
    # the guide's memory parameters need 8 GiB, and the idle database of the last phase could do with less than that
    config = tmp_path / "Pulumi.prod.yaml"
    document: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())
    sizes = {"instanceClass": "db.t4g.large", "replicaInstanceClass": "db.t4g.large"}
    document["config"]["bailbondpro:postgres"] = sizes
    config.write_text(yaml.safe_dump(document))
    measured = {"postgres": {"cpu_percent": steady(5), "memory_percent": steady(5)}}
    found = right_size("prod", write(tmp_path / "m.json", measured), config=config)
    assert found.patch == {"postgres": {"instanceClass": "db.t4g.medium"}}
    assert any("postgres" in problem.path for problem in found.problems)
    ran = Cli(tmp_path).run("right-size", "prod", "--metrics", str(tmp_path / "m.json"), "--config", str(config))
    assert ran.code == 1
    assert "would not be valid" in ran.err


@pytest.mark.parametrize(
    "document", [{}, [], {"pets": {}}, {"app": {"legs": []}}, {"app": {"cpu_millicores": ["many"] * 20}}, {"redis": 1}]
)
def test_the_command_refuses_a_file_without_usable_measurements(tmp_path: Path, document: object) -> None:
    ran = Cli(tmp_path).run("right-size", "prod", "--metrics", str(write(tmp_path / "m.json", document)))
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_the_command_prints_lines_for_the_stack_file(tmp_path: Path) -> None:
    file = write(tmp_path / "m.json", {"app": {"memory_mib": steady(700)}})
    ran = Cli(tmp_path).run("right-size", "prod", "--metrics", str(file))
    assert ran.code == 0, ran.err
    assert yaml.safe_load(ran.out) == {
        "config": {"bailbondpro:app": {"resources": {"memoryRequestMib": 805, "memoryLimitMib": 1610}}}
    }
    assert settings("prod", "horizontal").app.resources.memory_request_mib == 512
    ran = Cli(tmp_path).run("right-size", "prod", "--metrics", str(file), "--json")
    assert ran.document["valid"] is True
    assert [item["path"] for item in ran.document["recommendations"]] == [
        "app.resources.memoryRequestMib",
        "app.resources.memoryLimitMib",
    ]
