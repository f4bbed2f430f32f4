"""The program that the Pulumi engine runs: read the stack's settings, build the platform."""

import os

import pulumi

from infra import garbage
from infra.notices import notices
from infra.problems import ConfigError
from infra.sample_values import sample_values, simulated
from infra.settings import load
from infra.settings.reading.stack_config import raw_stack_config
from infra.stack import Platform

garbage.settle()
try:
    settings = load(raw_stack_config(), pulumi.get_stack())
    if not simulated(globals(), os.environ) and (left := sample_values(settings)):
        raise ConfigError(left)  # noqa: TRY301 - said like every other problem of a stack file
except ConfigError as error:
    raise pulumi.RunError(str(error)) from None
for notice in notices(settings):
    pulumi.log.warn(str(notice))
Platform(settings)
