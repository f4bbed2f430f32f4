"""The running stack's configuration, as the engine hands it to the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi.runtime import config as engine

from infra.settings.reading.stack_file import read_config_map

if TYPE_CHECKING:
    from collections.abc import Mapping


def raw_stack_config() -> Mapping[str, object]:
    """The raw values under camelCase keys, `aws:region` as `region`.

    Raises:
        ConfigError: a key of an unknown namespace, or a provider's credential that is not encrypted.
    """
    # The language host passes the configuration by environment, the Automation API by context.
    config = {**engine.get_config_env(), **engine.CONFIG.get()}
    listed = engine.get_config_secret_keys_env()
    return read_config_map(config, [key for key in config if key in listed or engine.is_config_secret(key)])
