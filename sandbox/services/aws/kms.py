"""AWS KMS: keys, their aliases and policies."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.clock.moments import written
from sandbox.cloud import Ends
from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, flag, given, number, text
from sandbox.model.names import Named, Unique
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Deletion, Effect, Returned, Row, Service, by_name, by_uuid
from sandbox.model.sources import Sources
from sandbox.services.aws.arns import arn
from sandbox.services.aws.pairs.keys import LOCKED_OUT, ROTATED
from sandbox.services.aws.policies import Document, document
from sandbox.services.aws.returned import identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place


KEY = (Target("aws:kms/key:Key", ("id", "arn")), Target("aws:kms/alias:Alias", ("id", "arn")))
KEY_ARN = (Target("aws:kms/key:Key", ("arn",)),)
KEY_USAGES = ("ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE")


def _key(context: Context) -> Iterator[Violation]:
    if given(context.inputs, "rotationPeriodInDays") and flag(context.inputs.get("enableKeyRotation", False)) is False:
        yield Violation("rotationPeriodInDays", "needs enableKeyRotation")


def _alias(context: Context) -> Iterator[Violation]:
    name = text(context.inputs, "name")
    if name.startswith("alias/aws/"):
        yield Violation("name", f"{name!r} is reserved for AWS managed keys (NotAuthorizedException)")


def _outputs(_name: str, _inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    return {"arn": arn("kms", f"key/{identity}", place), "keyId": identity}


KEY_PENDING = "kms-key"
"""Mark of a key that waits for its deletion."""
DELETION_DAYS = 30
"""Days until a key is deleted where none are given (AWS KMS API Reference, ScheduleKeyDeletion)."""


def _scheduled(_: Cloud, item: CloudObject) -> list[Effect]:
    """A deleted key waits: nothing can use it any more, and until the end it can be taken back."""
    given = number(item.inputs.get("deletionWindowInDays"))
    days = DELETION_DAYS if given is None else given
    return [lambda cloud: cloud.mark(KEY_PENDING, item.id, _deleted(cloud, item, days))]


def _deleted(cloud: Cloud, item: CloudObject, days: float) -> Ends:
    return Ends(
        written(cloud.now + timedelta(days=days)),
        item.token,
        item.name,
        "is deleted for good (until then its state is PendingDeletion: it encrypts and decrypts nothing, and can be "
        "taken back): what is encrypted under it can never be read again",
        "AWS KMS API Reference, ScheduleKeyDeletion: 7 to 30 days, 30 where none are given; AWS KMS Developer Guide, "
        "Key states",
    )


_key_on = On("key", source="AWS KMS API Reference, CreateKey, ScheduleKeyDeletion")
_alias_on = On("key-alias", source="AWS KMS API Reference, CreateAlias")
_POLICY = Document("policy", principal=True, longest=32_768, error="MalformedPolicyDocumentException")
_SOON = Sources(
    time="AWS KMS Developer Guide, Eventual consistency: mostly within seconds, at times after minutes; nothing waits "
    "for a window"
)
KMS = Service(
    "kms",
    "AWS KMS API Reference, Errors of CreateAlias, PutKeyPolicy",
    (
        Row(
            token="aws:kms/alias:Alias",
            name=Named(beginning="alias/"),
            id=by_name,
            replaced=Replaced(("name", "namePrefix"), kept=("name", "namePrefix")),
            references=(Reference("targetKeyId", KEY, "NotFoundException"),),
            unique=(Unique(("name",), "AlreadyExistsException"),),
            values=(
                _alias_on.matches("name", r"alias/[a-zA-Z0-9/_-]{1,250}", "alias/ and letters, digits or /_-"),
                _alias_on.custom("reserved", _alias),
            ),
            sources=_SOON,
        ),
        Row(
            token="aws:kms/key:Key",
            name=NONE,
            id=by_uuid,
            outputs=_outputs,
            replaced=Replaced(
                ("customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion"),
                {"customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT"},
                kept=("multiRegion",),
            ),
            references=(),
            unique=(),
            values=(
                _key_on.between("deletionWindowInDays", 7, 30, "days", "ValidationException"),
                _key_on.between("rotationPeriodInDays", 90, 2560, "days", "ValidationException"),
                _key_on.one_of("keyUsage", KEY_USAGES),
                _key_on.longest("description", 8192),
                _key_on.custom("rotation", _key, "SDK documentation"),
                document("policy-key", _POLICY),
                LOCKED_OUT,
                ROTATED,
            ),
            deletion=Deletion(effects=_scheduled),
            sources=Sources(
                references="AWS KMS Developer Guide, Delete an AWS KMS key: nothing that uses a key keeps it",
                outputs="AWS KMS API Reference, KeyMetadata",
                time="AWS KMS API Reference, ScheduleKeyDeletion, PendingWindowInDays: nothing else waits",
            ),
            returned=Returned(values=identity.KEY),
        ),
        Row(
            token="aws:kms/keyPolicy:KeyPolicy",
            name=NONE,
            replaced=Replaced(),
            references=(Reference("keyId", KEY, "NotFoundException"),),
            unique=(),
            values=(document("policy-key-alone", _POLICY), LOCKED_OUT),
            sources=Sources(
                replacement="terraform-provider-aws 6.58.0, internal/service/kms/key_policy.go: it is put anew",
                time=_SOON.time,
            ),
            returned=Returned(values=identity.KEY_POLICY),
        ),
    ),
)
