"""Configurations that break one limit about what is kept and what is restored."""

from __future__ import annotations

from tests.support.limit_cases import P2, case

ELSEWHERE = "arn:aws:rds:us-west-2:123456789012"

COPIES = (
    *(
        case("object-lock-period", "storage.uploads.objectLock", P2, storage={"uploads": {"objectLock": lock}})
        for lock in ({"mode": "COMPLIANCE"}, {"mode": "GOVERNANCE", "days": 1, "years": 1})
    ),
    case(
        "object-lock-protect",
        "storage.uploads.objectLock",
        storage={"uploads": {"objectLock": {"mode": "GOVERNANCE", "days": 1}}},
    ),
    case(
        "vault-lock",
        "storage.backups.coolingOffDays",
        storage={"backups": {"enabled": True, "locked": False, "coolingOffDays": 3}},
    ),
    case("vault-lock", "storage.backups.lockedDays", storage={"backups": {"enabled": True, "lockedDays": 36}}),
    case(
        "vault-lock",
        "storage.backups.lockedDays",
        storage={"backups": {"enabled": True, "locked": False, "lockedDays": 9}},
    ),
    *(
        case(
            "recovery-points-apart",
            "storage.backups.startWindow",
            storage={"backups": {"enabled": True, "startWindow": at}},
        )
        for at in ("23:00-06:01", "08:00-08:59", "21:00-05:01", "23:00-23:30", "10:00-12:00")
    ),
    case(
        "recovery-points-apart",
        "storage.backups.startWindow",
        postgres={"backupWindow": "05:30-06:00"},
        storage={"backups": {"enabled": True}},
    ),
    case("copied-backups", "postgres.backupRegion", postgres={"backupRetentionDays": 0, "backupRegion": "us-west-2"}),
    case("backups-off", "storage.backups.copyRegion", storage={"backups": {"copyRegion": "us-west-2"}}),
    case("backups-off", "storage.backups.coolingOffDays", storage={"backups": {"coolingOffDays": 3}}),
    case(
        "copy-region", "storage.backups.copyRegion", storage={"backups": {"enabled": True, "copyRegion": "us-east-1"}}
    ),
    case("restored-source", "postgres.restored.source", postgres={"restored": {"source": "shard-7"}}),
    case("restored-source", "postgres.restored", postgres={"restored": {}, "backupRetentionDays": 0}),
    case(
        "restored-once", "postgres.restored.at", postgres={"restored": {"snapshot": "a", "at": "2026-01-01T00:00:00Z"}}
    ),
    case(
        "restored-region",
        "postgres.restored.backupsArn",
        postgres={"restored": {"backupsArn": f"{ELSEWHERE}:auto-backup:ab-1"}},
    ),
    case(
        "restored-region", "postgres.restored.snapshot", postgres={"restored": {"snapshot": f"{ELSEWHERE}:snapshot:a"}}
    ),
)
