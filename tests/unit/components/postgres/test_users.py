"""The Jobs that make users: what they hold, whom they reach, when they run again, and who has which login."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.postgres.users import CLIENT_APP, LOGIN_SECRETS, DatabaseUsers, RetiredUsers
from components.postgres.users_args import DatabaseUsersArgs, UsersServer
from components.postgres.users_job import APP
from components.postgres.users_sql import UserRole
from plan.tokens import PASSWORD
from tests.support.recording import RecordedResource, Recording, record

JOB = "kubernetes:batch/v1:Job"
SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a type token
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
MASTER = "M" * 40


def server(name: str = "primary", **changes: Any) -> UsersServer:  # noqa: ANN401 - any field
    fields: dict[str, Any] = {
        "name": name,
        "host": f"{name}.internal",
        "database": "bailbondpro",
        "master_username": "bbp_admin",
        "master_password": MASTER,
        **changes,
    }
    return UsersServer(**fields)


def users(*servers: UsersServer) -> Recording:
    args = DatabaseUsersArgs(
        namespace="production",
        image="postgres:17",
        servers=servers or (server(),),
        ca_bundle="an authority",
        database_cidrs=("10.20.0.0/16",),
    )

    def build() -> dict[str, Any]:
        made = DatabaseUsers("users", args)
        RetiredUsers("retired", args)
        return {
            "login": made.login("primary", UserRole.APPLICATION).username,
            "replica": made.url("primary", UserRole.READER, "replica.internal"),
        }

    return record(build)


def pod(job: RecordedResource) -> dict[str, Any]:
    found: dict[str, Any] = job.inputs["spec"]["template"]
    return found


def checksums(recording: Recording) -> dict[str, str]:
    return {job.name: pod(job)["metadata"]["annotations"]["checksum/script"] for job in recording.of_type(JOB)}


def test_no_password_is_in_a_pod_on_a_command_line_or_in_the_statements() -> None:
    recording = users(server(generation=2), server("shard-0"))
    passwords = [item.inputs for item in recording.of_type(PASSWORD)]
    assert len(passwords) == 12
    script = recording.one(SECRET, "users-primary-script")
    assert "stringData" in script.secret_inputs
    assert f"password={MASTER}" in script.inputs["stringData"]["pg_service.conf"]
    for item in recording.of_type(JOB):
        text = json.dumps(item.inputs)
        assert MASTER not in text
        assert "SCRAM" not in text
        assert not item.secret_inputs
    assert MASTER not in script.inputs["stringData"]["users.sql"]


def test_psql_verifies_the_server() -> None:
    files = users().one(SECRET, "users-primary-script").inputs["stringData"]
    assert "sslmode=verify-full\nsslrootcert=/etc/bailbondpro/database-users/ca.crt" in files["pg_service.conf"]
    assert files["ca.crt"] == "an authority"


def test_a_jobs_pod_is_as_hardened_as_every_other_and_ends_before_the_update_gives_up() -> None:
    job = users().one(JOB)
    spec = pod(job)["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
    assert spec["priorityClassName"] == "bailbondpro-batch"
    assert job.inputs["spec"]["activeDeadlineSeconds"] < 600
    assert "pulumi.com/skipAwait" not in json.dumps(job.inputs), "whoever logs in waits for it"
    assert job.delete_before_replace


@pytest.mark.parametrize("app", [APP, CLIENT_APP])
def test_the_pods_reach_the_databases_and_nothing_else(app: str) -> None:
    [policy] = [item for item in users().of_type(POLICY) if item.inputs["metadata"]["name"] == app]
    spec = policy.inputs["spec"]
    assert spec["podSelector"] == {"matchLabels": {"app": app}}
    assert "ingress" not in spec
    assert [[port["port"] for port in rule["ports"]] for rule in spec["egress"]] == [[53, 53], [5432]]
    assert spec["egress"][1]["to"] == [{"ipBlock": {"cidr": "10.20.0.0/16"}}]


def test_a_rotation_runs_the_job_of_its_own_server_again_and_no_other() -> None:
    before = checksums(users(server(), server("shard-0")))
    after = checksums(users(server(), server("shard-0", generation=2)))
    assert before.items() - after.items() == {("users-shard-0-job", before["users-shard-0-job"])}
    assert after.keys() - before.keys() == {"retired-shard-0-job"}


def test_another_master_password_runs_the_job_again() -> None:
    assert checksums(users()) != checksums(users(server(master_password="N" * 40)))


def test_retiring_runs_the_second_job_and_takes_the_user_out_of_the_first() -> None:
    first, second = users(server(generation=2)), users(server(generation=2, retired_before=2))
    changed = {name for name, text in checksums(first).items() if checksums(second)[name] != text}
    assert changed == {"users-primary-job", "retired-primary-job"}
    script = second.one(SECRET, "users-primary-script").inputs["stringData"]
    assert "bailbondpro_application_a" not in script["users.sql"]
    assert "bailbondpro_application_a" in script["retirement.sql"]


def test_every_login_has_a_secret_of_its_own_with_each_server() -> None:
    recording = users(server(generation=2), server("shard-0"))
    for role, name in LOGIN_SECRETS.items():
        secret = recording.one(SECRET, f"users-{role}")
        assert secret.inputs["metadata"]["name"] == name
        urls = secret.inputs["stringData"]
        assert urls.keys() == {"url", "shard-0-url"}
        assert urls["url"].startswith(f"postgresql://bailbondpro_{role}_b:")
        assert urls["shard-0-url"].startswith(f"postgresql://bailbondpro_{role}_a:")
        assert "sslmode=verify-full" in urls["url"]
    assert recording.result["login"] == "bailbondpro_application_b"
    assert "@replica.internal:5432/bailbondpro?" in recording.result["replica"]


def test_two_servers_of_one_name_or_none_are_refused() -> None:
    for servers in ((), (server(), server())):
        with pytest.raises(ValueError, match="database users"):
            DatabaseUsersArgs(
                namespace="n", image="i", servers=servers, ca_bundle="c", database_cidrs=("10.20.0.0/16",)
            )
