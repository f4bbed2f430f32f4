"""An exported state of a small stack, with nothing wrong."""

from __future__ import annotations

import hashlib
from typing import Any

START = "urn:pulumi:prod::acme::"
ROOT = f"{START}pulumi:pulumi:Stack::acme-prod"
PARENT = f"{START}acme:data:Data::data"
DATABASE = f"{START}acme:data:Data$aws:rds/instance:Instance::database"
ALARM = f"{START}aws:cloudwatch/metricAlarm:MetricAlarm::alarm"
AWS = f"{START}pulumi:providers:aws::aws"
PROVIDER = f"{AWS}::6f8c5a1e"
VERSION = "v3.259.0"
SEALED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}


def whole() -> dict[str, Any]:
    """An exported state with nothing wrong."""
    resources = [
        {"urn": ROOT, "custom": False, "type": "pulumi:pulumi:Stack"},
        {"urn": AWS, "custom": True, "id": "6f8c5a1e", "type": "pulumi:providers:aws", "parent": ROOT},
        {"urn": PARENT, "custom": False, "type": "acme:data:Data", "parent": ROOT},
        {
            "urn": DATABASE,
            "custom": True,
            "id": "prod-primary",
            "type": "aws:rds/instance:Instance",
            "parent": PARENT,
            "provider": PROVIDER,
            "protect": True,
            "inputs": {"password": SEALED},
        },
        {
            "urn": ALARM,
            "custom": True,
            "id": "alarm-1",
            "type": "aws:cloudwatch/metricAlarm:MetricAlarm",
            "parent": ROOT,
            "provider": PROVIDER,
            "dependencies": [DATABASE],
            "propertyDependencies": {"dimensions": [DATABASE]},
        },
    ]
    manifest = {
        "time": "2026-11-30T10:00:00Z",
        "version": VERSION,
        "magic": hashlib.sha256(VERSION.encode()).hexdigest(),
    }
    secrets = {"type": "cloud", "state": {"url": "awskms://alias/acme"}}
    return {
        "version": 3,
        "deployment": {"manifest": manifest, "secrets_providers": secrets, "resources": resources},
    }
