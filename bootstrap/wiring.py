"""Settings to the account's arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bootstrap.account import AccountArgs, StackArgs
from bootstrap.needs import FOLDER, read_needs

if TYPE_CHECKING:
    from pathlib import Path

    from bootstrap.settings import Settings

PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
"""Partitions by the beginning of their regions (AWS General Reference, "Amazon Resource Names"); all others: aws."""


def partition_of(region: str) -> str:
    """The partition that a region belongs to."""
    return next((name for start, name in PARTITIONS.items() if region.startswith(start)), "aws")


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
