"""Numbers that no column gives are apart on every shard, and rows of a table of the primary's are not lost on one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.shards.clients import PRIMARY
from planner.shards.route import place_of
from tests.support.shard_servers import SCHEMA, fill

if TYPE_CHECKING:
    from tests.support.shard_servers import OneServer

OWN = """
CREATE SEQUENCE bond_numbers;
CREATE SEQUENCE receipts OWNED BY audit.said;
CREATE TABLE log (said text);
CREATE FUNCTION numbered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.number := coalesce(NEW.number, 'n' || nextval('public.bond_numbers')); RETURN NEW; END $$;
CREATE TRIGGER numbered BEFORE INSERT ON bonds FOR EACH ROW EXECUTE FUNCTION numbered();
CREATE FUNCTION said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO public.audit (said) VALUES (NEW.name); INSERT INTO public.log VALUES (NEW.name); RETURN NULL; END $$;
CREATE TRIGGER said AFTER UPDATE ON clients FOR EACH ROW EXECUTE FUNCTION said();
"""
"""A trigger of the application that numbers rows, and one that writes what stays on the primary."""
BOND = "INSERT INTO bonds (client_id, amount) VALUES (%s, 1) RETURNING number"


def test_triggers_of_the_application_give_no_number_twice_and_lose_no_row(one_server: OneServer) -> None:
    found = one_server.databases(2)
    for place in (PRIMARY, 0, 1):
        found.run(place, OWN)
    found.schema.write_text(SCHEMA.replace("audit: primary", "audit: primary, log: primary"))
    fill(found, 6)
    (last,) = found.run(PRIMARY, "SELECT last_value FROM bond_numbers")[0]
    found.run(0, "DROP SEQUENCE bond_numbers")
    assert "sequence bond_numbers is not on both the primary and shard_0" in found.refused(
        "move", "publish", "--to", "2"
    )
    found.run(0, "CREATE SEQUENCE bond_numbers")
    found.done("move", "publish", "--to", "2")
    found.done("move", "copy")
    found.run(1, "ALTER SEQUENCE bond_numbers RESTART WITH 1")
    assert found.differences() == [("sequence behind", "shard_1", "bond_numbers")]
    found.done("move", "cut-over")
    clients = [next(f"client-{n}" for n in range(1, 7) if place_of(f"client-{n}", 2) == place) for place in (0, 1)]
    given = {int(found.run(place, BOND, clients[place])[0][0][1:]) for place in (0, 1) for _ in range(3)}
    assert len(given) == 6
    assert min(given) > last
    receipts = {found.run(place, "SELECT nextval('receipts')")[0] for place in (0, 1) for _ in range(3)}
    assert len(receipts) == 6
    found.run(1, "ALTER SEQUENCE receipts INCREMENT BY 1")
    assert found.differences() == [("sequence behind", "shard_1", "receipts")]
    found.done("move", "keep", "--once")
    assert found.differences() == []
    found.run(PRIMARY, "INSERT INTO log VALUES ('heard of')")
    found.run(0, "UPDATE clients SET name = 'heard of' WHERE id = %s", clients[0])
    said = found.refused("move", "back")
    assert "audit on shard_0, 1 rows: the primary has none of them, which alone keeps this table" in said
    assert "log on shard_0, 1 rows, and no primary key says whether the primary, which alone keeps this table" in said
    assert ("extra row", "shard_0", "audit") in found.differences()
    found.done("move", "back", "--drop-shared")
    assert found.run(PRIMARY, BOND, clients[0]) != found.run(PRIMARY, BOND, clients[1])
