"""Limits of PostgreSQL's versions: which step of an upgrade a stack file may state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.upgrades import postgres_parts
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

_UPGRADES = "RDS User Guide, Upgrades of the RDS for PostgreSQL DB engine"


@rule("upgrading-from", source=_UPGRADES, areas=("postgres",))
def an_upgrade_leads_to_a_later_version(settings: Settings) -> Iterator[Finding]:
    """The version that an upgrade leaves lies before the one that it leads to."""
    postgres = settings.postgres
    if postgres.upgrading_from is not None and int(postgres.upgrading_from) >= _major(postgres.engine_version):
        yield Finding(
            path="postgres.upgradingFrom",
            value=postgres.upgrading_from,
            allowed=f"a version before postgres.engineVersion ({postgres.engine_version})",
            fix="remove it: the databases have that version already",
        )


@rule(
    "pinned-minor",
    source=f"{_UPGRADES}, automatic minor version upgrades; terraform-provider-aws, engine_version.go",
    areas=("postgres",),
)
def a_pinned_version_stays_where_it_is(settings: Settings) -> Iterator[Finding]:
    """RDS would go past a pinned minor version, and the next update would ask for the way back, which is refused."""
    postgres = settings.postgres
    pinned = [
        f"{key} {version}"
        for key, version in (
            ("engineVersion", postgres.engine_version),
            ("replicaEngineVersion", postgres.replica_engine_version),
        )
        if version is not None and "." in version
    ]
    if pinned and postgres.auto_minor_version_upgrade:
        yield Finding(
            path="postgres.autoMinorVersionUpgrade",
            value=True,
            allowed=f"false while a minor version is pinned ({', '.join(pinned)})",
            fix="set it to false, or pin a major version only",
        )


@rule("replica-version", source=f"{_UPGRADES}, minor version upgrades", areas=("postgres",))
def replicas_are_not_behind(settings: Settings) -> Iterator[Finding]:
    """Replicas have their source's major version and no older minor one; a major upgrade takes them along."""
    postgres = settings.postgres
    own = postgres.replica_engine_version
    if own is None:
        return
    path, source = "postgres.replicaEngineVersion", postgres.engine_version
    mine, theirs = postgres_parts(own), postgres_parts(source)
    if mine is None or theirs is None:
        return
    if postgres.upgrading_from is not None:
        yield Finding(
            path=path,
            value=own,
            allowed="nothing while upgradingFrom is set: RDS takes the replicas along with their source",
            fix="remove it in the same deployment",
        )
    elif mine[0] != theirs[0] or (theirs[1] is not None and (mine[1] or 0) < theirs[1]):
        yield Finding(
            path=path,
            value=own,
            allowed=f"a minor version of {theirs[0]}, not before postgres.engineVersion ({source}): replicas go first",
            fix=f'use "{source}"' if theirs[1] is not None else "remove it",
        )


def _major(version: str) -> int:
    found = postgres_parts(version)
    return found[0] if found else 0


RULES = (an_upgrade_leads_to_a_later_version, a_pinned_version_stays_where_it_is, replicas_are_not_behind)
