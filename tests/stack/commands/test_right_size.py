"""Right-sizing: the guide's thresholds at, below and above; percentiles; floors; patches that the check accepts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from infra.settings import load
from infra.settings.reading.defaults import merged
from ops.answers.right_size.changes import changes_for
from ops.answers.right_size.cloudwatch import queries, read_answer, series_of
from ops.answers.right_size.parts import pods_of
from ops.answers.right_size.sizing import right_size, right_size_from_cloudwatch
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
from tests.support.stack import raw, recorded, settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ops.answers.right_size.changes import Samples
    from ops.answers.right_size.cloudwatch import Series

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
    sized = load(merged(raw("prod", "horizontal"), patch))
    assert list(changes_for(sized, {"app": measured["app"]})) == []


@pytest.mark.parametrize(
    ("part", "measure", "value", "says"),
    [
        ("postgres", "cpu_percent", 0.9, "give percent, not shares"),
        ("postgres", "cpu_percent", 250, "a percentage is at most 100"),
        ("redis", "memory_percent", 0, "give percent, not shares"),
        ("app", "cpu_millicores", 0.4, "give millicores, not cores"),
        ("app", "memory_mib", 0.3, "give MiB, not GiB"),
    ],
)
def test_samples_in_another_unit_are_refused_and_halve_nothing(
    tmp_path: Path, part: str, measure: str, value: float, says: str
) -> None:
    file = write(tmp_path / "m.json", {part: {measure: steady(value)}})
    with pytest.raises(MeasurementError, match=says):
        right_size("prod", file)


def test_what_fits_is_left_alone(tmp_path: Path) -> None:
    measured = {"postgres": {"cpu_percent": steady(60), "memory_percent": steady(60), "disk_percent": steady(60)}}
    assert right_size("prod", write(tmp_path / "m.json", measured)).changes == ()


def test_an_hour_in_which_all_is_full_is_not_hidden_by_a_quiet_day(tmp_path: Path) -> None:
    day = [40.0] * 90 + [95.0] * 10
    found = right_size("prod", write(tmp_path / "m.json", {"postgres": {"cpu_percent": day}}))
    assert found.patch == {"postgres": {"instanceClass": "db.m7g.xlarge"}}


def test_what_would_become_too_small_for_the_stacks_limits_stays_and_the_rest_is_sized(tmp_path: Path) -> None:
    # the guide's memory parameters need 8 GiB, and the idle database of the last phase could do with less than that
    config = tmp_path / "Pulumi.prod.yaml"
    document: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())
    sizes = {"instanceClass": "db.t4g.large", "replicaInstanceClass": "db.t4g.large"}
    document["config"]["bailbondpro:postgres"] = sizes
    config.write_text(yaml.safe_dump(document))
    measured = {"postgres": {"cpu_percent": steady(5), "memory_percent": steady(5)}, "app": {"memory_mib": steady(700)}}
    found = right_size("prod", write(tmp_path / "m.json", measured), config=config)
    assert found.patch == {"app": {"resources": {"memoryRequestMib": 805, "memoryLimitMib": 1610}}}
    assert found.problems == ()
    (kept,) = found.kept
    assert kept.startswith(
        "postgres is used little, but postgres.instanceClass db.t4g.medium would break bailbondpro:postgres."
    )
    ran = Cli(tmp_path).run("right-size", "prod", "--metrics", str(tmp_path / "m.json"), "--config", str(config))
    assert ran.code == 0
    assert kept in ran.err


def test_a_service_is_sized_and_the_list_of_all_of_them_is_written_whole(tmp_path: Path) -> None:
    measured = {"services": {"auth": {"cpu_millicores": steady(400)}}, "pooler": {"memory_mib": steady(200)}}
    found = right_size("prod", write(tmp_path / "m.json", measured), phase="microservices")
    assert found.patch["postgres"] == {"pooler": {"resources": {"memoryRequestMib": 230, "memoryLimitMib": 460}}}
    before = settings("prod", "microservices")
    after = load(merged(raw("prod", "microservices"), found.patch))
    changed = [new.name for old, new in zip(before.services, after.services, strict=True) if old != new]
    assert changed == ["auth"]
    sized = {service.name: service.resources.cpu_request_millicores for service in after.services}
    assert (sized["auth"], sized["web"]) == (460, 250)


def test_a_part_that_the_phase_has_not_is_told_with_those_that_it_has(tmp_path: Path) -> None:
    file = write(tmp_path / "m.json", {"shards": {"cpu_percent": steady(5)}})
    ran = Cli(tmp_path).run("right-size", "prod", "--metrics", str(file), "--phase", "horizontal")
    assert ran.code == 2
    assert "nothing to size called 'shards'" in ran.err
    assert "replicas" in ran.err


@pytest.mark.parametrize("phase", ["optimization", "horizontal", "microservices"])
def test_every_container_that_serves_is_a_part_and_stands_in_a_deployment_of_that_name(phase: str) -> None:
    exporters = {"exporter"}
    planned = {
        (item.inputs["metadata"]["name"], container["name"])
        for item in recorded("prod", phase).of_type("kubernetes:apps/v1:Deployment")
        for container in item.inputs["spec"]["template"]["spec"]["containers"]
        if container["name"] not in exporters
    }
    assert {(part.deployment, part.container) for part in pods_of(settings("prod", phase))} == planned


@pytest.mark.parametrize("phase", ["optimization", "horizontal", "microservices"])
def test_every_server_of_the_plan_is_asked_for_at_cloudwatch(phase: str) -> None:
    recording, stack = recorded("prod", phase), settings("prod", phase)
    planned = {item.inputs["identifier"] for item in recording.of_type("aws:rds/instance:Instance")}
    asked = list(series_of(stack))
    assert {one.server for one in asked if one.namespace == "AWS/RDS"} == planned
    group = recording.one("aws:elasticache/replicationGroup:ReplicationGroup", "redis-group").inputs
    nodes = {one.server for one in asked if one.namespace == "AWS/ElastiCache"}
    assert len(nodes) == group["numNodeGroups"] * (group["replicasPerNodeGroup"] + 1)
    assert all(node.startswith(f"{group['replicationGroupId']}-0") for node in nodes)
    ids = [query["Id"] for query in queries(stack)]
    assert len(set(ids)) == len(ids) <= 500
    assert all(re.fullmatch("[a-z][a-zA-Z0-9_]{0,254}", one) for one in ids)


def answer(path: Path, phase: str, values: Callable[[Series], list[float]], **more: object) -> Path:
    results = [
        {"Id": one.id, "Label": one.metric, "Timestamps": [], "Values": values(one), "StatusCode": "Complete", **more}
        for one in series_of(settings("prod", phase))
    ]
    return write(path, {"MetricDataResults": results, "Messages": []})


def test_the_one_full_shard_decides_for_all_and_not_the_idle_ones(tmp_path: Path) -> None:
    def values(one: Series) -> list[float]:
        if one.metric in {"FreeableMemory", "FreeStorageSpace"}:
            return steady(one.of_bytes / 2)
        return steady(97 if one.server.endswith("shard-2") else 50)

    found = right_size_from_cloudwatch("prod", answer(tmp_path / "a.json", "microservices", values), "microservices")
    assert found.patch == {"postgres": {"shards": {"instanceClass": "db.m7g.xlarge"}}}
    assert found.gaps == ()


def test_an_answer_in_pages_is_read_whole_and_what_lacks_is_named(tmp_path: Path) -> None:
    stack = settings("prod", "horizontal")
    (first, *_) = series_of(stack)
    half = [50.0] * (FEWEST_SAMPLES // 2)
    page = {"Id": first.id, "Values": half, "StatusCode": "PartialData"}
    file = write(tmp_path / "a.json", {"MetricDataResults": [page, page, {"Id": "others", "Values": []}]})
    found = read_answer(file, stack)
    assert found.samples == {first.part: {first.measure: [50.0] * FEWEST_SAMPLES}}
    assert len(found.gaps) == len(list(series_of(stack))) - 1 + 2
    assert any("PartialData" in gap for gap in found.gaps)
    assert found.gaps[-1].startswith("1 results are of no query of this stack, such as 'others'")


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({}, "has no MetricDataResults"),
        ({"MetricDataResults": [{"Id": "a", "Values": ["x"]}]}, "no list of numbers"),
        ({"MetricDataResults": []}, "were its own queries asked?"),
    ],
)
def test_what_is_no_answer_of_cloudwatch_is_refused_in_words(tmp_path: Path, document: object, says: str) -> None:
    file = write(tmp_path / "a.json", document)
    ran = Cli(tmp_path).run("right-size", "prod", "--cloudwatch", str(file))
    assert ran.code == 2
    assert says in " ".join(ran.err.replace("│", " ").split())


def test_the_queries_are_printed_alone_and_one_source_is_wanted(tmp_path: Path) -> None:
    ran = Cli(tmp_path).run("right-size", "prod", "--cloudwatch-queries")
    assert ran.code == 0
    assert json.loads(ran.out) == queries(settings("prod", "horizontal"))
    assert Cli(tmp_path).run("right-size", "prod").code == 2
    both = Cli(tmp_path).run("right-size", "prod", "--cloudwatch-queries", "--metrics", "x")
    assert both.code == 2


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
