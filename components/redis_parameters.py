"""The cache's parameter groups: one for each version that it has, or goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

if TYPE_CHECKING:
    import pulumi

    from .redis import RedisArgs

FIRST_FAMILY = "valkey8"
"""The family whose group has no version in its name."""


def parameter_groups(name: str, args: RedisArgs, child: pulumi.ResourceOptions) -> aws.elasticache.ParameterGroup:
    """The group of the version that is wanted, and in a major upgrade that of the one before it beside it."""
    if args.upgrading_from is not None:
        _parameter_group(name, args, f"valkey{args.upgrading_from}", child)
    return _parameter_group(name, args, args.family or f"valkey{args.engine_version.split('.')[0]}", child)


def _parameter_group(
    name: str, args: RedisArgs, family: str, child: pulumi.ResourceOptions
) -> aws.elasticache.ParameterGroup:
    """The group of one family. Without cluster-enabled a cache refuses cluster mode."""
    settings = {
        "cluster-enabled": "yes",
        "maxmemory-policy": args.maxmemory_policy,
        "reserved-memory-percent": str(args.reserved_memory_percent),
    }
    return aws.elasticache.ParameterGroup(
        f"{name}-parameters" if family == FIRST_FAMILY else f"{name}-parameters-{family.removeprefix('valkey')}",
        family=family,
        description="Cluster mode and eviction policy",
        parameters=[
            aws.elasticache.ParameterGroupParameterArgs(name=key, value=value)
            for key, value in sorted(settings.items())
        ],
        opts=child,
    )
