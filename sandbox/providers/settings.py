"""What an AWS provider adds to the inputs of every resource in Check: its region, and all tags together.

Sources: pulumi-aws, provider/region.go (applyRegion) and provider/tags.go (applyTags), read in 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.protocol.wire import UNKNOWN, Secret, Unknown, has_secret, has_unknown, unwrap

if TYPE_CHECKING:
    from sandbox.protocol.schema import ResourceSchema
    from sandbox.providers.instances import Instance


def with_provider_settings(inputs: dict[str, Any], schema: ResourceSchema | None, instance: Instance) -> dict[str, Any]:
    """Inputs with what the provider gives to every resource of its own.

    Args:
        inputs: from the program, secrets in their envelopes.
        schema: of the type; None for one that no SDK knows.
        instance: the provider.
    """
    if schema is None or not schema.token.startswith("aws:"):
        return inputs
    added: dict[str, Any] = {}
    if "region" in schema.inputs and inputs.get("region") is None:
        added["region"] = instance.place.region
    if "tagsAll" in schema.outputs and "tags" in schema.inputs:
        added["tagsAll"] = _all_tags(inputs.get("tags"), instance)
    return {**inputs, **added}


def with_known_region(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Old inputs with the region that they have now: states of older providers do not name it, and it was this one."""
    return {**old, "region": new["region"]} if old and "region" in new and "region" not in old else old


def _all_tags(given: Any, instance: Instance) -> dict[str, Any] | Secret | Unknown:  # noqa: ANN401 - any property value
    if has_unknown(given):
        return UNKNOWN
    own = unwrap(given)
    merged = {**instance.default_tags, **(own if isinstance(own, dict) else {})}
    tags = {key: value for key, value in merged.items() if not instance.ignores(key)}
    return Secret(tags) if has_secret(given) else tags
