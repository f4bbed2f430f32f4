"""The settings of a stack: every configuration key typed, with its unit, range, default, meaning and source.

`load(read_stack_file(path))` gives complete `Settings` or raises one `ConfigError` with every problem.
"""

from infra.problems import ConfigError, Problem
from infra.settings.base import Environment, Phase
from infra.settings.reading.loader import load
from infra.settings.reading.schema import json_schema
from infra.settings.reading.stack_file import StackSource, read_config_map, read_stack_file, read_stack_source
from infra.settings.root import Settings

__all__ = [
    "ConfigError",
    "Environment",
    "Phase",
    "Problem",
    "Settings",
    "StackSource",
    "json_schema",
    "load",
    "read_config_map",
    "read_stack_file",
    "read_stack_source",
]
