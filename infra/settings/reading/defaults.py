"""From the phase tables to one tree of defaults, shaped like a stack file."""

from collections.abc import Mapping

from infra import phases
from infra.settings.base import Environment, Phase

Tree = dict[str, object]

_ZONE_LETTERS = ("a", "b", "c")


def merged(base: Mapping[str, object], override: Mapping[str, object]) -> Tree:
    """`base` with `override` laid over it: objects merge key by key, everything else (lists too) is replaced."""
    result = dict(base)
    for key, value in override.items():
        below = result.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[key] = merged(below, value) if both else value  # type: ignore[arg-type]  # `both` says so
    return result


def defaults(environment: Environment, phase: Phase, region: str, domain: str) -> Tree:
    """All defaults that depend on environment, phase, region or domain, with the keys of a stack file."""
    column = phases.ENVIRONMENTS.index(environment)
    phase_column = phases.PHASES.index(phase) * len(phases.ENVIRONMENTS) + column
    tree: Tree = {"environment": str(environment), "phase": str(phase), "region": region, "domain": domain}
    for path, by_environment in phases.BY_ENVIRONMENT.items():
        tree = merged(tree, _nested(path, by_environment[column]))
    for path, by_phase in phases.BY_PHASE.items():
        tree = merged(tree, _nested(path, by_phase[phase_column]))
    tree["services"] = _services(environment) if phase == Phase.MICROSERVICES else ()
    return merged(tree, _derived(region, domain))


def _nested(path: str, value: object) -> Tree:
    head, _, rest = path.partition(".")
    return {head: _nested(rest, value) if rest else value}


def _services(environment: Environment) -> tuple[Tree, ...]:
    sizes = phases.SERVICE_SIZES[environment]
    return tuple(
        {"name": name, "paths": paths, "rateLimit": zone, "databases": databases, **sizes}
        for name, paths, zone, databases in phases.SERVICES
    )


def _derived(region: str, domain: str) -> Tree:
    hosts = {"api": "api", "cdn": "cdn", "cdnBackup": "cdn-backup", "images": "images", "assets": "assets"}
    return {
        "network": {"availabilityZones": tuple(f"{region}{letter}" for letter in _ZONE_LETTERS)},
        "cdn": {"hosts": {"app": domain, **{key: f"{host}.{domain}" for key, host in hosts.items()}}},
    }
