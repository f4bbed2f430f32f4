"""No option that a component has and no stack file reaches, unless somebody wrote down why."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.support.paths import DATA
from tests.support.reached import argument_classes, reached, unreached

FILE = DATA / "not_reached.yaml"
LEAST_WORDS = 5


def recorded() -> dict[str, dict[str, str]]:
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def test_every_field_of_every_argument_is_reached_by_a_setting_or_recorded() -> None:
    wanted = {f"{name}.{field}" for name, names in unreached().items() for field in names}
    written = {f"{name}.{field}" for name, names in recorded().items() for field in names}
    assert sorted(wanted - written) == [], (
        f"wire it in infra/wiring, or write into {FILE.name} why no stack file needs it"
    )
    assert sorted(written - wanted) == [], f"reached by now, or gone: take it out of {FILE.name}"


def test_a_reason_says_something() -> None:
    short = [
        f"{name}.{field}"
        for name, names in recorded().items()
        for field, reason in names.items()
        if len(re.findall(r"\w+", reason)) < LEAST_WORDS
    ]
    assert short == []


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("PostgresTemplate", "upgrading_from"),
        ("PostgresTemplate", "replica_engine_version"),
        ("RedisArgs", "token_update_strategy"),
        ("RedisArgs", "upgrading_from"),
        ("RedisArgs", "auto_minor_version_upgrade"),
        ("AddonVersions", "node_monitoring_agent"),
        ("NodePoolsArgs", "cluster_version"),
    ],
)
def test_what_an_upgrade_needs_is_reached(name: str, field: str) -> None:
    (found,) = [given for cls, given in reached().items() if cls.__name__ == name]
    assert field in found


def test_more_than_half_of_the_components_arguments_are_looked_at() -> None:
    looked = set(reached())
    arguments = {cls for cls in argument_classes() if cls.__name__.endswith("Args")}
    assert len(looked & arguments) > len(arguments) / 2
