"""The room of vendors' facts: every value says where and when it was read, and settings and components share it."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import MISSING, fields
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from annotated_types import Ge, Le

from bailbondpro.facts.instance_classes import Service, find_class, instance_classes
from components.autoscaling.policy import Behavior, Step
from components.cluster.node_pools import NodePool
from components.postgres.args import PostgresTemplate
from components.redis import RedisArgs
from components.storage.buckets import LogsBucketArgs, UploadsBucketArgs
from components.storage.image_repository import ImageRepositoryArgs
from infra.settings.autoscaling import ScalingRules
from infra.settings.pools import PoolSizes
from infra.settings.postgres import PostgresSettings, ShardsSettings
from infra.settings.redis import RedisSettings
from infra.settings.storage import StorageSettings, UploadsSettings
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic.fields import FieldInfo

    from infra.settings.base import Area

FACTS = ROOT / "bailbondpro" / "facts"
SOURCED = re.compile(r"\([A-Z][^()]+;\s(read|unverified)\s\d{4}-\d{2}-\d{2}\b|\(our choice of \d{4}-\d{2}-\d{2}: ")
ARITHMETIC = {"MINUTES_PER_DAY", "MINUTES_PER_WEEK"}
"""Nobody publishes these."""
MODULES = sorted(FACTS.glob("*.py"))


def described(source: str) -> dict[str, str]:
    """Public values of a module, with the text that stands below each; empty where none does."""
    body = ast.parse(source).body
    texts: dict[str, str] = {}
    for statement, after in zip(body, [*body[1:], None], strict=True):
        match statement:
            case ast.Assign(targets=targets):
                names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case _:
                continue
        match after:
            case ast.Expr(value=ast.Constant(value=str() as text)):
                pass
            case _:
                text = ""
        texts |= {name: text for name in names if name.isupper() and not name.startswith("_")}
    return texts


def unsourced(source: str) -> list[str]:
    return [name for name, text in described(source).items() if name not in ARITHMETIC and not SOURCED.search(text)]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_fact_names_its_source_and_the_day_it_was_read(module: Path) -> None:
    assert not unsourced(module.read_text("utf-8"))


@pytest.mark.parametrize("table", sorted(FACTS.glob("data/*.json")), ids=lambda path: path.stem)
def test_every_table_names_its_source_and_the_day_it_was_read(table: Path) -> None:
    head = json.loads(table.read_text("utf-8"))
    assert head["source"]
    assert date.fromisoformat(head["date"]) > date(2026, 1, 1)


def test_a_fact_without_source_or_day_is_found() -> None:
    assert unsourced('LEAST, MOST = 1, 2\n"""Both."""\n') == ["LEAST", "MOST"]
    assert unsourced("LEAST = 1\n") == ["LEAST"]
    assert unsourced('LEAST: int = 1\n"""Least (Amazon RDS User Guide, "Storage")."""\n') == ["LEAST"]
    assert not unsourced('LEAST = 1\n"""Least (Amazon RDS User Guide, "Storage"; read 2026-11-29)."""\n')


@pytest.mark.parametrize("service", ["ec2", "rds", "elasticache"])
def test_a_class_is_found_by_its_name_whoever_offers_it(service: Service) -> None:
    known = instance_classes(service)
    assert known
    assert {name: find_class(name) for name in known} == known


def test_an_unknown_class_is_not_guessed() -> None:
    assert find_class("db.unheard-of") is None


@pytest.mark.parametrize(
    ("name", "baseline", "most"),
    [
        # Amazon EC2 User Guide, "Key concepts for burstable performance instances": baseline, maximum earned credits.
        ("cache.t4g.micro", 10, 288),
        ("db.t4g.medium", 20, 576),
        ("t4g.large", 30, 864),
        ("db.t4g.xlarge", 40, 2304),
        ("t4g.2xlarge", 40, 4608),
        ("db.m7g.large", None, None),
    ],
)
def test_a_burstable_class_knows_what_its_credits_pay_for(name: str, baseline: int | None, most: float | None) -> None:
    found = find_class(name)
    assert found is not None
    assert (found.baseline_percent, found.max_credits) == (baseline, most)


ANY: dict[str, object] = {
    "key_arn": "key",
    "vpc_id": "vpc",
    "subnet_ids": ("subnet",),
    "client_security_group_ids": ("sg",),
}
NEEDED: dict[type, dict[str, object]] = {
    PostgresTemplate: {
        **ANY,
        "instance_class": "db.m7g.large",
        "allocated_storage_gib": 400,
        "availability_zones": ("us-east-1a",),
        "parameters": (),
    },
    RedisArgs: {
        **ANY,
        "replication_group_id": "cache",
        "node_type": "cache.t4g.small",
        "credential": SimpleNamespace(username=None),
    },
    NodePool: {"name": "app", "instance_types": ("m8g.large",), "min_size": 1, "desired_size": 1, "max_size": 1},
    UploadsBucketArgs: {"key_arn": "key", "protect": False},
    LogsBucketArgs: {"account_id": "123456789012", "region": "us-east-1"},
    ImageRepositoryArgs: {"repository_name": "app", "protect": False},
    Behavior: {},
    Step: {"type": "Pods", "value": 1, "period_seconds": 60},
}
"""Args of a component, with what it needs beside the field that is tried."""
PAIRS: tuple[tuple[type[Area], type, dict[str, str]], ...] = (
    (PostgresSettings, PostgresTemplate, {}),
    (ShardsSettings, PostgresTemplate, {}),
    (RedisSettings, RedisArgs, {}),
    (PoolSizes, NodePool, {}),
    (UploadsSettings, UploadsBucketArgs, {}),
    (StorageSettings, LogsBucketArgs, {"logs_retention_days": "retention_days"}),
    (StorageSettings, ImageRepositoryArgs, {"image_repository_keep": "keep_images"}),
    (ScalingRules, Behavior, {"stabilization_seconds": "stabilization_window_seconds"}),
    (ScalingRules, Step, {}),
)
"""Settings, the args they become, and fields that are called otherwise there."""
OTHERWISE = {
    ("PostgresSettings", "max_allocated_storage_gib"): "the least depends on the storage",
    ("ShardsSettings", "max_allocated_storage_gib"): "the least depends on the storage",
    ("PoolSizes", "min_size"): "bounded by max_size",
    ("PoolSizes", "desired_size"): "bounded by max_size",
}
"""Bounds that depend on another field of the args."""


def shared() -> Iterator[tuple[type[Area], str, FieldInfo, type, str]]:
    for model, args, renamed in PAIRS:
        own = {field.name for field in fields(args)}
        for name, info in model.model_fields.items():
            if (other := renamed.get(name, name)) in own:
                yield model, name, info, args, other


def bounds(info: FieldInfo) -> tuple[int | None, int | None]:
    """The least and the most that a setting takes."""
    low = next((item.ge for item in info.metadata if isinstance(item, Ge)), None)
    high = next((item.le for item in info.metadata if isinstance(item, Le)), None)
    return cast("int | None", low), cast("int | None", high)


def refusal(args: type, field: str, value: int) -> str:
    """What the args say of a value of this field; empty where they take it."""
    try:
        args(**NEEDED[args] | {field: value})
    except ValueError as error:
        said = (
            str(error).replace("a stabilization window is", f"{field} is").replace("a scaling period is", f"{field} is")
        )
        return next((part for part in said.split("; ") if re.search(rf"\b{field} (is|must be) \d", part)), "")
    return ""


def test_settings_and_components_share_their_defaults() -> None:
    drifted = {}
    compared = 0
    for model, name, info, args, other in shared():
        default = next(field.default for field in fields(args) if field.name == other)
        if default is MISSING or info.is_required():
            continue
        compared += 1
        if default != info.default:
            drifted[f"{model.__name__}.{name}"] = (info.default, default)
    assert not drifted
    assert compared > 15


BOUNDED = [
    pytest.param(args, other, bounds(info), id=f"{model.__name__}-{name}")
    for model, name, info, args, other in shared()
    if bounds(info) != (None, None) and (model.__name__, name) not in OTHERWISE
]


@pytest.mark.parametrize(("args", "field", "limits"), BOUNDED)
def test_a_component_takes_just_what_the_settings_take(args: type, field: str, limits: tuple[int, int]) -> None:
    least, most = limits
    assert [refusal(args, field, value) for value in limits] == ["", ""]
    assert refusal(args, field, least - 1)
    assert refusal(args, field, most + 1)
