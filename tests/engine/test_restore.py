"""A server restored to a moment beside its source, on the real engine: made, left alone by previews, and taken away."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from policies.stateful import losses
from tests.support.engine import Bench, engine
from tests.support.postgres import template
from tests.support.pulumi_commands import PULUMI

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.session import Session

pytestmark = [
    # an update that fails leaves the SDK's program coroutine behind: its clean-up finds no event loop and says so
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
INSTANCE = "aws:rds/instance:Instance"
BUCKET = "aws:s3/bucket:Bucket"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
VAULT, VAULT_LOCK = "aws:backup/vault:Vault", "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
MOMENT = "2026-01-01T10:30:00Z"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


COPIED = "arn:aws:rds:us-east-1:123456789012:auto-backup:ab-1"


def program(
    *, at: str | None = None, restored: bool = True, backup_days: int = 14, copied: str | None = None
) -> Callable[[], None]:
    """A network, a key and a server in it, and beside it what it was at a moment; `at` None for the latest.

    With `copied`, what is restored is a server of a region that is lost, whose backups were copied into this one.
    """

    def run() -> None:
        import pulumi_aws as aws

        from components.postgres.args import PostgresArgs
        from components.postgres.component import Postgres
        from components.postgres.restored import RestoredServer, RestoredServerArgs
        from components.security.keys import DataKey, DataKeyArgs
        from components.security.secrets import Credential, CredentialArgs

        vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
        subnets = [
            aws.ec2.Subnet(
                f"data-{zone}", vpc_id=vpc.id, cidr_block=f"10.0.{n}.0/24", availability_zone=f"us-east-1{zone}"
            )
            for n, zone in enumerate("ab")
        ]
        clients = aws.ec2.SecurityGroup("clients", vpc_id=vpc.id, description="clients")
        key = DataKey("key", DataKeyArgs(alias="acme", deletion_window_days=7, protect=False)).key_arn
        login = CredentialArgs(secret_name="acme/db", username="bbp_admin", key_arn=key)  # noqa: S106 - a name
        settled = template(
            vpc_id=vpc.id,
            subnet_ids=[subnet.id for subnet in subnets],
            client_security_group_ids=(clients.id,),
            key_arn=key,
            backup_retention_days=backup_days,
            availability_zones=("us-east-1a", "us-east-1b"),
        )
        credential = Credential("login", login)
        args = PostgresArgs(identifier="acme", database_name="acme", credential=credential, **settled)
        server = Postgres("postgres", args)
        if restored:
            RestoredServer(
                "restored",
                RestoredServerArgs(
                    identifier="acme-restored",
                    source_identifier=server.primary_identifier if copied is None else None,
                    source_backups_arn=copied,
                    at=at,
                    instance_class="db.m7g.large",
                    subnet_group_name=server.primary.db_subnet_group_name,
                    security_group_ids=[server.security_group_id],
                    parameter_group_name=server.primary.parameter_group_name,
                    key_arn=key,
                ),
            )

    return run


def test_a_moment_and_then_a_copy_of_another_region_are_restored_beside_a_server_without_touching_it(
    bench: Bench,
) -> None:
    bench.up(program(restored=False))
    (before,) = bench.objects(INSTANCE)
    plan = bench.preview(program(at=MOMENT))
    assert [(item.type, item.op) for item in plan.changes() if item.custom] == [(INSTANCE, "create")]
    bench.up(program(at=MOMENT))
    assert bench.preview(program(at=MOMENT)).changes() == []
    servers = {item.id: item for item in bench.objects(INSTANCE)}
    assert servers.keys() == {"acme", "acme-restored"}
    assert servers["acme-restored"].inputs["restoreToPointInTime"] == {
        "restoreTime": MOMENT,
        "sourceDbInstanceIdentifier": "acme",
    }
    assert servers["acme"].inputs == before.inputs
    later = bench.preview(program(at="2026-01-01T10:00:00Z"))
    assert [(loss.op, loss.urn.rsplit("::", 1)[-1]) for loss in losses(later.changes())] == [
        ("replace", "restored-server")
    ]
    bench.up(program(copied=COPIED))
    assert bench.preview(program(copied=COPIED)).changes() == []
    restored = {item.id: item.inputs for item in bench.objects(INSTANCE)}["acme-restored"]
    assert restored["restoreToPointInTime"]["sourceDbInstanceAutomatedBackupsArn"] == COPIED
    elsewhere = COPIED.replace("us-east-1", "us-west-2")
    assert "does not lie in us-east-1" in bench.refusal(program(copied=elsewhere))
    bench.up(program(restored=False))
    assert [item.id for item in bench.objects(INSTANCE)] == ["acme"]


def test_a_server_without_backups_has_no_past_to_restore(bench: Bench) -> None:
    assert "keeps no backups" in bench.refusal(program(backup_days=0))


def kept(*, retention_days: int = 35) -> Callable[[], None]:
    """Documents under a lock of their own, their recovery points in two locked vaults."""

    def run() -> None:
        from components.security.keys import DataKey, DataKeyArgs
        from components.storage.backups import Backups, BackupsArgs
        from components.storage.buckets import UploadsBucket, UploadsBucketArgs
        from components.storage.object_lock import ObjectLock

        near = DataKey("key", DataKeyArgs(alias="acme", deletion_window_days=7, protect=False))
        away = DataKeyArgs(alias="acme-copies", deletion_window_days=7, protect=False, region="us-west-2")
        far = DataKey("copies", away)
        lock = ObjectLock(mode="COMPLIANCE", years=7)
        bucket = UploadsBucket("uploads", UploadsBucketArgs(key_arn=near.key_arn, protect=True, object_lock=lock))
        Backups(
            "backups",
            BackupsArgs(
                vault_name="acme-backups",
                key_arn=near.key_arn,
                resource_arns=(bucket.bucket_arn,),
                retention_days=retention_days,
                cooling_off_days=30,
                copy_region="us-west-2",
                copy_key_arn=far.key_arn,
            ),
        )

    return run


def test_a_lost_bucket_is_made_again_and_backed_up_again_while_its_recovery_points_stay(bench: Bench) -> None:
    bench.up(kept())
    assert bench.preview(kept()).changes() == []
    (before,) = bench.objects(BUCKET)
    vaults = bench.objects(VAULT)
    assert sorted(str(item.inputs.get("region")) for item in vaults) == ["us-east-1", "us-west-2"]

    bench.up(kept(retention_days=60))
    assert bench.preview(kept(retention_days=60)).changes() == []
    assert {item.inputs["minRetentionDays"] for item in bench.objects(VAULT_LOCK)} == {60}

    def lose(session: Session) -> None:
        gone = [item for item in session.cloud.all() if item.token.startswith("aws:s3/")]
        session.cloud.forget(gone)
        session.refresh()
        session.up()

    bench._on(kept(retention_days=60), lose)
    (after,) = bench.objects(BUCKET)
    assert after.id != before.id
    assert bench.objects(VAULT) == vaults
    (selection,) = bench.objects("aws:backup/selection:Selection")
    assert selection.inputs["resources"] == [after.outputs["arn"]]
    assert len(bench.objects(LOCK)) == 1
    assert bench.preview(kept(retention_days=60)).changes() == []


def test_the_engine_has_every_command_and_option_that_a_plan_of_steps_prints() -> None:
    for name, options in PULUMI.items():
        asked = [str(engine().command), *name.split(), "--help"]
        said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        assert [option for option in options if option not in said] == []
