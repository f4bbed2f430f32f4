"""The settings as a JSON Schema of the stack file, for editors that complete and check YAML."""

from functools import cache

from infra.problems import NAMESPACE
from infra.settings.reading.defaults import Tree
from infra.settings.root import Settings

_PROVIDER_KEYS = "^(aws|aws-native|cloudflare|kubernetes|pulumi|random|tls):"
_WRITTEN_WHOLE = ("ScalingRules", "ServiceSettings")
"""Objects without defaults to fill them up from: entries of a list, and what a phase leaves out."""


@cache
def json_schema() -> Tree:
    """A JSON Schema (draft 2020-12) of `Pulumi.<stack>.yaml`, keys as they are written there.

    Made once, because that takes 50 ms and the ledger asks for it a hundred times; callers read it only.
    """
    model = Settings.model_json_schema(by_alias=True, mode="validation")
    definitions = {
        name: definition if name in _WRITTEN_WHOLE else {k: v for k, v in definition.items() if k != "required"}
        for name, definition in model["$defs"].items()
    }
    properties = {_key(key): schema for key, schema in model["properties"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{NAMESPACE} stack file",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": properties,
                "patternProperties": {_PROVIDER_KEYS: True},
                "additionalProperties": False,
                "required": [_key(key) for key in ("environment", "phase", "domain", "region")],
            },
            "encryptionsalt": {"type": "string", "description": "Written by Pulumi; commit it."},
            "encryptedkey": {"type": "string", "description": "Written by Pulumi; commit it."},
            "secretsprovider": {
                "type": "string",
                "description": "Where the stack's secrets key lives, for prod awskms://.",
            },
        },
        "required": ["config"],
        "$defs": definitions,
    }


def _key(name: str) -> str:
    return "aws:region" if name == "region" else f"{NAMESPACE}:{name}"
