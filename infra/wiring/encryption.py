"""Arguments of the key that encrypts what the stack keeps, and of the secrets under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.security.keys import DataKeyArgs
from components.security.secrets import CredentialArgs
from infra.phases import KEY_DELETION_DAYS, RECOVERY_DAYS
from infra.wiring.names import names_of

if TYPE_CHECKING:
    from components.security.keys import DataKey
    from infra.settings import Settings


def key_args(settings: Settings) -> DataKeyArgs:
    """The key that encrypts databases, caches, buckets, secrets and logs."""
    return DataKeyArgs(
        alias=names_of(settings).data_key_alias,
        deletion_window_days=KEY_DELETION_DAYS[settings.environment.value],
        protect=settings.protect,
    )


def secret_args(
    settings: Settings, key: DataKey, name: str, *, username: str | None = None, generation: int = 1
) -> CredentialArgs:
    """A generated password that Secrets Manager keeps under the stack's prefix."""
    return CredentialArgs(
        secret_name=f"{names_of(settings).prefix}/{name}",
        username=username,
        generation=generation,
        recovery_window_days=RECOVERY_DAYS[settings.environment.value],
        key_arn=key.key_arn,
        protect=settings.protect,
    )
