"""What RDS refuses of versions: the groups that fit them, the order of a source and its replicas, and the way back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.rows import Alike, Follows
from sandbox.services.aws.rds.engines import family_of
from sandbox.services.aws.rds.targets import INSTANCE, PARAMETER_GROUP, replicas_of
from sandbox.services.aws.rds.timing import UPGRADES, major

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import CloudObject
    from sandbox.model.rows import Seen


def source_of(context: Context, property_name: str = "replicateSourceDb") -> CloudObject | None:
    """The instance that another one names, if it exists."""
    value = context.inputs.get(property_name)
    if context.cloud is None or not isinstance(value, str):
        return None
    return next((found for target in INSTANCE if (found := target.find(context.cloud, value)) is not None), None)


def _version_of_source(seen: Seen) -> dict[str, Any]:
    """A replica is made with its source's version: none can be asked for then (terraform-provider-aws issue 24887)."""
    name = seen.inputs.get("replicateSourceDb")
    source = next((found for target in INSTANCE if (found := target.find(seen.cloud, str(name))) is not None), None)
    runs = source.outputs.get("engineVersionActual") if source is not None else None
    return {"engineVersionActual": runs} if runs else {}


def _parts(value: Any) -> tuple[int, ...]:  # noqa: ANN401 - any property value
    return tuple(map(int, re.findall(r"\d+", value)))[:2] if isinstance(value, str) else ()


def _database_family(context: Context) -> Iterator[Violation]:
    name, version = context.inputs.get("parameterGroupName"), context.inputs.get("engineVersion")
    if context.cloud is None or not isinstance(name, str):
        return
    source = source_of(context)
    version = version if known(version) or source is None else source.inputs.get("engineVersion")
    engine = context.inputs.get("engine") or (source.inputs.get("engine") if source is not None else None)
    group = context.cloud.get(PARAMETER_GROUP[0].token, name)
    if group is None or not known(version) or not known(engine):
        return
    wanted = family_of(str(engine), str(version))
    family = group.inputs.get("family")
    if wanted is not None and known(family) and family != wanted:
        later = _waiting_version(source)
        hint = (
            f"; its source {source.name} becomes {later} in its maintenance window, not before"
            if source and later
            else ""
        )
        yield Violation(
            "parameterGroupName",
            f"{name} is of family {family}, an instance of {engine} {version} needs {wanted}{hint} "
            f"(InvalidParameterCombination: The parameter group {name} with DBParameterGroupFamily {family} can't be "
            "used for this instance)",
        )


def _waiting_version(item: CloudObject | None) -> str | None:
    found = [one.value for one in item.waiting if one.path == "engineVersion"] if item is not None else []
    return str(found[0]) if found else None


def _replica_alone(context: Context) -> Iterator[Violation]:
    """A replica never leaves the major version of its source, in neither direction."""
    source, version = source_of(context), context.inputs.get("engineVersion")
    runs = source.inputs.get("engineVersion") if source is not None else None
    if source is None or not isinstance(version, str) or not isinstance(runs, str) or major(version) == major(runs):
        return
    later = _waiting_version(source)
    way = (
        f"its source becomes {later} in its maintenance window and takes it along"
        if later
        else "upgrade the source, which takes its replicas of the region along, or promote the replica first"
    )
    yield Violation(
        "engineVersion",
        f"{version} is another major version than the {runs} of its source {source.name}: {way} (Amazon RDS upgrades "
        "no read replica by itself to another major version: InvalidParameterCombination)",
    )


def _replicas_first(context: Context) -> Iterator[Violation]:
    """A minor upgrade reaches every replica before its source; what a replica is to get later does not count."""
    version = context.inputs.get("engineVersion")
    before, after = _parts((context.old or {}).get("engineVersion")), _parts(version)
    source = context.cloud.get(INSTANCE[0].token, context.id) if context.cloud is not None else None
    if source is None or context.cloud is None or not _pinned(after) or before[:1] != after[:1] or before == after:
        return
    runs = {item.name: str(item.outputs.get("engineVersionActual")) for item in replicas_of(context.cloud, source)}
    behind = [f"{name} {found}" for name, found in runs.items() if _pinned(_parts(found)) and _parts(found) < after]
    if behind:
        yield Violation(
            "engineVersion",
            f"{version} is newer than what replicas run: {', '.join(behind)}; upgrade them first, and wait "
            "for it (DBUpgradeDependencyFailure: One or more of the DB Instance's read replicas need to be upgraded)",
        )


def _pinned(parts: tuple[int, ...]) -> bool:
    """Whether a version has a minor number."""
    return len(parts) > 1


def _replica_stays(context: Context) -> Iterator[Violation]:
    """A replica never runs an older minor version than its source."""
    source, version = source_of(context), context.inputs.get("engineVersion")
    if source is None or context.old is None or context.old.get("engineVersion") == version:
        return
    wanted, runs = _parts(version), _parts(source.outputs.get("engineVersionActual"))
    if _pinned(wanted) and _pinned(runs) and wanted[0] == runs[0] and wanted < runs:
        yield Violation(
            "engineVersion",
            f"{version} is older than the {source.outputs['engineVersionActual']} of its source {source.name}; it "
            "never goes back (InvalidParameterCombination: Cannot upgrade postgres to an older version)",
        )


def _major_goes_back(context: Context) -> Iterator[Violation]:
    before, after = _parts((context.old or {}).get("engineVersion")), _parts(context.inputs.get("engineVersion"))
    if not before or not after:
        return
    if after[0] < before[0]:
        yield Violation(
            "engineVersion",
            f"{context.inputs['engineVersion']} is older than {(context.old or {})['engineVersion']}; it never goes "
            "back (InvalidParameterCombination: Cannot upgrade postgres to an older version)",
        )
    elif after[0] > before[0] and not context.inputs.get("allowMajorVersionUpgrade"):
        yield Violation(
            "engineVersion",
            f"{context.inputs['engineVersion']} is a major upgrade, which needs allowMajorVersionUpgrade "
            "(InvalidParameterCombination: The AllowMajorVersionUpgrade flag must be present)",
        )


RULES = (
    Rule(
        "database-family",
        "Amazon RDS API Reference, CreateDBParameterGroup, DBParameterGroupFamily",
        (),
        _database_family,
    ),
    Rule("replica-version", UPGRADES, (), _replica_alone),
    Rule(
        "replicas-first",
        f"{UPGRADES}, Minor version upgrades; terraform-provider-aws issue 22107, aws-cdk issue 26755",
        (),
        _replicas_first,
    ),
    Rule("replica-not-older", f"{UPGRADES}, Minor version upgrades", (), _replica_stays),
    Rule("major-version", "Amazon RDS User Guide, Upgrading the RDS for PostgreSQL DB engine", (), _major_goes_back),
)
"""What an instance's rules take from here."""

ALIKE = (Alike(INSTANCE[0].token, follows=(Follows(("engineVersionActual",), _version_of_source),)),)
