"""The order of a lane's files: workers take whole files, so the longest start first and none is left for the end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pytest

LONGEST_FIRST = (
    "tests/stack/platform/test_settings_effects.py",
    "tests/stack/platform/test_toggles.py",
    "tests/engine/test_rehearse.py",
    "tests/engine/test_journey.py",
    "tests/engine/test_standing_dev.py",
    "tests/engine/test_report.py",
    "tests/engine/test_component_host.py",
    "tests/engine/test_examples.py",
    "tests/engine/test_time.py",
    "tests/engine/test_shell.py",
    "tests/engine/test_regions.py",
    # one module that goes by a faster clock at a time, so that files of another kind stand between them
    "tests/real/test_drill_autoscaling.py",
    "tests/real/test_nginx_traffic.py",
    "tests/real/test_kubernetes_api_server.py",
    "tests/real/test_report_browser.py",
    "tests/real/test_drill_scenarios.py",
    "tests/real/test_nginx_config.py",
    "tests/real/test_drill_control_plane.py",
    "tests/real/test_postgres_server.py",
    "tests/real/test_termination_chain.py",
)
"""Files that take much longer than their number of tests says, by their time."""


def longest_first(items: Sequence[pytest.Item], longest: Sequence[str] = LONGEST_FIRST) -> list[pytest.Item]:
    """The tests with those of the files named first, and the other files by their number of tests."""
    counts = Counter(item.path for item in items)
    places = {ROOT / name: place for place, name in enumerate(longest)}
    return sorted(items, key=lambda item: _rank(item.path, places, counts))


def _rank(path: Path, places: Mapping[Path, int], counts: Mapping[Path, int]) -> tuple[int, int, str]:
    return places.get(path, len(places)), -counts[path], str(path)
