"""Settings of databases, caches and nodes that encrypt, log or look after them, and the doors by which data goes.

Sources are the documentation of the services; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.types.weaker.model import TRUE, Weaker, becomes, changes, keeps_all, no_less, number, ranked, stays, written
from plan.types.weaker.ways import named, no_more

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.types.weaker.model import Loses

_PARAMETERS = "Amazon RDS User Guide, Working with parameters on your RDS for PostgreSQL DB instance"
_ASKED: tuple[tuple[str, tuple[str, ...], str, str, Loses], ...] = (
    (
        "ssl_min_protocol_version",
        ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
        "TLSv1.2",
        "older versions of TLS are refused",
        "defence",
    ),
    (
        "password_encryption",
        ("md5", "scram-sha-256"),
        "scram-sha-256",
        "a password that is read in the catalogue opens nothing",
        "defence",
    ),
    (
        "synchronous_commit",
        ("off", "local", "remote_write", "on", "remote_apply"),
        "on",
        "what was committed outlives a crash",
        "copies",
    ),
)
"""Parameters of PostgreSQL: their values from the weakest on, what holds where nothing is said, and what is lost."""
_EVERY_YEAR = 365
"""Days after which KMS rotates a key where nothing is said (AWS KMS Developer Guide, Rotate AWS KMS keys)."""


def _of_the_service(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether the parameters of the program's own are given up for those of the service."""
    return not str(old or "default").startswith("default") and str(new or "default").startswith("default")


def _sooner_expired(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether images are deleted sooner, or fewer of them are kept."""
    before, after = dict(_expired(old)), dict(_expired(new))
    return any(count < before.get(key, float("inf")) for key, count in after.items())


def _expired(policy: object) -> Iterator[tuple[str, float]]:
    for rule in policy.get("rules") or () if isinstance(policy, dict) else ():
        chosen = rule.get("selection") if isinstance(rule, dict) else None
        count = number(chosen.get("countNumber")) if isinstance(chosen, dict) else None
        if count is not None and isinstance(chosen, dict):
            yield written({name: value for name, value in chosen.items() if name != "countNumber"}), count


LOGS_WEAKER: tuple[Weaker, ...] = (
    # Parameters of databases
    *(
        Weaker(
            token=tokens.PARAMETER_GROUP,
            path=("parameters",),
            than=named(name, "name", "value", ranked(*steps, absent=absent)),
            says=says,
            loses=loses,
            source=_PARAMETERS,
        )
        for name, steps, absent, says, loses in _ASKED
    ),
    *(
        Weaker(
            token=tokens.DATABASE,
            path=(name,),
            than=than,
            by_presence=by_presence,
            says=says,
            loses="defence",
            source="Amazon RDS API Reference, ModifyDBInstance",
        )
        for name, than, by_presence, says in (
            ("parameterGroupName", _of_the_service, True, "its parameters are those of the program"),
            ("iamDatabaseAuthenticationEnabled", stays(*TRUE), False, "roles name themselves without a password"),
            ("enabledCloudwatchLogsExports", keeps_all, False, "what happens in it is logged"),
            ("monitoringInterval", no_less, False, "its host is measured"),
            ("performanceInsightsEnabled", stays(*TRUE), False, "somebody sees which statements wait"),
            ("performanceInsightsRetentionPeriod", no_less, False, "somebody sees which statements waited"),
        )
    ),
    *(
        Weaker(
            token=tokens.CACHE,
            path=(name,),
            than=than,
            by_presence=by_presence,
            says=says,
            loses="defence",
            source="Amazon ElastiCache API Reference, ModifyReplicationGroup",
        )
        for name, than, by_presence, says in (
            ("parameterGroupName", _of_the_service, True, "its parameters are those of the program"),
            ("logDeliveryConfigurations", keeps_all, False, "what happens in it is logged"),
        )
    ),
    Weaker(
        token=tokens.LOAD_BALANCER,
        path=("accessLogs", "enabled"),
        than=stays(*TRUE),
        says="its connections are logged",
        loses="defence",
        source="Elastic Load Balancing, Access logs for your Network Load Balancer",
    ),
    *(
        Weaker(
            token="aws:s3/bucketLogging:BucketLogging",
            path=(name,),
            than=changes,
            says="who read or wrote its objects is logged",
            loses="defence",
            source="Amazon S3 User Guide, Logging requests with server access logging",
        )
        for name in ("bucket", "targetBucket")
    ),
    Weaker(
        token="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        path=("rule", "objectOwnership"),
        than=ranked("ObjectWriter", "BucketOwnerPreferred", "BucketOwnerEnforced"),
        says="no object belongs to another account",
        loses="defence",
        source="Amazon S3 User Guide, Controlling ownership of objects and disabling ACLs for your bucket",
    ),
    Weaker(
        token=tokens.LAUNCH_TEMPLATE,
        path=("metadataOptions", "httpPutResponseHopLimit"),
        than=no_more(absent=1),
        says="a session token does not leave the node",
        loses="defence",
        source="Amazon EC2 User Guide, Configure the instance metadata options",
    ),
    # Doors by which data goes
    Weaker(
        token="aws:ecr/lifecyclePolicy:LifecyclePolicy",
        path=("policy",),
        than=_sooner_expired,
        says="the images of releases to go back to are kept",
        loses="copies",
        source="Amazon ECR User Guide, Automate the cleanup of images by using lifecycle policies",
    ),
    Weaker(
        token=tokens.KEY,
        path=("bypassPolicyLockoutSafetyCheck",),
        than=becomes(*TRUE),
        says="no policy locks out who manages the key",
        loses="copies",
        source="AWS KMS API Reference, PutKeyPolicy",
    ),
    Weaker(
        token=tokens.KEY,
        path=("rotationPeriodInDays",),
        than=no_more(absent=_EVERY_YEAR),
        says="the key is made anew every year",
        loses="defence",
        source="AWS KMS Developer Guide, Rotate AWS KMS keys",
    ),
)
