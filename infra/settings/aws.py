"""Settings of the AWS account."""

from typing import Annotated

from pydantic import Field

from infra.settings.base import AccountId, Area


class AwsSettings(Area):
    """Which account may be touched."""

    allowed_account_ids: Annotated[tuple[AccountId, ...], Field(max_length=10)] = Field(
        default=(), description="AWS account ids this stack may be deployed to, in quotes. Default: any."
    )
