"""AWS Backup: vaults, their locks, plans, and what a plan backs up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.checks import On
from sandbox.model.names import Named, Unique
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Row, Service, by_name
from sandbox.model.sources import Sources
from sandbox.services.aws.arns import arn
from sandbox.services.aws.kms import KEY

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place

VAULT = (Target("aws:backup/vault:Vault", ("id", "name")),)
_VAULT_ARN = (Target("aws:backup/vault:Vault", ("arn",)),)
PLAN = (Target("aws:backup/plan:Plan"),)
ROLE = (Target("aws:iam/role:Role", ("arn",)),)
_NAME = r"[A-Za-z0-9_-]{2,50}"


def _vault(name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    return {"arn": arn("backup", f"backup-vault:{inputs.get('name') or name}", place), "recoveryPoints": 0}


def _plan(_: str, __: Inputs, identity: str, place: Place) -> dict[str, Any]:
    return {"arn": arn("backup", f"backup-plan:{identity}", place)}


_SCHEMA = "terraform-provider-aws 6.58.0, internal/service/backup: ForceNew of the resource's schema"
_on_vault = On("backup-vault", source="AWS Backup API Reference, CreateBackupVault")
_on_lock = On("backup-lock", source="AWS Backup API Reference, PutBackupVaultLockConfiguration")
_on_plan = On("backup-plan", source="AWS Backup API Reference, BackupRuleInput")
BACKUP = Service(
    "backup",
    "AWS Backup API Reference, Errors of CreateBackupPlan, CreateBackupSelection, CreateBackupVault",
    (
        Row(
            token=VAULT[0].token,
            name=Named(),
            id=by_name,
            outputs=_vault,
            replaced=Replaced(("kmsKeyArn", "name"), kept=("kmsKeyArn",)),
            references=(Reference("kmsKeyArn", KEY, "InvalidParameterValueException: the key does not exist"),),
            unique=(Unique(("name",), "AlreadyExistsException: Backup vault with the same name already exists"),),
            values=(_on_vault.matches("name", _NAME, "2 to 50 letters, digits, - or _"),),
            sources=Sources(replacement=_SCHEMA),
        ),
        Row(
            token="aws:backup/vaultLockConfiguration:VaultLockConfiguration",
            name=NONE,
            replaced=Replaced(("backupVaultName", "changeableForDays", "maxRetentionDays", "minRetentionDays")),
            references=(Reference("backupVaultName", VAULT, "ResourceNotFoundException"),),
            unique=(Unique(("backupVaultName",), "a vault has one lock"),),
            values=(
                _on_lock.between("changeableForDays", 3, 36_500),
                _on_lock.between("minRetentionDays", 1, 36_500),
                _on_lock.between("maxRetentionDays", 1, 36_500),
            ),
            sources=Sources(
                replacement=_SCHEMA,
                doubts={"time": "a lock without a way back is never put on; here it stays as it is"},
            ),
        ),
        Row(
            token=PLAN[0].token,
            name=Named(),
            outputs=_plan,
            replaced=Replaced(("name",)),
            references=(
                Reference("rules[*].targetVaultName", VAULT, "ResourceNotFoundException"),
                Reference("rules[*].copyActions[*].destinationVaultArn", _VAULT_ARN, "ResourceNotFoundException"),
            ),
            unique=(),
            values=(
                _on_plan.between("rules[*].lifecycle.deleteAfter", 1, 36_500),
                _on_plan.matches("rules[*].schedule", r"(cron|rate)\(.+\)", "cron(...) or rate(...)"),
            ),
            sources=Sources(replacement=_SCHEMA),
        ),
        Row(
            token="aws:backup/selection:Selection",
            name=Named(),
            replaced=Replaced(
                ("conditions", "iamRoleArn", "name", "notResources", "planId", "resources", "selectionTags"),
                kept=("conditions", "notResources"),
            ),
            references=(
                Reference("planId", PLAN, "ResourceNotFoundException"),
                Reference("iamRoleArn", ROLE, "InvalidParameterValueException: the role does not exist"),
            ),
            unique=(),
            values=(),
            sources=Sources(replacement=_SCHEMA),
        ),
    ),
    sources=Sources(time="AWS Backup Developer Guide: jobs start in their window; no operation restarts anything"),
)
