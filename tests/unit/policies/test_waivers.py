"""Waivers: one rule, one URN, an owner, a reason and an end; whatever else is named."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from policies.gate import notices, read_waivers

TODAY = date(2026, 12, 1)
RULES = ("stateful-replace", "cost")
GOOD: dict[str, Any] = {
    "rule": "stateful-replace",
    "urn": "urn:pulumi:prod::bailbondpro::aws:rds/instance:Instance::primary",
    "owner": "bob@example.com",
    "reason": "moved to another server",
    "expires": date(2026, 12, 24),
}


def troubles(*entries: Any) -> list[tuple[int, str]]:  # noqa: ANN401 - a file may hold anything
    return [(one.number, one.trouble) for one in read_waivers({"waivers": list(entries)}, RULES, TODAY).problems]


def test_a_whole_entry_is_used() -> None:
    read = read_waivers({"waivers": [GOOD]}, RULES, TODAY)
    assert read.problems == ()
    assert [(one.rule, one.owner, one.number) for one in read.entries] == [("stateful-replace", "bob@example.com", 1)]


def test_a_file_of_nothing_waives_nothing() -> None:
    assert read_waivers(None, RULES, TODAY).problems == read_waivers({"waivers": []}, RULES, TODAY).problems == ()
    assert read_waivers({"waivers": None}, RULES, TODAY).problems == ()


def test_what_ends_soon_has_ended_or_is_of_no_stack_is_noticed() -> None:
    other = {**GOOD, "urn": GOOD["urn"].replace("prod", "old", 1), "expires": date(2027, 1, 24)}
    ended = {**GOOD, "rule": "cost", "expires": date(2026, 11, 30)}
    read = read_waivers({"waivers": [GOOD, {**GOOD, "rule": "cost"}, other, ended]}, RULES, date(2026, 12, 10))
    said = notices(read, date(2026, 12, 10), ["dev", "prod"])
    assert [one[:17] for one in said] == [f"waivers, entry {number}" + ":" for number in (4, 1, 2, 3)]
    assert "ended on 2026-11-30" in said[0]
    assert "ends on 2026-12-24" in said[1]
    assert said[3].endswith("is of the stack old, which has no file Pulumi.old.yaml")
    assert notices(read_waivers({"waivers": [GOOD]}, RULES, TODAY), TODAY, ["prod"]) == ()


@pytest.mark.parametrize("expires", [date(2026, 12, 1), "2026-12-01", date(2027, 3, 1)])
def test_an_entry_counts_until_its_last_day(expires: object) -> None:
    assert troubles({**GOOD, "expires": expires}) == []


@pytest.mark.parametrize(
    ("wrong", "trouble"),
    [
        ({"expires": date(2026, 11, 30)}, "expired"),
        ({"expires": date(2027, 3, 2)}, "too broad"),
        ({"urn": "urn:pulumi:prod::bailbondpro::*"}, "too broad"),
        ({"urn": "urn:pulumi:prod::bailbondpro::aws:rds/instance:Instance::primar?"}, "too broad"),
        ({"urn": "primary"}, "malformed"),
        *(
            ({"urn": urn}, "malformed")
            for urn in (
                "urn:pulumi:...",
                "urn:pulumi:prod::bailbondpro",
                "urn:pulumi:prod::bailbondpro::aws:rds/instance:Instance",
                "urn:pulumi:prod::bailbondpro::aws:rds/instance:Instance::",
                "urn:pulumi:prod::bailbondpro::aws:rds/instance:Instance::pri mary",
                "urn:pulumi:prod::bailbondpro::aws:rds/instance:Instance::primary ",
                "urn:pulumi:prod::bailbondpro::aws:rds/instance:Instance::primary\x07",
                "urn:pulumi:prod::bailbondpro::aws:rds/instance:Instance::primary\u200b",
                "urn:pulumi:prod::other::aws:rds/instance:Instance::primary",
            )
        ),
        ({"owner": "you@example.com"}, "malformed"),
        ({"owner": "TBD"}, "malformed"),
        ({"reason": "why it may happen"}, "malformed"),
        ({"rule": "*"}, "malformed"),
        ({"rule": "stateful-delete"}, "malformed"),
        ({"rule": ["stateful-replace"]}, "malformed"),
        ({"owner": " "}, "malformed"),
        ({"owner": None}, "malformed"),
        ({"owner": "x"}, "malformed"),
        ({"owner": "xx"}, "malformed"),
        ({"owner": ""}, "malformed"),
        ({"expires": "20261224"}, "malformed"),
        ({"expires": "2026-W52-4"}, "malformed"),
        ({"expires": date(2999, 12, 31)}, "too broad"),
        ({"reason": "ok"}, "malformed"),
        ({"reason": ".........."}, "malformed"),
        ({"reason": "x" * 20}, "malformed"),
        ({"reason": "\u200b" * 20}, "malformed"),
        ({"owner": "\u200b"}, "malformed"),
        ({"expires": "soon"}, "malformed"),
        ({"expires": datetime(2026, 12, 24, 1)}, "malformed"),  # noqa: DTZ001 - as YAML reads one without a zone
        ({"expires": 20261224}, "malformed"),
        ({"until": "2026-12-24"}, "malformed"),
    ],
    ids=str,
)
def test_an_entry_that_is_none_covers_nothing_and_is_named(wrong: dict[str, object], trouble: str) -> None:
    assert (1, trouble) in troubles({**GOOD, **wrong})
    assert read_waivers({"waivers": [{**GOOD, **wrong}]}, RULES, TODAY).entries == ()


def test_an_entry_that_says_the_same_as_another_is_named() -> None:
    assert troubles(GOOD, {**GOOD, "owner": "eve@example.com"}) == [(2, "malformed")]


@pytest.mark.parametrize("document", [[], "waivers", {"waivers": {}}, {"waivers": [], "more": 1}, {}, 7], ids=str)
def test_a_file_of_another_form_is_named_as_a_whole(document: object) -> None:
    assert [(one.number, one.trouble) for one in read_waivers(document, RULES, TODAY).problems] == [(0, "malformed")]


@pytest.mark.parametrize("entry", [None, 7, "stateful-replace", [], {}], ids=str)
def test_an_entry_that_is_no_object_is_named(entry: object) -> None:
    assert (1, "malformed") in troubles(entry)


@pytest.mark.parametrize("sign", ["\u200b", "\u202e", "\ud800", "\x00", "\x1b"])
@pytest.mark.parametrize("key", ["owner", "reason"])
def test_signs_that_nobody_sees_are_refused_in_what_people_read(key: str, sign: str) -> None:
    read = read_waivers({"waivers": [{**GOOD, key: GOOD[key] + sign}]}, RULES, TODAY)
    assert any("signs that nobody sees" in one.says for one in read.problems)
