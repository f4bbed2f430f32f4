"""Who logs in as whom in whole stacks, and in which order users are made, handed out and retired."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from components.postgres.users import LOGIN_SECRETS
from components.postgres.users_job import APP
from plan.tokens import DEPLOYMENT, KUBERNETES_SECRET
from policies.turns import LOGINS
from tests.support.stack import COMBINATIONS, EVERYTHING, recorded, settings

if TYPE_CHECKING:
    from tests.support.recording import Recording

JOB = "kubernetes:batch/v1:Job"
MASTER = "bbp_admin"
STACKS = [*COMBINATIONS, EVERYTHING]


def names(recording: Recording, urns: tuple[str, ...]) -> set[str]:
    by_urn = {item.urn: item.name for item in recording}
    return {by_urn[urn] for urn in urns if urn in by_urn}


@pytest.mark.parametrize("stack", STACKS)
def test_whatever_holds_a_login_is_written_after_the_job_that_makes_the_user(stack: tuple[str, str]) -> None:
    recording = recorded(*stack)
    jobs = {item.name for item in recording.of_type(JOB) if item.name.startswith("database-users-")}
    assert len(jobs) == 1 + settings(*stack).postgres.shards.count
    pooled = settings(*stack).postgres.pooler.enabled
    holder = recording.one(KUBERNETES_SECRET, "pooler-config" if pooled else "app-secrets-database")
    assert jobs <= names(recording, holder.dependencies)
    for secret in LOGIN_SECRETS.values():
        (written,) = (
            item for item in recording.of_type(KUBERNETES_SECRET) if item.inputs["metadata"]["name"] == secret
        )
        assert jobs <= names(recording, written.dependencies)
    if pooled:
        handed_out = recording.one(KUBERNETES_SECRET, "app-secrets-database")
        assert "pooler-deployment" in names(recording, handed_out.dependencies)


def test_users_are_retired_after_everything_that_logs_in_has_rolled() -> None:
    recording = recorded(*EVERYTHING)
    jobs = [item for item in recording.of_type(JOB) if item.name.startswith("retired-users-")]
    assert {item.name for item in jobs} == {f"retired-users-{name}-job" for name in ("primary", "shard-0", "shard-1")}
    log_in = {item.name for item in recording.of_type(DEPLOYMENT)} - {"gateway-deployment"}
    for job in jobs:
        assert log_in <= names(recording, job.dependencies)


@pytest.mark.parametrize("stack", STACKS)
def test_no_pod_of_the_platform_has_the_master_or_a_login_of_another_use(stack: tuple[str, str]) -> None:
    recording = recorded(*stack)
    serving = "".join(json.dumps(item.inputs) for item in recording.of_type(DEPLOYMENT))
    assert "db-secret" in serving
    assert [name for name in (*LOGIN_SECRETS.values(), f"{APP}-") if name in serving] == []
    with_master = {item.name for item in recording.of_type(KUBERNETES_SECRET) if MASTER in json.dumps(item.inputs)}
    scripts = {item.name for item in recording.of_type(KUBERNETES_SECRET) if item.name.endswith("-script")}
    assert with_master == scripts


def test_pods_without_a_pooler_write_as_the_application_and_read_replicas_as_the_reader() -> None:
    data = recorded("prod", "optimization").one(KUBERNETES_SECRET, "app-secrets-database").inputs["stringData"]
    assert {url.split(":")[1] for url in data.values()} == {"//bailbondpro_application_a"}


def test_the_pooler_writes_as_the_application_and_reads_replicas_as_the_reader() -> None:
    text = recorded(*EVERYTHING).one(KUBERNETES_SECRET, "pooler-config").inputs["stringData"]["pgbouncer.ini"]
    logins = {
        line.split(" = ")[0]: line.split("user='")[1].split("'")[0] for line in text.splitlines() if "dbname=" in line
    }
    assert logins == {
        "primary": "bailbondpro_application_b",
        **{f"replica_{number}": "bailbondpro_reader_b" for number in (1, 2, 3)},
        "shard_0": "bailbondpro_application_b",
        "shard_1": "bailbondpro_application_b",
        "shard_2": "bailbondpro_application_a",
        "shard_3": "bailbondpro_application_a",
    }


def test_the_pooler_lets_both_logins_in_while_they_take_turns() -> None:
    recording = recorded(*EVERYTHING)
    users = recording.one(KUBERNETES_SECRET, "pooler-config").inputs["stringData"]["userlist.txt"].splitlines()
    noted = recording.one(KUBERNETES_SECRET, "pooler-config").inputs["metadata"]["annotations"]
    assert noted[LOGINS] == "2,1", "the one that is handed out first, and the one before"
    assert [line.split()[0] for line in users] == ['"bailbondpro_b"', '"bailbondpro"']
    url = recording.one(KUBERNETES_SECRET, "app-secrets-database").inputs["stringData"]["url"]
    assert url.startswith("postgresql://bailbondpro_b:")
