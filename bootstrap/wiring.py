"""Settings to the account's arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.regions import partition_of
from bootstrap.account import AccountArgs, StackArgs
from bootstrap.needs import FOLDER, read_needs

if TYPE_CHECKING:
    from pathlib import Path

    from bootstrap.settings import Settings


def account_args(settings: Settings, needs: Path = FOLDER) -> AccountArgs:
    """What the account is told.

    Args:
        settings: the bootstrap's settings.
        needs: where the needs of stacks stand.

    Raises:
        NeedsError: nobody has written what one of the stacks needs.
    """
    return AccountArgs(
        account_id=settings.account_id,
        partition=partition_of(settings.region),
        region=settings.region,
        repository=settings.github.repository,
        existing_provider=settings.github.existing_provider,
        stacks=tuple(
            StackArgs(
                name=stack.name,
                regions=settings.regions_of(stack),
                needs=read_needs(stack.name, needs),
                bounded=stack.boundary,
            )
            for stack in settings.stacks
        ),
        images_name=settings.images.name,
        keep_images=settings.images.keep,
        protect=settings.protect,
    )
