"""AWS Secrets Manager: secrets, their values and policies."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.clock.moments import read, spoken, written
from sandbox.cloud import Ends
from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import On, number
from sandbox.model.names import Named, Unique
from sandbox.model.outputs import Inputs, short_hash, uuid
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Alike, Deletion, Effect, Returned, Row, Service, by_arn
from sandbox.model.sources import Sources
from sandbox.services.aws.arns import arn
from sandbox.services.aws.kms import KEY
from sandbox.services.aws.pairs.buckets import PUBLIC_SECRET
from sandbox.services.aws.pairs.notices import ROTATION
from sandbox.services.aws.policies import Document, document
from sandbox.services.aws.returned import identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.place import Place

SECRET = (Target("aws:secretsmanager/secret:Secret", ("id", "arn", "name")),)
SECRET_LENGTH = 65_536
RECOVERY_DAYS = 30
"""Days that a deleted secret can be restored where none are given (AWS Secrets Manager API Reference, DeleteSecret)."""


def _recovery(context: Context) -> Iterator[Violation]:
    days = number(context.inputs.get("recoveryWindowInDays"))
    if days and not 7 <= days <= 30:  # noqa: PLR2004 - the documented range
        yield Violation(
            "recoveryWindowInDays", f"{days:g} is neither 0 nor within 7..30 days (InvalidParameterException)"
        )


def _secret_value(context: Context) -> Iterator[Violation]:
    for name in ("secretString", "secretStringWo"):
        value = context.inputs.get(name)
        if isinstance(value, str) and len(value.encode()) > SECRET_LENGTH:
            yield Violation(
                name, f"{len(value.encode())} bytes, at most {SECRET_LENGTH} are allowed (ValidationException)"
            )


SECRET_RESERVED = "secret-name"
"""Mark of a secret's name while the deleted secret can still be restored."""


def _reserved(context: Context) -> Iterator[Violation]:
    name = context.inputs.get("name")
    if context.id or context.cloud is None or not isinstance(name, str):
        return
    if context.cloud.marked(SECRET_RESERVED, name):
        ends = context.cloud.end_of(SECRET_RESERVED, name)
        until = spoken(read(ends.at)) if ends is not None else "then"
        yield Violation(
            "name",
            f"{name!r} belonged to a secret that is scheduled for deletion and keeps its name until {until}; restore "
            "it, wait, or set recoveryWindowInDays to 0 before it is deleted (InvalidRequestException: You can't "
            "create this secret because a secret with this name is already scheduled for deletion)",
        )


def _kept_name(_: Cloud, item: CloudObject) -> list[Effect]:
    """A secret's name stays until its recovery window ends (AWS Secrets Manager User Guide, Delete a secret)."""
    if item.inputs.get("recoveryWindowInDays") == 0:
        return []
    given = number(item.inputs.get("recoveryWindowInDays"))
    days = RECOVERY_DAYS if given is None else given
    name = str(item.inputs.get("name"))
    return [lambda cloud: cloud.mark(SECRET_RESERVED, name, _reserved_until(cloud, item, days))]


def _reserved_until(cloud: Cloud, item: CloudObject, days: float) -> Ends:
    return Ends(
        written(cloud.now + timedelta(days=days)),
        item.token,
        item.name,
        "is deleted for good: it can be restored no more, and its name is free again",
        "AWS Secrets Manager API Reference, DeleteSecret: 7 to 30 days, 30 where none are given",
    )


def _outputs(name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    named = str(inputs.get("name") or name)
    return {"arn": arn("secretsmanager", f"secret:{named}-{short_hash(named, length=6)}", place)}


def _version_outputs(name: str, inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    return {
        "arn": str(inputs.get("secretId", "")),
        "versionId": uuid(name, str(inputs.get("secretId", ""))),
        "versionStages": inputs.get("versionStages") or ["AWSCURRENT"],
    }


_secret_on = On("secret", source="AWS Secrets Manager API Reference, CreateSecret")
_version_on = On("secret-version", source="AWS Secrets Manager API, PutSecretValue")
_POLICY = document("policy-secret", Document("policy", principal=True, error="MalformedPolicyDocumentException"))
SECRETSMANAGER = Service(
    "secretsmanager",
    "AWS Secrets Manager API Reference, Errors of CreateSecret, PutSecretValue",
    (
        Row(
            token="aws:secretsmanager/secret:Secret",
            name=Named(),
            id=by_arn,
            outputs=_outputs,
            replaced=Replaced(("name", "namePrefix"), kept=("name", "namePrefix")),
            references=(Reference("kmsKeyId", KEY, "EncryptionFailure (checked at the first value)"),),
            unique=(
                Unique(("name",), "ResourceExistsException: The operation failed because the secret already exists"),
            ),
            values=(
                _secret_on.matches("name", r"[a-zA-Z0-9/_+=.@-]{1,512}", "1 to 512 letters, digits or /_+=.@-"),
                _secret_on.custom("recovery", _recovery, "AWS Secrets Manager API Reference, DeleteSecret"),
                _POLICY,
            ),
            state=(
                Rule(
                    "secret-name-reserved",
                    "AWS Secrets Manager User Guide, Delete a secret; API Reference, CreateSecret",
                    (),
                    _reserved,
                ),
            ),
            deletion=Deletion(effects=_kept_name),
            sources=Sources(
                outputs="AWS Secrets Manager API Reference, CreateSecret: six random characters end the ARN",
                time="AWS Secrets Manager API Reference, DeleteSecret, RecoveryWindowInDays: nothing else waits",
            ),
            returned=Returned(values=identity.SECRET),
        ),
        Row(
            token="aws:secretsmanager/secretPolicy:SecretPolicy",
            name=NONE,
            replaced=Replaced(("secretArn",)),
            references=(),
            unique=(),
            values=(_POLICY, PUBLIC_SECRET),
            returned=Returned(values=identity.SECRET_POLICY),
        ),
        Row(
            token="aws:secretsmanager/secretVersion:SecretVersion",
            name=NONE,
            outputs=_version_outputs,
            replaced=Replaced(("secretBinary", "secretId", "secretString")),
            references=(),
            unique=(),
            values=(
                _version_on.exclusive(
                    "secretString", "secretBinary", "secretStringWo", source="terraform-provider-aws 5.5.0 schema"
                ),
                _version_on.custom("size", _secret_value),
            ),
            sources=Sources(time="AWS Secrets Manager API Reference, PutSecretValue: at once, no window"),
            returned=Returned(values=identity.SECRET_VERSION),
        ),
    ),
    (
        Alike("aws:secretsmanager/secretRotation:*", state=(ROTATION,)),
        Alike(
            "aws:secretsmanager/secret[A-Z]*:*",
            references=(Reference("secretId", SECRET, "ResourceNotFoundException: can't find the secret"),),
        ),
    ),
)
