"""Rules over what keeps data: protection, backups, encryption, retention, transport."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.tokens import CACHE, LISTENER, LOG_GROUP, PARAMETER_GROUP
from plan.types import TYPES
from plan.unknown import is_unknown
from policies.encryption import in_the_clear, keeps
from policies.protection import guards, off, wanted
from policies.reboots import parameters_of
from policies.rules.model import Rule, Violation
from policies.windows import meetings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan, PlannedResource

BACKUPS = frozenset(
    (
        *("backupRetentionPeriod", "snapshotRetentionLimit", "deleteAutomatedBackups"),
        *("skipFinalSnapshot", "finalSnapshotIdentifier"),
    )
)
"""Guards that keep a copy; the others keep the thing itself."""
SWITCHES = ("encrypted", "Encrypted", "EncryptionEnabled")
"""How properties end that are true or false: one of an unknown value may be either."""


def _unprotected(plan: Plan, production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in wanted(plan) if production else ():
        if not item.protect:
            yield Violation(urn=item.urn, says="Pulumi may delete it (protect is off)")


def _guards(plan: Plan, *, backups: bool) -> Iterator[Violation]:
    for item in wanted(plan):
        for guard in guards(item):
            if (guard.property in BACKUPS) == backups and not guard.decided(item.inputs.get(guard.property)):
                yield Violation(urn=item.urn, says=f"{guard.property} is known only after an update", known=False)
    for item, guard in off(plan):
        if (guard.property in BACKUPS) == backups and guard.decided(item.inputs.get(guard.property)):
            yield Violation(urn=item.urn, says=f"its service does not protect it (wanted: {guard.wanted})")


def _deletable(plan: Plan, production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    return _guards(plan, backups=False) if production else iter(())


def _without_copies(plan: Plan, production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    return _guards(plan, backups=True) if production else iter(())


def _readable(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item, missing in in_the_clear(plan):
        yield Violation(urn=item.urn, says=f"what it keeps is not encrypted ({missing})")
    for item in filter(keeps, plan):
        for path in TYPES[item.type].at_rest.properties:
            if path.endswith(SWITCHES) and is_unknown(item.inputs.get(path)):
                yield Violation(urn=item.urn, says=f"{path} is known only after an update", known=False)


def _kept_for_ever(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan.of_type(LOG_GROUP):
        if not item.inputs.get("retentionInDays"):
            yield Violation(urn=item.urn, says="its logs are kept for ever (no retentionInDays)")


def _plain_transport(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan.of_type(CACHE):
        on, mode = item.inputs.get("transitEncryptionEnabled"), item.inputs.get("transitEncryptionMode")
        if is_unknown(on):
            yield Violation(urn=item.urn, says="transitEncryptionEnabled is known only after an update", known=False)
        elif on is not True or mode == "preferred":
            yield Violation(urn=item.urn, says="clients may talk to it without TLS")
    for item in plan.of_type(PARAMETER_GROUP):
        forced = parameters_of(item.inputs).get("rds.force_ssl")
        if forced is not None and forced.value == "0":
            yield Violation(urn=item.urn, says="its servers take connections without TLS (rds.force_ssl: 0)")
    yield from (
        Violation(urn=item.urn, says=f"it answers {item.inputs.get('protocol')} and does not redirect")
        for item in plan.of_type(LISTENER)
        if item.inputs.get("protocol") == "HTTP" and not _redirects(item)
    )


def _redirects(item: PlannedResource) -> bool:
    actions = item.inputs.get("defaultActions") or [{}]
    return all(isinstance(action, dict) and action.get("type") == "redirect" for action in actions)


def _together(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    return (Violation(urn=urn, says=says) for urn, says in meetings_of(plan))


AWS_RDS = "Amazon RDS User Guide, Deleting a DB instance; ElastiCache, S3 and EKS likewise"

DATA_RULES: tuple[Rule, ...] = (
    Rule(
        id="pulumi-protect",
        title="What holds data is protected by Pulumi",
        severity="high",
        reason="one wrong name in the program deletes it",
        fix="bailbondpro:protect: true, or protect in the resource's options",
        source="Pulumi documentation, resource option protect",
        judge=_unprotected,
    ),
    Rule(
        id="deletion-protection",
        title="What holds data is protected by its own service",
        severity="high",
        reason="Pulumi's protection ends in the console",
        fix="switch the service's own protection on",
        source=AWS_RDS,
        judge=_deletable,
    ),
    Rule(
        id="backups",
        title="What holds data is backed up, and leaves a snapshot when it goes",
        severity="critical",
        reason="what is lost without a copy is lost for good",
        fix="keep backups for a day at least, and a final snapshot",
        source=AWS_RDS,
        judge=_without_copies,
    ),
    Rule(
        id="encryption-at-rest",
        title="What keeps data is encrypted at rest",
        severity="critical",
        reason="a copied disk or snapshot can be read by whoever has it",
        fix="name the key that encrypts it; most services decide it at creation",
        source="rows of plan/types; AWS Foundational Security Best Practices",
        judge=_readable,
    ),
    Rule(
        id="tls",
        title="What keeps data is reached through TLS",
        severity="high",
        reason="logins and rows can be read on the way",
        fix="switch encryption in transit on, and let nothing else in",
        source="AWS Foundational Security Best Practices, ElastiCache.5, ELB.1; PostgreSQL parameter rds.force_ssl",
        judge=_plain_transport,
        alone=True,
    ),
    Rule(
        id="log-retention",
        title="Logs are kept for a time that somebody chose",
        severity="medium",
        reason="logs for ever cost more each month, and personal data in them never goes",
        fix="set retentionInDays",
        source="Amazon CloudWatch Logs User Guide, log retention",
        judge=_kept_for_ever,
        alone=True,
    ),
    Rule(
        id="restarts-apart",
        title="No two servers whose data is needed at once are patched at once",
        severity="medium",
        reason="two parts of the data are away together",
        fix="move one of the windows",
        source="policies/windows.py",
        judge=_together,
    ),
)
