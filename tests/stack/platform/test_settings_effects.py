"""No setting without effect: each leaf of the settings changes at least one resource, or says why it need not."""

from __future__ import annotations

import gc
import json
from functools import cache
from typing import Any

import pytest

from infra.settings import load
from infra.settings.reading.defaults import merged
from policies.posture import record
from tests.support.configs import smallest_raw
from tests.support.effects import ALONG, CHECKS_ONLY, CONTEXTS, VALUES
from tests.support.leaves import Leaf, changed, current, leaves
from tests.support.stack import record_platform

LEAVES = tuple(leaves())
PATHS = {leaf.path for leaf in LEAVES}


def base(path: str) -> dict[str, Any]:
    """The smallest stack in which the leaf can matter: the longest prefix of its path that a context is stated for."""
    known = [prefix for prefix in CONTEXTS if path == prefix or path.startswith((f"{prefix}.", f"{prefix}["))]
    context = CONTEXTS[max(known, key=len)] if known else CONTEXTS[""]
    smallest = smallest_raw(context.environment, context.phase)
    return merged(smallest, context.areas)


@cache
def platform(document: str) -> dict[str, str]:
    """Every resource of a stack: its inputs and options, by URN."""
    recording = record_platform(load(json.loads(document)))
    # What is alive by now stays: the collector need not look at the SDKs' classes again after every recording.
    gc.freeze()
    return {
        item.urn: repr((item.inputs, item.protect, item.ignore_changes, item.import_id, item.aliases))
        for item in recording
    }


def test_the_lists_of_this_test_name_settings_that_exist() -> None:
    prefixes = {path[: len(prefix)] for path in PATHS for prefix in CONTEXTS}
    assert set(CHECKS_ONLY) | set(VALUES) <= PATHS
    assert set(CONTEXTS) <= prefixes | {""}


def test_a_recording_is_the_same_every_time() -> None:
    document = json.dumps(base("app.port"))
    platform.cache_clear()
    first = platform(document)
    platform.cache_clear()
    assert platform(document) == first


@pytest.mark.parametrize("leaf", [leaf for leaf in LEAVES if leaf.path not in CHECKS_ONLY], ids=lambda leaf: leaf.path)
def test_every_setting_changes_a_resource(leaf: Leaf) -> None:
    before = base(leaf.path)
    value = VALUES[leaf.path] if leaf.path in VALUES else leaf.other(current(load(before), leaf.path))
    after = merged(changed(before, leaf.path, value), ALONG.get(leaf.path, {}))
    assert platform(json.dumps(before)) != platform(json.dumps(after))
    assert unjudged(platform(json.dumps(after))) == [], "name their controls in policies/posture/posture.yaml"


def unjudged(resources: dict[str, str]) -> list[str]:
    """Types of AWS that the posture says nothing of: a setting may bring one that no whole stack has."""
    types = {urn.split("::")[2].rpartition("$")[2] for urn in resources}
    return sorted(token for token in types - record().types if token.startswith("aws:"))


@pytest.mark.parametrize("path", CHECKS_ONLY)
def test_a_setting_without_resources_says_who_reads_it(path: str) -> None:
    assert len(CHECKS_ONLY[path]) > 20
