"""The windows in docs/windows.md are those of the plan, and its defaults are those of the settings."""

from __future__ import annotations

import re

from tests.support.stack import settings
from tests.support.windows_page import PAGE, WRITE, page


def test_the_page_shows_the_windows_of_production_in_its_last_phase() -> None:
    assert PAGE.read_text("utf-8") == page(), WRITE


def test_the_page_names_the_defaults() -> None:
    found = dict(re.findall(r"^\| `(\w+\.\w+Window)`.*?\| `([^`]+)` \|$", PAGE.read_text("utf-8"), re.MULTILINE))
    wanted = settings("prod", "microservices")
    assert found == {
        "postgres.maintenanceWindow": wanted.postgres.maintenance_window,
        "postgres.backupWindow": wanted.postgres.backup_window,
        "redis.maintenanceWindow": wanted.redis.maintenance_window,
        "redis.snapshotWindow": wanted.redis.snapshot_window,
    }
