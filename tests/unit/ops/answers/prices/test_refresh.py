"""A region of the price book is replaced by AWS's list, whole or not at all."""

from __future__ import annotations

import json
import shutil
import urllib.error
from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.prices.refresh import RefreshError, refresh, write
from planner.cost.price_list_rules import OFFERS
from planner.cost.prices import RegionError, read_price_book
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FILES = ROOT / "tests" / "data" / "price_list"
EVERY = tuple(sorted(FILES.iterdir()))
REGION = "eu-west-2"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "planner" / "data" / "prices", tmp_path / "prices")


def rows(book: Path, region: str = REGION) -> dict[str, Any]:
    return {row["sku"]: row for row in json.loads((book / f"{region}.json").read_text())["prices"]}


def test_what_the_files_have_replaces_the_book_with_the_day_of_their_publication(book: Path) -> None:
    before = rows(book)
    found = refresh(REGION, EVERY, book)
    write(found)
    price = read_price_book(book).find("ebs/gp3", REGION)
    assert price is not None
    assert (price.usd, price.confidence, price.date) == (0.0928, "sure", "2026-09-04")
    assert price.source == "AWS Price List, offer file AmazonEC2, version 20260904231117, of eu-west-2"
    assert rows(book)["kms/key"] == before["kms/key"]
    assert "kms/key" in found.kept
    assert set(rows(book)) >= set(before)


def test_a_change_is_told_in_dollars_and_percent_and_what_is_equal_is_not(book: Path) -> None:
    file = book / f"{REGION}.json"
    file.write_text(file.read_text().replace('"usd": 0.0928', '"usd": 0.08'))
    changes = {change.sku: change for change in refresh(REGION, EVERY, book).changes}
    assert changes["ebs/gp3"].percent == pytest.approx(16)
    assert "rds/postgres/db.t4g.micro" not in changes
    file.unlink()
    assert {change.before_usd for change in refresh(REGION, EVERY, book).changes} == {None}


def test_comparing_again_changes_nothing(book: Path) -> None:
    write(refresh(REGION, EVERY, book))
    again = refresh(REGION, EVERY, book)
    assert again.changes == ()
    assert again.document == again.file.read_text()


def test_a_region_without_a_file_gets_one(book: Path) -> None:
    (book / f"{REGION}.json").unlink()
    write(refresh(REGION, (FILES / "AWSELB.csv",), book))
    assert set(rows(book)) == {"nlb/load-balancer", "nlb/lcu"}


def test_what_a_file_that_was_read_does_not_have_is_named(book: Path) -> None:
    assert refresh(REGION, (FILES / "AWSDataTransfer.csv",), book).absent == ("transfer/zone",)


def test_classes_that_nobody_wants_stay_out_of_the_book(book: Path, tmp_path: Path) -> None:
    text = (FILES / "AmazonRDS.csv").read_text().replace("db.t4g.micro", "db.x9z.huge")
    (tmp_path / "rds.csv").write_text(text)
    found = refresh(REGION, (tmp_path / "rds.csv",), book)
    assert "rds/postgres/db.x9z.huge" not in found.document
    assert "rds/postgres/db.t4g.medium" in found.document


def test_a_region_that_aws_does_not_have_is_refused_before_any_file_is_read(book: Path) -> None:
    with pytest.raises(RegionError, match="AWS has no region 'mars-1'"):
        refresh("mars-1", (book / "nowhere.csv",), book)


@pytest.mark.parametrize(
    ("names", "region", "says"),
    [
        (("AWSELB.csv", "AWSELB.csv"), REGION, "two files are of AWSELB"),
        (("AWSELB.csv",), "eu-west-1", "no price that the book wants in eu-west-1 (read: AWSELB)"),
    ],
)
def test_files_that_cannot_be_meant_are_refused(book: Path, names: tuple[str, ...], region: str, says: str) -> None:
    with pytest.raises(RefreshError) as caught:
        refresh(region, tuple(FILES / name for name in names), book)
    assert says in str(caught.value)


def test_a_broken_file_leaves_the_book_as_it_was(book: Path, tmp_path: Path) -> None:
    before = (book / f"{REGION}.json").read_bytes()
    (tmp_path / "cut.csv").write_bytes((FILES / "AWSELB.csv").read_bytes()[:-30])
    with pytest.raises(RefreshError, match="the book is kept"):
        refresh(REGION, (FILES / "AmazonS3.csv", tmp_path / "cut.csv"), book)
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RefreshError, match="cannot be read"):
        refresh(REGION, (tmp_path / "binary.csv",), book)
    assert (book / f"{REGION}.json").read_bytes() == before


def test_a_folder_that_cannot_be_written_is_said(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    found = refresh(REGION, EVERY, book)
    monkeypatch.setattr("ops.answers.prices.refresh.write_atomically", full)
    with pytest.raises(RefreshError, match="No space left on device; the book is kept"):
        write(found)


def test_without_files_each_service_is_asked_for_at_the_address_that_aws_documents(book: Path) -> None:
    asked: list[str] = []

    def fetch(url: str, target: Path) -> None:
        asked.append(url)
        code = url.split("/aws/")[1].split("/", maxsplit=1)[0]
        files = {path.stem: path for path in EVERY if path.suffix == ".csv"}
        shutil.copy(files.get(code, FILES / "AWSELB.csv"), target)
        if code not in files:
            target.write_text(target.read_text().replace("AWSELB", code))

    found = refresh(REGION, (), book, fetch)
    root = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws"
    assert asked == [f"{root}/{code}/current/{REGION}/index.csv" for code in OFFERS]
    assert {code for code, _, _ in found.offers} == set(OFFERS)
    assert "kms/key" in found.absent


def test_without_a_network_the_way_without_one_is_named(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object, **__: object) -> None:
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr("urllib.request.urlopen", cut)
    with pytest.raises(RefreshError, match=r"gives no answer .*Without a network: --from FILE"):
        refresh(REGION, (), book)


WRONG: dict[str, tuple[str, str, str]] = {
    "a day after today": ("2026-08-31", "2099-01-01", "which is after today"),
    "no day": ("2026-08-31", "yesterday!", "which is no day"),
    "a day before the book's": ("2026-08-31", "2001-09-04", "the book has prices of"),
    "a price of nothing": ("0.0264600000", "0.0000000000", "nothing that the book prices is free"),
    "a price below nothing": ("0.0264600000", "-0.264600000", "nothing that the book prices is free"),
    "a price of ten times as much": ("0.0264600000", "0.2646000000", "more than 3 times"),
    "a price of a tenth": ("0.0264600000", "0.0026460000", "more than 3 times"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_list_whose_day_or_price_cannot_be_is_not_taken(book: Path, tmp_path: Path, name: str) -> None:
    write(refresh(REGION, EVERY, book))
    before = (book / f"{REGION}.json").read_bytes()
    old, new, says = WRONG[name]
    text = (FILES / "AWSELB.csv").read_text()
    assert old in text
    (tmp_path / "elb.csv").write_text(text.replace(old, new))
    with pytest.raises(RefreshError) as caught:
        refresh(REGION, (tmp_path / "elb.csv",), book)
    assert says in str(caught.value)
    assert "the book is kept" in str(caught.value)
    assert (book / f"{REGION}.json").read_bytes() == before


def test_a_price_that_moves_far_is_taken_once_somebody_says_that_it_is_meant(book: Path, tmp_path: Path) -> None:
    write(refresh(REGION, EVERY, book))
    old, new, _ = WRONG["a price of ten times as much"]
    (tmp_path / "elb.csv").write_text((FILES / "AWSELB.csv").read_text().replace(old, new))
    assert refresh(REGION, (tmp_path / "elb.csv",), book, meant=True).changes


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 100_000, '"' + "x" * 200_000])
def test_a_file_that_no_reader_gets_through_is_refused_in_a_sentence(book: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "deep.json").write_text(text)
    with pytest.raises(RefreshError, match="is no offer file of AWS's price list"):
        refresh(REGION, (tmp_path / "deep.json",), book)
