"""A region is lost: a stack of another name in the region of the copies, filled from them.

Which backups RDS and AWS Backup restore, and where, is read from their documents: in the region in which the copy lies
(AWS Backup Developer Guide, "Restore S3 data using AWS Backup", read 2026-11-30; Amazon RDS User Guide, "Restoring to a
specified time from a replicated backup", unverified).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.wiring.names import names_of
from ops.answers.restore.bucket import LATEST, filled
from ops.answers.restore.model import AS_LONG, RestoreStep, hourly
from ops.answers.upgrade.steps import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from infra.settings import Settings

STANDBY = "standby"
"""Name of the stack that takes the lost one's place: not the lost one's and a hyphen, whose rights would meet."""
LOSES = "the last minutes of the databases (RDS states no bound for copies), a day of documents at most"
GONE = (
    "the state of the lost stack and the key of its secrets, where the bootstrap is in the same region",
    "passwords: Secrets Manager is regional; each restored server gets another one",
    "what the cache held, which is filled again by use",
    "access logs, and logs and metrics of CloudWatch and Prometheus",
    "images in repositories of the region: build them again from what they were built of",
)
EXAMPLE_ACCOUNT = "123456789012"


def target(settings: Settings) -> str:
    """The region of the copies: that of the databases' backups first.

    Raises:
        ValueError: there is none.
    """
    found = settings.postgres.backup_region or copied_to(settings)
    if found is None:
        raise ValueError("nothing is copied into another region")
    return found


def copied_to(settings: Settings) -> str | None:
    """The region of copied recovery points, where there are some."""
    backups = settings.storage.backups
    return backups.copy_region if backups.enabled else None


def region(settings: Settings, raw: Mapping[str, object]) -> tuple[RestoreStep, ...]:
    """A second stack in the region of the copies, filled there, and then the zone's hosts.

    Args:
        settings: of the lost stack.
        raw: its stack file.
    """
    to, postgres = target(settings), settings.postgres
    servers = ("primary", *(f"shard-{index}" for index in range(postgres.shards.count)))
    vault = f"{names_of(settings).prefix}-backups"
    documents = copied_to(settings)
    steps = [
        RestoreStep(
            title=f"Have a bootstrap in {to}",
            by_hand=(
                f"in another clone: bootstrap/Pulumi.account.yaml with aws:region {to} and the one stack {STANDBY}",
                "there, too, github.existingProvider: true: IAM is of no region, and has the provider",
                "build the image again and push it to the repository of this bootstrap (README, Image)",
            ),
            commands=(
                f"./bbp bootstrap policies {STANDBY} --write",
                "./bbp rehearse account --program bootstrap",
                "pulumi login --local",
                "pulumi stack init account",
                "pulumi up --stack account",
            ),
            takes="an hour (assumed); a second region that nobody has prepared has quotas for nothing, and a request "
            "for more takes AWS hours to days (docs/quotas.md)",
            back="pulumi destroy of it",
        ),
        RestoreStep(
            title=f"Build the platform in {to} as the stack {STANDBY}, under hosts that nobody asks for",
            by_hand=(
                f"copy Pulumi.{settings.stack}.yaml to Pulumi.{STANDBY}.yaml",
                "roles and boundary in it are those of the new bootstrap",
            ),
            commands=(
                f"./bbp check {STANDBY}",
                f"./bbp rehearse {STANDBY}",
                f"./bbp preflight {STANDBY}",
                f"pulumi stack init {STANDBY}",
                f"pulumi up --stack {STANDBY}",
            ),
            edits=tuple(_moved(settings, raw, to)),
            takes="an hour and more: control plane, nodes, databases (docs/time.md)",
            costs="as ./bbp cost says of the stack; its primary alone, without a standby: "
            + hourly(to, postgres.instance_class, postgres.allocated_storage_gib),
            back=f"pulumi destroy --stack {STANDBY}",
        ),
        *(_server(settings, name, to) for name in servers),
        _away(servers[-1]),
    ]
    if documents is not None:
        steps.append(filled(vault, documents))
    return (*steps, _clients(settings))


def _moved(settings: Settings, raw: Mapping[str, object], to: str) -> Iterator[Edit]:
    """What a copy of the stack file cannot keep in another region."""
    yield Edit(path="region", old=settings.region, new=to)
    if settings.postgres.backup_region is not None:
        yield Edit(path="postgres.backupRegion", old=settings.postgres.backup_region, new=None)
    backups = settings.storage.backups
    if backups.copy_region is not None:
        yield Edit(path="storage.backups.copyRegion", old=backups.copy_region, new=None)
    if any(arn.split(":")[3] == settings.region for arn in backups.copy_vault_arns):
        yield Edit(path="storage.backups.copyVaultArns", old=", ".join(backups.copy_vault_arns), new=None)
    network = raw.get("network")
    if isinstance(network, dict) and "availabilityZones" in network:
        zones = ", ".join(settings.network.availability_zones)
        yield Edit(path="network.availabilityZones", old=zones, new=None)
    image = settings.app.image
    if f".{settings.region}." in image:
        yield Edit(path="app.image", old=image, new=image.replace(f".{settings.region}.", f".{to}.", 1))
    if settings.cdn.enabled:
        yield Edit(path="domain", old=settings.domain, new=f"{STANDBY}.{settings.domain}")
        if settings.cdn.manage_rulesets:
            yield Edit(path="cdn.manageRulesets", old=True, new=False)
        hosts = raw.get("cdn")
        if isinstance(hosts, dict) and "hosts" in hosts:
            yield Edit(path="cdn.hosts", old="those of the lost stack", new=None)


def _server(settings: Settings, name: str, to: str) -> RestoreStep:
    """One server out of its copy, and its rows into the server of the same part in the second stack."""
    postgres = settings.postgres
    area = postgres if name == "primary" else postgres.shards
    account = next(iter(settings.aws.allowed_account_ids), EXAMPLE_ACCOUNT)
    lost = f"{names_of(settings).prefix}-{name}"
    host = f"bailbondpro-{STANDBY}-restored"
    if postgres.backup_region is not None:
        key, arn = "backupsArn", f"arn:aws:rds:{to}:{account}:auto-backup:ab-AsTheCommandSays"
        shown = "DBInstanceAutomatedBackups[0].[DBInstanceAutomatedBackupsArn,RestoreWindow.LatestTime]"
        ask = f"aws rds describe-db-instance-automated-backups --region {to} --db-instance-identifier {lost}"
    else:
        key, arn = "snapshot", f"arn:aws:rds:{to}:{account}:snapshot:awsbackup:copyjob-as-the-command-says"
        shown, vault = LATEST, f"{names_of(settings).prefix}-backups"
        ask = f"aws backup list-recovery-points-by-backup-vault --region {to} --backup-vault-name {vault}"
        ask = f"{ask} --by-resource-arn arn:aws:rds:{settings.region}:{account}:db:{lost}"
    password = f"aws rds modify-db-instance --region {to} --db-instance-identifier {host}"
    return RestoreStep(
        title=f"Restore {name} from its copy, and load it",
        by_hand=(
            "pg_dump --format=custom of the restored server, from where servers admit connections",
            f"pg_restore --clean --if-exists into the same server of {STANDBY}; replicas follow by themselves",
        ),
        commands=(
            f"{ask} --query '{shown}'",
            f"pulumi up --stack {STANDBY}",
            f"{password} --master-user-password PASSWORD --apply-immediately",
        ),
        edits=(
            Edit(path="postgres.restored.source", old=None, new=name),
            Edit(path=f"postgres.restored.{key}", old=None, new=arn),
        ),
        takes=f"{AS_LONG}; dump and load come on top",
        costs=hourly(to, area.instance_class, area.allocated_storage_gib),
        back="take postgres.restored away; the copies stay",
    )


def _away(last: str) -> RestoreStep:
    return RestoreStep(
        title="Take the restored server away",
        commands=(f"pulumi up --stack {STANDBY}",),
        edits=(Edit(path="postgres.restored", old=last, new=None),),
        takes="minutes; the preview shows the deletion of a database, which this is",
        back="leave it: it costs what the step before says",
    )


def _clients(settings: Settings) -> RestoreStep:
    """The hosts of the zone, once everything is there."""
    stack = settings.stack
    if not settings.cdn.enabled:
        return RestoreStep(
            title="Let clients in",
            by_hand=("point the name that clients use at the load balancer of the second stack",),
            takes="as long as the old record lives in resolvers (its TTL)",
            no_return="the first write of a client: from here on the second region has what the first never had",
            back="before that: point the name back",
        )
    edits = [Edit(path="domain", old=f"{STANDBY}.{settings.domain}", new=settings.domain)]
    if settings.cdn.manage_rulesets:
        edits.append(Edit(path="cdn.manageRulesets", old=False, new=True))
    return RestoreStep(
        title="Let clients in",
        by_hand=(
            f"delete the zone's records that {stack} made, in Cloudflare: Cloudflare refuses a second of a name",
            f"take Pulumi.{stack}.yaml out of the repository: nobody may deploy the lost stack meanwhile",
            "set cdn.imports to the ids of the zone's rulesets that exist",
        ),
        commands=(f"./bbp check {STANDBY}", f"./bbp rehearse {STANDBY}", f"pulumi up --stack {STANDBY}"),
        edits=tuple(edits),
        takes="minutes; DNS is Cloudflare's proxy, whose addresses do not change",
        no_return="the first write of a client: from here on the second region has what the first never had",
        back="before that: make the records of the first region again",
    )
