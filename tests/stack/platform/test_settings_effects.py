"""No setting without effect: each leaf of the settings changes at least one resource, or says why it need not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policies.posture import record
from tests.support.effect_groups import LEAVES, WRITE, after, before, groups, main, properties, recorded
from tests.support.effects import CHECKS_ONLY, CONTEXTS, VALUES
from tests.support.leaves import leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

PATHS = {leaf.path for leaf in leaves()}
GROUPS = groups()


def test_the_lists_of_this_test_name_settings_that_exist() -> None:
    prefixes = {path[: len(prefix)] for path in PATHS for prefix in CONTEXTS}
    assert set(CHECKS_ONLY) | set(VALUES) <= PATHS
    assert set(CONTEXTS) <= prefixes | {""}


def test_every_setting_with_resources_is_in_one_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0, f"{capsys.readouterr().out}make groups: {WRITE}"
    assert sorted(path for group in GROUPS for path in group) == sorted(LEAVES)


def test_a_recording_is_the_same_every_time() -> None:
    tree = before(["app.port"])
    first = dict(properties(tree))
    recorded.cache_clear()
    assert properties(tree) == first


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: next(iter(group)))
def test_every_setting_changes_a_property_that_no_other_of_its_group_changes(group: dict[str, str]) -> None:
    old, new = properties(before(group)), properties(after(group))
    without = [path for path, own in group.items() if old.get(own) == new.get(own)]
    assert without == [], f"these change nothing, or something else: {WRITE} --all"
    assert len(set(group.values())) == len(group)
    assert unjudged(new) == [], "name their controls in policies/posture/posture.yaml"


def unjudged(found: Mapping[str, str]) -> list[str]:
    """Types of AWS that the posture says nothing of: a setting may bring one that no whole stack has."""
    types = {where.partition(" ")[0] for where in found}
    return sorted(token for token in types - record().types if token.startswith("aws:"))


@pytest.mark.parametrize("path", CHECKS_ONLY)
def test_a_setting_without_resources_says_who_reads_it(path: str) -> None:
    assert len(CHECKS_ONLY[path]) > 20
