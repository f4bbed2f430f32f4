"""The bucket of documents is lost: a bucket under another name, filled from the last recovery point.

What a restore of S3 does is read from AWS Backup Developer Guide, "Restore S3 data using AWS Backup" (read 2026-11-30);
the names of its metadata are unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.backups import RESTORE_USD_PER_GB
from infra.wiring.names import names_of
from ops.answers.restore.model import AS_LONG, RestoreStep

if TYPE_CHECKING:
    from infra.settings import Settings

LOSES = "what was uploaded since the last recovery point, a day at most"
GONE = (
    "versions of documents but the latest: AWS Backup keeps all and restores the latest",
    "access logs, which are in no recovery point",
    "days of Object Lock that had passed: they begin anew with the restored version",
)
GB = f"{RESTORE_USD_PER_GB} USD for each GB restored, and the requests (AWS Backup pricing; unverified)"
LATEST = "sort_by(RecoveryPoints,&CreationDate)[-1].RecoveryPointArn"
POLICY = "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore"


def filled(vault: str, region: str) -> RestoreStep:
    """Documents out of a vault, into a bucket that is there.

    Args:
        vault: its name.
        region: where it is, and the bucket: AWS Backup restores where the recovery point lies.
    """
    metadata = '\'{"DestinationBucketName":"BUCKET","NewBucket":"false","Encrypted":"true"}\''
    listed = f"aws backup list-recovery-points-by-backup-vault --region {region} --backup-vault-name {vault}"
    start = f"aws backup start-restore-job --region {region} --resource-type S3 --recovery-point-arn ARN"
    return RestoreStep(
        title="Fill it from the last recovery point",
        commands=(
            f"{listed} --by-resource-type S3 --query '{LATEST}'",
            f"aws iam attach-role-policy --role-name ROLE_OF_THE_BACKUPS --policy-arn {POLICY}",
            f"{start} --iam-role-arn ARN_OF_THE_ROLE --metadata {metadata}",
            f"aws backup describe-restore-job --region {region} --restore-job-id ID --query Status",
            f"aws iam detach-role-policy --role-name ROLE_OF_THE_BACKUPS --policy-arn {POLICY}",
        ),
        takes=AS_LONG,
        costs=GB,
        back="none is needed: a document of the same key that is there already is left as it is",
    )


def bucket(settings: Settings) -> tuple[RestoreStep, ...]:
    """A bucket of the same stack under another name, filled from the last recovery point.

    Args:
        settings: of the stack.
    """
    stack = settings.stack
    return (
        RestoreStep(
            title="See whether it is lost at all",
            by_hand=("only documents? delete their delete markers by version id, and that is it",),
            commands=(
                "aws s3api list-object-versions --bucket BUCKET --query 'DeleteMarkers[?IsLatest].[Key,VersionId]'",
                "aws s3api delete-object --bucket BUCKET --key KEY --version-id VERSION_OF_THE_MARKER",
            ),
            takes="minutes for each thousand documents (assumed)",
            back="delete the documents again",
        ),
        RestoreStep(
            title="Let the stack make the bucket again",
            by_hand=("read in the preview that nothing but the bucket and what belongs to it is gone",),
            commands=(
                f"pulumi refresh --stack {stack}",
                f"pulumi preview --diff --stack {stack}",
                f"pulumi up --stack {stack}",
            ),
            takes="minutes; pods get the new name with their rollout (docs/time.md)",
            no_return="the refresh: from here on the stack knows nothing of the old bucket; its recovery points stay",
            back="before that: leave the state as it is",
        ),
        filled(f"{names_of(settings).prefix}-backups", settings.region),
    )
