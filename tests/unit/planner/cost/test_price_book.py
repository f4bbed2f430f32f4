"""The price book: what it says of a region, of one that nobody read, and of one that AWS does not have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import botocore.session
import pytest

from planner.cost.prices import RegionError, parse_price_book, price_book, read_price_book
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "planner" / "data" / "prices"
BOOK = json.loads((FOLDER / "book.json").read_text(encoding="utf-8"))
REGIONS = sorted(path for path in FOLDER.glob("*.json") if path.name != "book.json")


def rows_of(region: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads((FOLDER / f"{region}.json").read_text(encoding="utf-8"))["prices"]
    return rows


@pytest.mark.parametrize("file", REGIONS, ids=lambda path: path.stem)
def test_every_file_holds_its_region_and_every_price_a_listed_source(file: Path) -> None:
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["region"] == file.stem
    listed = BOOK["sources"] | found.get("sources", {})
    assert {row["source"] for row in found["prices"]} <= set(listed)
    assert [row["sku"] for row in found["prices"]] == sorted(row["sku"] for row in found["prices"])


def test_every_listed_source_has_a_date_and_gives_a_price() -> None:
    used = {row["source"] for file in REGIONS for row in json.loads(file.read_text(encoding="utf-8"))["prices"]}
    assert set(BOOK["sources"]) <= used
    assert all("2020" < source["date"] < "2027" for source in BOOK["sources"].values())


def test_only_what_was_read_from_a_copy_of_the_vendors_list_is_sure_outside_of_the_first_region() -> None:
    copies = ("AWS Price List, offer file", "AWS's web price list")
    for price in price_book().prices.values():
        if price.confidence == "sure" and price.region != "us-east-1":
            assert price.source.startswith(copies), price


def test_a_price_counts_in_one_unit_wherever_it_is_known() -> None:
    units: dict[str, set[str]] = {}
    for price in price_book().prices.values():
        units.setdefault(price.sku, set()).add(price.unit)
    assert {sku: found for sku, found in units.items() if len(found) > 1} == {}


def test_the_regions_are_those_of_the_vendors_own_library() -> None:
    session = botocore.session.get_session()
    for partition, regions in BOOK["partitions"].items():
        assert set(session.get_available_regions("ec2", partition)) <= set(regions), partition
    assert set(price_book().regions()) <= set(BOOK["partitions"]["aws"])


def test_what_is_carried_over_reaches_commercial_regions_and_no_other_partition() -> None:
    book = price_book()
    carried = book.find("secretsmanager/secret", "af-south-1")
    assert carried is not None
    assert carried.confidence == "carried"
    assert book.find("secretsmanager/secret", "us-gov-west-1") is None
    assert book.find("secretsmanager/secret", "unknown region") is None
    assert book.find("cloudflare/plan/pro", "us-gov-west-1") is not None


def test_a_price_that_was_read_in_a_region_goes_before_one_that_is_carried_over() -> None:
    found = price_book().find("nlb/lcu", "eu-west-2")
    assert found is not None
    assert (found.region, found.confidence) == ("eu-west-2", "sure")


@pytest.mark.parametrize(("region", "near"), [("mars-1", ""), ("eu-west-11", "; eu-west-1 is near"), ("", "")])
def test_a_region_that_aws_does_not_have_is_named_with_one_that_is_near(region: str, near: str) -> None:
    with pytest.raises(RegionError) as caught:
        price_book().checked(region)
    assert str(caught.value).startswith(f"AWS has no region {region!r}{near}. There are af-south-1, ")


def test_a_price_that_stands_twice_is_negative_or_has_no_source_is_refused() -> None:
    row = rows_of("us-east-1")[0]
    for rows in ([row, row], [row | {"usd": -1}], [row | {"source": "hearsay"}]):
        with pytest.raises(ValueError, match="stands twice, is negative, or its source"):
            parse_price_book(BOOK, [{"region": "us-east-1", "prices": rows}])


def test_two_files_of_one_region_are_refused(tmp_path: Path) -> None:
    for name in ("book.json", "eu-west-1.json"):
        (tmp_path / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "again.json").write_text((FOLDER / "eu-west-1.json").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ValueError, match="two files hold prices of eu-west-1"):
        read_price_book(tmp_path)
