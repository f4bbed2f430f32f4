"""The program that the Pulumi engine runs: read the stack's settings, build the platform."""

import pulumi

from infra.notices import notices
from infra.problems import ConfigError
from infra.settings import load
from infra.settings.stack_config import raw_stack_config
from infra.stack import Platform

try:
    settings = load(raw_stack_config(), pulumi.get_stack())
except ConfigError as error:
    raise pulumi.RunError(str(error)) from None
for notice in notices(settings):
    pulumi.log.warn(str(notice))
Platform(settings)
