"""The jobs that fill the cache: what they call, when, within which limits, and what makes a new job."""

from __future__ import annotations

from typing import Any

import pytest

from components.app.cache_warm_up import WARM_UP_RESOURCES, CacheWarmUp, CacheWarmUpArgs, warm_up_command
from components.kubernetes.batch import BatchPod
from components.kubernetes.pods import Resources
from components.kubernetes.quantities import mebibytes, millicores
from infra.limits.room import WARM_UP
from tests.support.recording import RecordedResource, Recording, record

JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def warm_up(**changes: Any) -> Recording:  # noqa: ANN401 - any field of the args
    fields: dict[str, Any] = {
        "namespace": "production",
        "image": "nginx:1",
        "host": "bailbondpro-headless.production.svc.cluster.local",
        "port": 4000,
        "paths": ("/internal/cache/active_clients", "/internal/cache/bond_types"),
        "target_app": "bailbondpro",
        "release": "registry.example.com/bailbondpro:1",
        **changes,
    }
    return record(lambda: CacheWarmUp("cache-warm-up", CacheWarmUpArgs(**fields)))


def job_specs(recording: Recording) -> list[dict[str, Any]]:
    return [
        recording.one(JOB).inputs["spec"],
        recording.one(CRON_JOB).inputs["spec"]["jobTemplate"]["spec"],
    ]


def test_both_jobs_ask_the_applications_api_port_for_every_warm_set() -> None:
    host = "http://bailbondpro-headless.production.svc.cluster.local:4000"
    for spec in job_specs(warm_up()):
        command = spec["template"]["spec"]["containers"][0]["command"]
        assert command[4:] == [f"{host}/internal/cache/active_clients", f"{host}/internal/cache/bond_types"]


def test_a_run_ends_before_the_next_one_starts() -> None:
    recording = warm_up(interval_minutes=5)
    cron = recording.one(CRON_JOB).inputs["spec"]
    assert cron["schedule"] == "*/5 * * * *"
    assert cron["concurrencyPolicy"] == "Forbid"
    for spec in job_specs(recording):
        assert spec["activeDeadlineSeconds"] < 5 * 60
        assert spec["backoffLimit"] == 2
        assert spec["template"]["spec"]["restartPolicy"] == "Never"


def test_an_hourly_run_starts_on_the_hour() -> None:
    assert warm_up(interval_minutes=60).one(CRON_JOB).inputs["spec"]["schedule"] == "0 * * * *"


@pytest.mark.parametrize("minutes", [0, 7, 45, 90])
def test_an_interval_that_does_not_divide_the_hour_is_refused(minutes: int) -> None:
    with pytest.raises(ValueError, match="divisor of 60"):
        warm_up(interval_minutes=minutes)


def test_nothing_to_warm_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one path"):
        warm_up(paths=())


def release_job(**changes: Any) -> RecordedResource:  # noqa: ANN401 - any field of the args
    return warm_up(**changes).one(JOB)


def test_a_new_release_or_other_warm_sets_make_a_new_job_and_nothing_else_does() -> None:
    template = release_job().inputs["spec"]["template"]
    assert release_job(release="registry.example.com/bailbondpro:2").inputs["spec"]["template"] != template
    assert release_job(paths=("/internal/cache/bond_types",)).inputs["spec"]["template"] != template
    assert release_job().inputs["spec"]["template"] == template


def test_the_scheduled_job_does_not_change_with_the_release() -> None:
    old, new = warm_up(), warm_up(release="registry.example.com/bailbondpro:2")
    assert old.one(CRON_JOB).inputs == new.one(CRON_JOB).inputs


def test_an_update_never_waits_for_a_warm_cache() -> None:
    assert release_job().inputs["metadata"]["annotations"] == {"pulumi.com/skipAwait": "true"}


def test_the_pods_meet_the_restricted_pod_security_standard() -> None:
    for spec in job_specs(warm_up()):
        pod = spec["template"]["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        context = pod["containers"][0]["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}


def test_the_pods_reach_the_application_and_name_resolution_only() -> None:
    policy = warm_up().one(POLICY).inputs["spec"]
    assert "ingress" not in policy
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    ports = [{port["port"] for port in rule["ports"]} for rule in policy["egress"]]
    assert ports == [{53}, {4000}]
    assert policy["egress"][1]["to"] == [{"podSelector": {"matchLabels": {"app": "bailbondpro"}}}]


def test_the_node_pools_count_both_pods() -> None:
    requests = (millicores(WARM_UP_RESOURCES.cpu_request), mebibytes(WARM_UP_RESOURCES.memory_request))
    assert requests == WARM_UP


def test_a_pod_that_runs_once_needs_a_command() -> None:
    with pytest.raises(ValueError, match="needs a command"):
        BatchPod(app="a", component="c", image="i", command=(), resources=Resources(), service_account="s")


def test_the_command_takes_addresses_as_arguments_and_never_as_script() -> None:
    assert "$(reboot)" not in warm_up_command(("http://app/$(reboot)",))[2]
