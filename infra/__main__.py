"""The program that the Pulumi engine runs: read the stack's settings, build the platform."""

import gc
import os

import pulumi

from infra.notices import notices
from infra.problems import ConfigError
from infra.sample_values import sample_values, simulated
from infra.settings import load
from infra.settings.reading.stack_config import raw_stack_config
from infra.stack import Platform

if not gc.get_freeze_count():
    # The SDKs' modules hold millions of objects that never die, and a program that is over in seconds leaves little
    # garbage: walking all of them again and again took half of the time (prod in its last phase: 74 s with it, 33 s
    # without, 10 % more memory). Once for each process: a second freeze would keep what the run before has left behind.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)

try:
    settings = load(raw_stack_config(), pulumi.get_stack())
    if not simulated(globals(), os.environ) and (left := sample_values(settings)):
        raise ConfigError(left)  # noqa: TRY301 - said like every other problem of a stack file
except ConfigError as error:
    raise pulumi.RunError(str(error)) from None
for notice in notices(settings):
    pulumi.log.warn(str(notice))
Platform(settings)
