"""Settings of the AWS account."""

from typing import Annotated

from pydantic import Field

from infra.settings.base import AccountId, Area, Matching

PolicyArn = Annotated[
    str,
    Matching(
        r"arn:aws[a-z-]*:iam::\d{12}:policy/[\w+=,.@/-]+",
        "the ARN of a policy of your own account",
        "arn:aws:iam::123456789012:policy/bailbondpro-dev-boundary",
    ),
]


class AwsSettings(Area):
    """Which account may be touched."""

    allowed_account_ids: Annotated[tuple[AccountId, ...], Field(max_length=10)] = Field(
        default=(), description="AWS account ids this stack may be deployed to, in quotes. Default: any."
    )
    permissions_boundary_arn: PolicyArn | None = Field(
        default=None,
        description="The policy that bounds every role of the stack; the bootstrap makes it. Default: none.",
    )
