"""Databases and caches: how they are made, looked after and found.

Sources are the documentation of the services; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.types.weaker.model import FALSE, TRUE, Weaker, becomes, changes, kept, ranked, stays
from plan.types.weaker.ways import older_version

if TYPE_CHECKING:
    from plan.types.weaker.kubernetes.ways import Row


_RDS = "Amazon RDS API Reference, ModifyDBInstance"
_CACHE = "Amazon ElastiCache API Reference, ModifyReplicationGroup"

_AUTHORITIES = frozenset(("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"))
"""Authorities whose roots stand all in one bundle, so that who trusts one trusts each of them (Amazon RDS User Guide,
Using SSL/TLS to encrypt a connection, Certificate authorities; unverified 2026-11-30)."""


def _distrusted(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether the authority changes to or from one that is not in the same bundle."""
    return old is not None and old != new and not {old, new} <= _AUTHORITIES


def _another_authority(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    return old != new and {old, new} <= _AUTHORITIES


_ROWS: tuple[Row, ...] = (
    (
        tokens.DATABASE,
        ("caCertIdentifier",),
        _distrusted,
        "clients trust the authority of its certificate",
        "way",
        _RDS,
    ),
    (tokens.DATABASE, ("engineVersion",), older_version, "what its makers repaired stays so", "way", _RDS),
    (
        tokens.DATABASE,
        ("autoMinorVersionUpgrade",),
        becomes(*FALSE),
        "what its makers repair reaches it",
        "defence",
        _RDS,
    ),
    (
        tokens.DATABASE,
        ("databaseInsightsMode",),
        ranked("standard", "advanced"),
        "somebody sees which statements wait",
        "defence",
        _RDS,
    ),
    (
        tokens.DATABASE,
        ("storageType",),
        ranked("standard", "gp2", "gp3", "io1", "io2"),
        "its disk is fast enough for its load",
        "room",
        _RDS,
    ),
    (
        tokens.DATABASE,
        ("dedicatedLogVolume",),
        stays(*TRUE),
        "its disk is fast enough for its load",
        "room",
        _RDS,
    ),
    (
        tokens.DATABASE,
        ("copyTagsToSnapshot",),
        stays(*TRUE),
        "people and budgets find its snapshots",
        "copies",
        _RDS,
    ),
    (tokens.DATABASE, ("networkType",), changes, "clients find it on these addresses", "way", _RDS),
    (tokens.DATABASE, ("monitoringRoleArn",), kept, "its host is measured", "defence", _RDS),
    (tokens.DATABASE, ("optionGroupName",), changes, "it has the options of the program", "defence", _RDS),
    (
        tokens.DATABASE,
        ("manageMasterUserPassword",),
        stays(*TRUE),
        "its password is kept by its service",
        "defence",
        _RDS,
    ),
    (
        tokens.DATABASE,
        ("manageMasterUserPassword",),
        becomes(*TRUE),
        "its clients log in with the password that they have",
        "way",
        _RDS,
    ),
    (
        tokens.DATABASE,
        ("allowMajorVersionUpgrade",),
        becomes(*TRUE),
        "no upgrade comes that cannot be taken back",
        "copies",
        _RDS,
    ),
    (tokens.DATABASE, ("domain",), changes, "these people log in", "defence", _RDS),
    (tokens.DATABASE, ("replicateSourceDb",), changes, "it follows its primary", "copies", _RDS),
    (
        tokens.CACHE,
        ("autoMinorVersionUpgrade",),
        becomes(*FALSE),
        "what its makers repair reaches it",
        "defence",
        _CACHE,
    ),
    (tokens.CACHE, ("engineVersion",), older_version, "what its makers repaired stays so", "way", _CACHE),
    (tokens.CACHE, ("engine",), changes, "clients speak with this program", "way", _CACHE),
    (tokens.CACHE, ("notificationTopicArn",), changes, "what happens to it is told", "defence", _CACHE),
    (tokens.CACHE, ("clusterMode",), changes, "clients ask its shards themselves", "way", _CACHE),
    (tokens.CACHE, ("networkType",), changes, "clients find it on these addresses", "way", _CACHE),
    (tokens.CACHE, ("ipDiscovery",), changes, "clients find it on these addresses", "way", _CACHE),
)
DATABASES_WEAKER: tuple[Weaker, ...] = (
    *(
        Weaker(token=token, path=path, than=than, says=says, loses=loses, source=source)
        for token, path, than, says, loses, source in _ROWS
    ),
    Weaker(
        token=tokens.DATABASE,
        path=("caCertIdentifier",),
        than=_another_authority,
        says="clients that check more than the bundle know this authority",
        loses="way",
        source=_RDS,
        noted=True,
    ),
)
