"""The program that the Pulumi engine runs: read the settings, prepare the account."""

import os

import pulumi
import pulumi_aws as aws
from pulumi.runtime import config as engine

from bootstrap.account import Account
from bootstrap.needs import NeedsError
from bootstrap.settings import load, sample_values
from bootstrap.wiring import account_args
from infra.problems import ConfigError
from infra.sample_values import simulated

try:
    settings = load({**engine.get_config_env(), **engine.CONFIG.get()})
    if not simulated(globals(), os.environ) and (left := sample_values(settings)):
        raise ConfigError(left)  # noqa: TRY301 - said like every other problem of a stack file
    args = account_args(settings)
except (ConfigError, NeedsError) as error:
    raise pulumi.RunError(str(error)) from None
provider = aws.Provider(
    "aws",
    region=settings.region,
    allowed_account_ids=[settings.account_id],
    default_tags=aws.ProviderDefaultTagsArgs(tags={"Project": "bailbondpro", "ManagedBy": "pulumi"}),
)
account = Account("account", args, pulumi.ResourceOptions(provider=provider))
pulumi.export("backend", account.state_bucket.apply(lambda name: f"s3://{name}?region={settings.region}"))
pulumi.export("imageRepository", account.image_repository)
pulumi.export("stacks", account.stacks)
