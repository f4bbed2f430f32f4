"""Arguments of the key that encrypts what the stack keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.security.keys import DataKeyArgs
from infra.phases import KEY_DELETION_DAYS
from infra.wiring.names import names_of

if TYPE_CHECKING:
    from infra.settings import Settings


def key_args(settings: Settings) -> DataKeyArgs:
    """The key that encrypts databases, caches, buckets, secrets and logs."""
    return DataKeyArgs(
        alias=names_of(settings).data_key_alias,
        deletion_window_days=KEY_DELETION_DAYS[settings.environment.value],
        protect=settings.protect,
    )
