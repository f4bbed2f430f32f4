"""What an operator reads before anything is run: each server's statements, in the order of the steps."""

from __future__ import annotations

import re

import pytest

from ops.answers.shards.catalog import Catalog, Table
from ops.answers.shards.statements import TRIGGERS, script, watched
from planner.shards.clients import PRIMARY
from planner.shards.route import Route

CLIENTS = Table("public", "clients", (("id", "text"),), ("id",), "id")
COURTS = Table("public", "courts", (("id", "integer"),), ("id",), None)
CATALOG = Catalog((CLIENTS, COURTS), ())


def titles(route: Route, place: int) -> list[str]:
    return re.findall(r"^-- \w+: (?:cut over, )?(\w+)", script(CATALOG, route, place), re.MULTILINE)


@pytest.mark.parametrize(
    ("route", "place", "said"),
    [
        (Route(0, 4), PRIMARY, ["publish", "refuse", "lead", "admit"]),
        (Route(0, 4), 3, ["publish", "admit"]),
        (Route(4, 8), PRIMARY, ["publish", "refuse", "admit"]),
        (Route(4, 8), 3, ["publish", "refuse", "lead", "admit"]),
        (Route(4, 0), PRIMARY, ["publish", "admit"]),
    ],
)
def test_each_place_is_shown_what_it_takes_part_in(route: Route, place: int, said: list[str]) -> None:
    assert titles(route, place) == said


def refuses_shared(route: Route, place: int) -> list[bool]:
    """Whether rows of no client are refused, statement by statement."""
    bodies = re.findall(r"admit_shared\(client text\).*?END \$body\$", script(CATALOG, route, place), re.DOTALL)
    return ["RAISE" in body for body in bodies]


@pytest.mark.parametrize(
    ("route", "place", "refused"),
    [
        (Route(0, 4), PRIMARY, [False, True, True, False]),
        (Route(0, 4), 3, [True, False]),
        (Route(4, 8), PRIMARY, [False, True, False]),
        (Route(4, 8), 3, [False, True, True, False]),
        (Route(4, 0), PRIMARY, [False, False]),
        (Route(4, 0), 3, [False, True, True, True]),
    ],
)
def test_rows_of_no_client_are_refused_in_the_pause_and_on_shards_without_clients(
    route: Route, place: int, refused: list[bool]
) -> None:
    assert refuses_shared(route, place) == refused


def test_every_trigger_of_a_table_is_in_force_in_every_role() -> None:
    text = "\n".join(statement.as_string() for statement in watched(CATALOG))
    made = re.findall(r"CREATE OR REPLACE TRIGGER (\w+)", text)
    always = re.findall(r"ENABLE ALWAYS TRIGGER (\w+)", text)
    assert sorted(made) == sorted(always)
    assert len(made) == 2 * TRIGGERS
