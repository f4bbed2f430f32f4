"""AWS's price list: of the many rows of its offer files the one that the book means, or none."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

from planner.cost.price_list import Offer, PriceListError, pick, read_offer
from planner.cost.price_list_rules import FAMILIES, RULES
from planner.cost.prices import price_book
from tests.support.paths import ROOT

FILES = ROOT / "tests" / "data" / "price_list"
"""Rows of files of 2026-08-31 to 2026-09-04, made by hand in their form."""


def offer(name: str) -> Offer:
    with (FILES / name).open(encoding="utf-8", newline="") as stream:
        return read_offer(stream, name, FAMILIES)


def read(name: str, region: str = "eu-west-2") -> dict[str, float]:
    return {one.sku: one.usd for one in pick(offer(name), region, RULES)}


@pytest.mark.parametrize(
    ("name", "prices"),
    [
        (
            "AmazonRDS.csv",
            {"rds/postgres/db.t4g.micro": 0.018, "rds/postgres/db.t4g.medium": 0.072, "rds/gp3": 0.133},
        ),
        ("AWSELB.csv", {"nlb/load-balancer": 0.02646, "nlb/lcu": 0.006}),
        (
            "AmazonElastiCache.csv",
            {"elasticache/valkey/cache.t4g.medium": 0.0576, "elasticache/redis/cache.t4g.medium": 0.072},
        ),
        ("AmazonS3.csv", {"s3/standard": 0.024, "s3/put": 0.0053, "s3/get": 0.00042}),
        ("AWSDataTransfer.csv", {"transfer/internet": 0.09}),
        ("AmazonEC2.json", {"ec2/m8g.large": 0.10374, "ebs/gp3": 0.0928, "nat/gateway": 0.05, "nat/data": 0.05}),
    ],
)
def test_a_file_gives_one_zone_on_demand_of_the_engine_and_the_first_tier(name: str, prices: dict[str, float]) -> None:
    assert read(name) == prices


@pytest.mark.parametrize("name", ["AmazonRDS.csv", "AmazonEC2.json"])
def test_rows_of_another_region_are_not_taken(name: str) -> None:
    assert read(name, "eu-west-1") == {}


def test_a_file_names_its_service_its_version_and_its_day() -> None:
    found = offer("AWSELB.csv")
    assert (found.code, found.version, found.published) == ("AWSELB", "20260831092255", "2026-08-31")
    found = offer("AmazonEC2.json")
    assert (found.code, found.version, found.published) == ("AmazonEC2", "20260904231117", "2026-09-04")


def test_two_prices_for_one_thing_are_refused_and_none_is_chosen() -> None:
    found = offer("AWSELB.csv")
    doubled = replace(found, rows=(*found.rows, replace(found.rows[0], usd=0.03)))
    with pytest.raises(PriceListError, match=r"two prices for nlb/load-balancer in eu-west-2: 0\.02646 and 0\.03"):
        pick(doubled, "eu-west-2", RULES)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it has no"),
        ("<html>", "it has no"),
        ("{}", "KeyError"),
        ("{", "no offer file"),
        ('"a","b"\n"SKU","Unit"\n', "it has no Currency"),
        ('{"terms": {"OnDemand": []}}', "no offer file"),
    ],
)
def test_what_is_no_offer_file_is_said_to_be_none(text: str, says: str) -> None:
    with pytest.raises(PriceListError, match=says):
        read_offer(io.StringIO(text), "given.csv", FAMILIES)


def test_a_file_that_is_cut_short_is_refused() -> None:
    text = (FILES / "AWSELB.csv").read_text(encoding="utf-8")
    with pytest.raises(PriceListError, match=r"given\.csv is cut short: a row has \d+ of 21 cells"):
        read_offer(io.StringIO(text[: text.rindex('"0.0264600000"')]), "given.csv", FAMILIES)


def test_a_price_that_is_no_number_is_refused() -> None:
    text = (FILES / "AWSELB.csv").read_text(encoding="utf-8").replace("0.0060000000", "ask us")
    with pytest.raises(PriceListError, match="a price that is no number: 'ask us'"):
        read_offer(io.StringIO(text), "given.csv", FAMILIES)


def test_products_of_other_families_are_not_kept_while_reading() -> None:
    document = json.loads((FILES / "AmazonEC2.json").read_text(encoding="utf-8"))
    document["products"]["A4"]["productFamily"] = "Fee"
    found = read_offer(io.StringIO(json.dumps(document)), "given.json", FAMILIES)
    assert "Fee" not in {row.attributes["productfamily"] for row in found.rows}
    assert "ebs/gp3" not in {one.sku for one in pick(found, "eu-west-2", RULES)}


def test_every_rule_counts_as_the_book_does() -> None:
    units = {price.sku: price.unit for price in price_book().prices.values()}
    for rule in RULES:
        family, _, rest = rule.sku.partition("{")
        named = [name for name in units if (name.startswith(family) if rest else name == rule.sku)]
        assert {units[name] for name in named} <= {rule.unit}, rule.sku
