"""What changed since a move was published, in sentences, and what a record of it gives back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ops.answers.shards.catalog import Catalog, ForeignKey, Sequence, Table
from ops.answers.shards.published import Published, changes
from ops.answers.shards.schema import Schema
from planner.shards.clients import PRIMARY

CLIENTS = Table("public", "clients", (("id", "text"), ("name", "text")), ("id",), "id")
BONDS = Table(
    "odd",
    "bonds",
    (("client_id", "text"), ("id", "bigint")),
    ("id", "n"),
    "client_id",
    sequences=(Sequence("odd", "bonds_id_seq", "id", 2**31 - 1),),
    computed=(("n", "integer"),),
)
SCHEMA = Schema(tables={"clients": "id", "odd.bonds": "client_id"}, shared={"audit": "primary"})
THERE = {"clients": ("clients_pkey PRIMARY KEY (id)", "column id text NOT NULL"), "odd.bonds": ("column id bigint",)}
HELD = Published(
    SCHEMA,
    {PRIMARY: {**THERE, "audit": ("column said text",)}, 0: THERE},
    Catalog((CLIENTS, BONDS), (ForeignKey("bond", BONDS, CLIENTS, (("client_id", "id"),)),)),
)


def test_a_record_gives_back_what_was_recorded() -> None:
    assert Published.read(HELD.as_json()) == HELD


def test_nothing_changed_is_nothing_to_say() -> None:
    assert not list(changes(HELD, SCHEMA, HELD.places))
    audit = {"audit": ("column said varchar", "column more text")}
    assert not list(changes(HELD, SCHEMA, {PRIMARY: THERE | audit})), "what stays on the primary is nobody's concern"


def test_what_no_table_has_and_who_refers_to_one_is_held_and_said_once() -> None:
    there = {"": ("sequence s",), **THERE, "audit": ()}
    kept = replace(HELD, catalog=replace(HELD.catalog, kept=(("public", "audit"),)), places={0: there})
    now = {
        "": ("sequence s, CYCLE",),
        "clients": (*THERE["clients"], "reference of odd.bonds: bond", "reference of audit: audit_client"),
        "odd.bonds": THERE["odd.bonds"],
    }
    assert list(changes(kept, SCHEMA, {0: now})) == [
        "shard_0 has no table audit any more",
        "shard_0: had sequence s",
        "shard_0: has sequence s, CYCLE, which is new",
        "shard_0: clients has reference of audit: audit_client, which is new",
    ]


CHANGED = {
    "shard_0 has a table notes, which is new": THERE | {"notes": ("column id text",)},
    "shard_0 has no table clients any more": {"odd.bonds": THERE["odd.bonds"]},
    "shard_0: clients has column more text, which is new": THERE | {"clients": (*THERE["clients"], "column more text")},
    "shard_0: clients had clients_pkey PRIMARY KEY (id)": THERE | {"clients": THERE["clients"][1:]},
}


@pytest.mark.parametrize("said", CHANGED)
def test_each_change_of_a_server_is_named_with_the_server(said: str) -> None:
    assert list(changes(HELD, SCHEMA, {PRIMARY: HELD.places[PRIMARY], 0: CHANGED[said]})) == [said]


def test_another_type_is_what_was_and_what_is() -> None:
    now = THERE | {"odd.bonds": ("column id numeric",)}
    assert list(changes(HELD, SCHEMA, {0: now})) == [
        "shard_0: odd.bonds had column id bigint",
        "shard_0: odd.bonds has column id numeric, which is new",
    ]


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"tables": {"clients": "id"}}, "odd.bonds in tables: nothing, and was client_id"),
        ({"shared": {"audit": "copied"}}, "audit in shared: copied, and was primary"),
        ({"foreign_keys": {"bond": "dropped"}}, "bond in foreign_keys: dropped, and was nothing"),
    ],
)
def test_an_edited_schema_file_is_named_with_what_it_said(schema: dict[str, dict[str, str]], said: str) -> None:
    edited = Schema.model_validate(SCHEMA.model_dump() | schema)
    assert list(changes(HELD, edited, HELD.places)) == [f"the schema file says of {said}"]


def test_the_order_in_a_schema_file_means_nothing() -> None:
    turned = Schema(tables=dict(reversed(SCHEMA.tables.items())), shared=SCHEMA.shared)
    assert not list(changes(HELD, turned, HELD.places))
