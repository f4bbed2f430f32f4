"""Which tests a worker takes together, and in which order: the longest start first, and none is left for the end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pytest

LONGEST_FIRST = (
    "tests/stack/platform/test_secrets.py",
    "tests/stack/platform/test_settings_effects.py",
    "tests/stack/commands/test_report.py",
    "tests/stack/cdn/test_cdn_leaks.py",
    "tests/stack/platform/test_toggles.py",
    "tests/engine/test_journey.py",
    "tests/engine/test_rehearse.py",
    "tests/engine/test_standing_dev.py",
    "tests/engine/test_upgrades.py",
    "tests/engine/test_report.py",
    "tests/engine/test_rotations.py",
    "tests/engine/test_restore.py",
    "tests/engine/test_component_host.py",
    "tests/engine/test_examples.py",
    "tests/engine/test_time.py",
    "tests/engine/test_shell.py",
    "tests/engine/test_regions.py",
    "tests/real/test_drill_scenarios.py",
    "tests/real/test_drill_autoscaling.py",
    "tests/real/test_termination_chain.py",
    "tests/real/test_drill_control_plane.py",
    "tests/real/test_drill_availability.py",
    "tests/real/test_rehearse_cluster.py",
    "tests/real/test_cluster_rehearsal.py",
    "tests/real/test_pgbouncer.py",
)
"""Files that take much longer than their number of tests says, by their time."""
BY_THE_CLOCK = ("test_drill_", "test_termination_chain")
"""Beginnings of the modules whose servers share a clock that runs faster than the machine's: two at once would take
each other's time."""

ONE_SERVER = ("_agreement", "_apart", ".", "_fewer", "_refusals", "_pause", "_split", "_guards", "_held", "_shared")
"""Ends of the modules whose databases are of one PostgreSQL server."""

GROUPS = {
    "clock": BY_THE_CLOCK,
    "kube-apiserver": ("test_cluster_", "test_kubernetes_api_server", "test_viewer_access"),
    "rehearsed dev": ("test_standing_dev", "test_review."),
    "PostgreSQL": tuple(f"test_shard_move{one}" for one in ONE_SERVER),
    "contract": ("test_contract.", "test_contract_promises", "test_contract_values"),
    "report": ("test_report.", "test_evidence", "test_cost_unknown", "test_capacity."),
}
"""Beginnings of the modules of a lane that one worker takes together, by what they share: a clock, or what is made once
for each worker and takes long to make."""


def together(path: Path) -> str:
    """The name of the group whose tests one worker takes: what shares something, else a file."""
    lane = path.relative_to(ROOT).parts[1]
    for name, beginnings in GROUPS.items():
        if path.name.startswith(beginnings):
            return f"{lane}: {name}"
    return path.relative_to(ROOT).as_posix()


def longest_first(items: Sequence[pytest.Item], longest: Sequence[str] = LONGEST_FIRST) -> list[pytest.Item]:
    """The tests with those of the files named first, and the other files by their number of tests."""
    counts = Counter(item.path for item in items)
    places = {ROOT / name: place for place, name in enumerate(longest)}
    return sorted(items, key=lambda item: _rank(item.path, places, counts))


def _rank(path: Path, places: Mapping[Path, int], counts: Mapping[Path, int]) -> tuple[int, int, str]:
    return places.get(path, len(places)), -counts[path], str(path)
