"""Generated credentials: a random password, its home in AWS Secrets Manager, and the connection details stored there.

The password is made by Pulumi rather than by RDS: an instance whose master password RDS manages cannot have read
replicas (RDS User Guide, "Password management with RDS and Secrets Manager", limitations).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from bailbondpro.facts.rds import RESERVED_USERNAMES, USERNAME

from ..validation import require, within

_SECRET_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
_ARN_LIKE_SUFFIX = re.compile(r".*-[A-Za-z0-9]{6}")
_FINGERPRINT_BITS = 31


@dataclass(frozen=True, kw_only=True)
class CredentialArgs:
    """What a generated credential needs.

    Attributes:
        secret_name: physical name of the Secrets Manager secret, 1 to 512 characters. It must not end with a hyphen
            and six characters: Secrets Manager appends such a suffix to ARNs and could then confuse the two
            (Secrets Manager API, CreateSecret).
        username: who logs in, 1 to 16 characters for RDS PostgreSQL, or None where a token alone authenticates (Redis).
        length: characters of the password, 16 to 128 (the range of an ElastiCache AUTH token; RDS takes 8 to 128).
        generation: rotation counter, from 1. A higher number makes a new password.
        recovery_window_days: days a deleted secret can be restored: 7 to 30, or 0 to delete at once.
        key_arn: KMS key that encrypts the secret.
        protect: True refuses deletion of the secret. The password itself is never protected: rotation replaces it.
    """

    secret_name: str
    username: str | None
    length: int = 40
    generation: int = 1
    recovery_window_days: int = 30
    key_arn: pulumi.Input[str]
    protect: bool = False

    def __post_init__(self) -> None:
        require(
            f"credential {self.secret_name!r}",
            (bool(_SECRET_NAME.fullmatch(self.secret_name)), "secret_name takes 1-512 of A-Z a-z 0-9 / _ + = . @ -"),
            (
                not _ARN_LIKE_SUFFIX.fullmatch(self.secret_name),
                "secret_name must not end with a hyphen and six characters",
            ),
            (self.username is None or _is_username(self.username), f"username {self.username!r} is not usable on RDS"),
            (within(self.length, 16, 128), f"length is 16..128, not {self.length}"),
            (self.generation >= 1, f"generation starts at 1, not {self.generation}"),
            (
                self.recovery_window_days == 0 or within(self.recovery_window_days, 7, 30),
                f"recovery_window_days is 0 or 7..30, not {self.recovery_window_days}",
            ),
        )


def _is_username(username: str) -> bool:
    return bool(re.fullmatch(USERNAME, username)) and username not in RESERVED_USERNAMES


class Credential(pulumi.ComponentResource):
    """A random password and the Secrets Manager secret that will hold it, still without a value.

    Whoever knows the host writes the value with `store_secret`. Letters and digits only: RDS refuses `/`, `@`, `"` and
    spaces, ElastiCache refuses most specials, and neither URLs nor shells then need escaping.

    Example:
        ```python
        credential = Credential(
            "postgres-credential",
            CredentialArgs(secret_name="bailbondpro-prod/postgres", username="bbp_admin", key_arn=key.key_arn),
        )
        store_secret("connection", credential, Connection(host=host, port=5432, url=url))
        ```
    """

    username: str | None
    """Who logs in; None for a bare token."""
    password: pulumi.Output[str]
    """The generated password; secret."""
    password_version: pulumi.Output[int]
    """A number that differs whenever the password does, for write-only arguments such as `password_wo_version`."""
    secret_id: pulumi.Output[str]
    """Id (the ARN) of the secret."""
    secret_arn: pulumi.Output[str]
    """ARN of the secret, for policies."""

    def __init__(self, name: str, args: CredentialArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:secrets:Credential", name, None, opts)
        generated = random.RandomPassword(
            f"{name}-password",
            length=args.length,
            special=False,
            keepers={"generation": str(args.generation)},
            opts=pulumi.ResourceOptions(parent=self),
        )
        secret = aws.secretsmanager.Secret(
            f"{name}-secret",
            name=args.secret_name,
            description=f"Generated credential {args.secret_name}; the value is written by Pulumi.",
            kms_key_id=args.key_arn,
            recovery_window_in_days=args.recovery_window_days,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        self.username = args.username
        self.password = pulumi.Output.secret(generated.result)
        self.password_version = pulumi.Output.unsecret(self.password.apply(password_fingerprint))
        self.secret_id = secret.id
        self.secret_arn = secret.arn
        self.register_outputs(
            {
                "username": self.username,
                "password": self.password,
                "passwordVersion": self.password_version,
                "secretId": self.secret_id,
                "secretArn": self.secret_arn,
            }
        )


def password_fingerprint(password: str) -> int:
    """A stable number for a password, so that a write-only argument is sent again exactly when the password changes.

    A counter would do for a planned rotation, yet would miss a password that was regenerated for another reason (a
    changed length, state lost and rebuilt) and leave the database with the old one. 31 bits of a digest say nothing
    useful about 40 random characters (238 bits).
    """
    digest = hashlib.sha256(password.encode()).digest()
    return int.from_bytes(digest[:8], "big") % (1 << _FINGERPRINT_BITS)


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How to reach what a credential opens.

    Attributes:
        host: DNS name.
        port: TCP port.
        url: the complete connection URL, password included.
        database_name: the database, where the engine has such a thing.
    """

    host: pulumi.Input[str]
    port: pulumi.Input[int]
    url: pulumi.Input[str]
    database_name: str | None = None


def store_secret(
    name: str,
    credential: Credential,
    connection: Connection,
    opts: pulumi.ResourceOptions | None = None,
) -> aws.secretsmanager.SecretVersion:
    """Write a credential's value: JSON with username, password, host, port, dbname and url.

    The keys are those that RDS Proxy and the AWS secret rotation templates read; absent ones are left out.

    Args:
        name: logical name of the version.
        credential: whose secret gets the value.
        connection: where it leads.
        opts: usually `ResourceOptions(parent=...)`. Never protect it: every rotation replaces the version.

    Returns:
        The secret version; its `secret_string` is secret because the password in it is.
    """
    value = {
        "username": credential.username,
        "password": credential.password,
        "host": connection.host,
        "port": connection.port,
        "dbname": connection.database_name,
        "url": connection.url,
    }
    document = pulumi.Output.json_dumps({key: item for key, item in value.items() if item is not None}, sort_keys=True)
    return aws.secretsmanager.SecretVersion(
        name,
        secret_id=credential.secret_id,
        secret_string=document,
        opts=opts,
    )
