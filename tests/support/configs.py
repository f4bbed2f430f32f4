"""Stack configurations for tests: the smallest valid ones, and what is wrong with a changed one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.settings import ConfigError, Settings, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.problems import Problem

DIGEST = "123456789012.dkr.ecr.us-east-1.amazonaws.com/bailbondpro@sha256:" + "ab" * 32
PHASES = ("optimization", "horizontal", "microservices")
ENVIRONMENTS = ("dev", "prod")


def smallest_raw(environment: str = "dev", phase: str = "optimization", **areas: object) -> dict[str, object]:
    """The smallest valid configuration of an environment, with whole areas replaced or added."""
    smallest: dict[str, object] = {
        "environment": environment,
        "phase": phase,
        "domain": "bailbondpro.com",
        "region": "us-east-1",
        "cluster": {"adminPrincipalArns": ["arn:aws:iam::123456789012:role/bailbondpro-deploy"]},
    }
    if environment == "prod":
        smallest |= {
            "app": {"image": DIGEST},
            "redis": {"clientIsClusterAware": True},
            "cdn": {"zoneId": "0" * 31 + "a", "accountId": "0" * 31 + "b"},
        }
    for key, value in areas.items():
        below = smallest.get(key)
        smallest[key] = {**below, **value} if isinstance(below, dict) and isinstance(value, dict) else value
    return smallest


def smallest(environment: str = "dev", phase: str = "optimization", **areas: object) -> Settings:
    """Loaded settings of such a configuration."""
    return load(smallest_raw(environment, phase, **areas))


def problems(config: Mapping[str, object]) -> tuple[Problem, ...]:
    """Every problem of a configuration, none for a valid one."""
    try:
        load(config)
    except ConfigError as error:
        return error.problems
    return ()
