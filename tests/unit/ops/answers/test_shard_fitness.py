"""Which tables a move takes, and what it says of each that it cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.answers.shards.catalog import NAME_BYTES, Table
from ops.answers.shards.fitness import AHEAD, CLIENT_TYPES, Column, Facts, first_number, unfit

ID = Column(name="id", kind="bigint", base="bigint")
FIT = Facts(title="bonds", columns=(Column(name="client_id"), ID), key=("id",))


def client(**facts: object) -> Facts:
    """With a client column like this."""
    return replace(FIT, columns=(replace(FIT.columns[0], **facts), FIT.columns[1]))  # type: ignore[arg-type]  # of Column


@pytest.mark.parametrize("base", CLIENT_TYPES)
def test_a_client_whose_equality_is_that_of_its_text_is_taken(base: str) -> None:
    assert not list(unfit(client(kind="own_domain", base=base), "client_id"))


OTHERS = (
    "numeric, public.citext, character, name, real, double precision, date, boolean, bytea, jsonb, money, text[], oid, "
    "inet, public.colour, timestamp with time zone"
)


@pytest.mark.parametrize("base", OTHERS.split(", "))
def test_a_client_of_any_other_type_is_refused_also_behind_a_domain(base: str) -> None:
    said = list(unfit(client(kind="own_domain", base=base), "client_id"))
    assert any(one.startswith("bonds.client_id is own_domain: a client's place follows from its text") for one in said)


REFUSED = {
    "collation that calls different texts equal": client(deterministic=False),
    "may be NULL": client(required=False),
    "is generated": client(generated=True),
    "has no column client_id": replace(FIT, columns=(ID,)),
    "has no primary key": replace(FIT, key=()),
    "foreign table": replace(FIT, foreign=True),
    "is unlogged": replace(FIT, unlogged=True),
    "tables that inherit": replace(FIT, inherits=True),
    "rewrite rules (redirect)": replace(FIT, rules=("redirect",)),
    "has triggers that change what a move writes": replace(FIT, triggers=("told",)),
    "bonds.days is date[], and of an array in a primary key": replace(
        FIT, columns=(*FIT.columns, Column(name="days", kind="date[]", base="date[]")), key=("id", "days")
    ),
    "counts down or begins again": replace(FIT, sequences=(("bonds_id_seq", 1, True),)),
    "numbered by down_seq": replace(FIT, sequences=(("down_seq", -1, False),)),
    "numbered by block_seq, which counts by 50": replace(FIT, sequences=(("block_seq", 50, False),)),
    "bonds.photo is public.lo, the number of a large object": replace(
        FIT, columns=(*FIT.columns, Column(name="photo", kind="public.lo", base="oid"))
    ),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_a_move_cannot_keep_is_refused_in_a_sentence(said: str) -> None:
    (problem,) = unfit(REFUSED[said], "client_id")
    assert said in problem
    assert not list(unfit(FIT, "client_id"))


@given(st.integers(1, 2**31), st.integers(0, 10**6), st.integers(0, 15))
def test_a_sequence_of_a_shard_starts_behind_all_others_within_what_it_holds(top: int, left: int, rest: int) -> None:
    reached = max(0, top - left)
    start = first_number(reached, top, 16, rest)
    if start is None:
        assert top - reached < 32
    else:
        assert reached < start <= top
        assert start % 16 == rest
        assert start - reached <= min(AHEAD, max(1, left // 16)) + 16


def test_a_small_sequence_is_left_most_of_its_numbers() -> None:
    start = first_number(40, 32_767, 16, 3)
    assert start is not None
    assert start < 32_767 // 8


def named(schema: str, name: str) -> str:
    made = Table(schema, name, (), (), None).own_name("capture").as_string()
    return made.strip('"')


@given(st.text(min_size=1, max_size=63), st.text(min_size=1, max_size=63))
def test_what_a_move_makes_for_one_table_has_the_name_of_no_other(one: str, other: str) -> None:
    names = {named(schema, name) for schema, name in ((one, other), (one, f"{other}x"), (f"{one}x", other))}
    assert len(names) == 3
    assert all(len(name.replace('""', '"').encode()) <= NAME_BYTES for name in names)


def test_names_that_differ_in_their_last_letter_or_by_their_schema_stay_apart() -> None:
    assert named("public", "a" * 62 + "1") != named("public", "a" * 62 + "2")
    assert named("a_b", "c") != named("a", "b_c")


def test_a_primary_key_may_hold_a_generated_column() -> None:
    table = Table(
        "public", "t", (("client_id", "text"),), ("client_id", "n"), "client_id", computed=(("n", "integer"),)
    )
    assert table.key_types().as_string() == '"client_id" text, "n" integer'
