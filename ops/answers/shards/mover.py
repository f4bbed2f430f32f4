"""The steps of a move on real servers: each may be started again after anything was killed, and goes on."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import psycopg

from ops.answers.shards import pause
from ops.answers.shards.beginning import looked_at
from ops.answers.shards.errors import MoveError
from ops.answers.shards.ledger import ENDED, Ledger, number_of
from ops.answers.shards.placement import Agreed, agreed
from ops.answers.shards.published import Published, check_held, check_watched
from ops.answers.shards.rows import Row, check_keys, divided, next_rows, put, rows_of, waiting
from ops.answers.shards.sequences import align
from ops.answers.shards.shared import bring, tell_unlike
from ops.answers.shards.verify import noted_anew, whole
from ops.foreign import one_line
from planner.shards.clients import PRIMARY

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.answers.shards.catalog import Table
    from ops.answers.shards.ledger import State, Step
    from ops.answers.shards.rows import Batch
    from ops.answers.shards.schema import Schema
    from ops.answers.shards.servers import Server, Servers
    from planner.shards.route import Route, Verification

CHUNK = 5000
"""Rows, or writes, that one transaction carries: some megabytes."""
CAUGHT_UP = 200
"""Writes that may be left when the pause begins, and at the end of a step under writes: a fraction of a second."""
OVER = "the last move has ended: `./bbp shard move publish` begins another"
"""What is said of a step of a move that is over."""
TRIES = 3
"""How often rows are read again that met another row's unique value."""
TAKEN = (psycopg.errors.UniqueViolation, psycopg.errors.ExclusionViolation)
"""What a target says of a row whose place in a unique or an exclusion constraint an older row still has."""
KEPT: frozenset[Step] = frozenset({"opened", "returning"})
"""Steps at which writes are carried back."""
FORTH: tuple[Step, Step, Step, Step] = ("copied", "fenced", "opening", "opened")
BACK: tuple[Step, Step, Step, Step] = ("opened", "returning", "reopening", "copied")
"""What a cut over goes through, in both directions."""


class Mover:
    """A move between servers that are connected."""

    def __init__(self, servers: Servers, schema: Schema, say: Callable[[str], None], begins: Route | None) -> None:
        self.servers, self.schema, self.say = servers, schema, say
        self.primary = servers[PRIMARY]
        self.ledger = Ledger(self.primary)
        if begins is None or self.ledger.going_on(begins):
            self.held = Published.read(self.ledger.published())
        else:
            self.held = looked_at(servers, schema)
        self.catalog = self.held.catalog
        self.agreed = Agreed(frozenset(servers), {}, 0)

    def hold(self, word: str = "") -> None:
        """That servers, tables, schema file and guards are what the move was published with.

        Args:
            word: what is to be done.

        Raises:
            MoveError: something was changed meanwhile; what, and what to do about it.
        """
        state = self.agree(word)
        check_held(self.servers, self.held, self.schema, state.step)
        check_watched(self.servers, self.catalog, state, copied=self.ledger.copying)

    def agree(self, word: str = "") -> State:
        """The move, once every server fits it.

        Args:
            word: what is to be done, in which some may be of another moment.

        Raises:
            MoveError: one is another server, or was restored to another moment.
        """
        state = self.ledger.read()
        self.agreed = agreed(self.servers, state, word)
        return state

    def mark(self) -> None:
        """Leave a mark on every server: one that does not bear it did not see what was done until here.

        Killed in the middle, servers bear this mark or the one before.
        """
        mark = self.ledger.mark(self.agreed.number)
        for place in self.agreed.known:
            self.servers[place].run("UPDATE bbp_shards.identity SET mark = %s", mark)
        self.ledger.marked(mark)
        self.agreed = Agreed(self.agreed.known, {}, number_of(mark))

    def hold_from_now(self, now: Published) -> None:
        """Hold the tables as they are now."""
        self.held, self.catalog = now, now.catalog
        self.ledger.hold(now.as_json())

    def copy(self) -> None:
        """Copy every client's rows to its place; what is written meanwhile follows."""
        state = self.ledger.read()
        self._unopened(state)
        self.hold()
        bring(self.servers, state.route, self.catalog, self.say)
        tell_unlike(self.servers, state.route, self.catalog, self.say)
        for place in state.route.sources:
            for table in self.catalog.tables:
                if table.client is not None:
                    self._copy(state.route, self.servers[place], table)
        self.catch_up(state.route)
        self.hold()
        if state.step == "published":
            self.ledger.note("copied")

    def _copy(self, route: Route, source: Server, table: Table) -> None:
        last, done, count = self.ledger.progress(source.place, table.title)
        while not done:
            rows = next_rows(source, table, last, CHUNK)
            self._put(route, source, table, rows)
            count += len(rows)
            last, done = rows[-1].key if rows else last, len(rows) < CHUNK
            self.ledger.advance(source.place, table.title, last, count, done=done)
            if self._waiting(route, source) > CHUNK:
                self.catch_up(route)
        self.say(f"{table.title}: {count:,} rows of {source.name} read, those that move copied")

    def _put(self, route: Route, source: Server, table: Table, rows: list[Row]) -> None:
        """A row that took another one's unique value meets the old one: what was written is carried over first."""
        for attempt in range(TRIES):
            try:
                for aim, batch in divided(route, source.place, table, rows).items():
                    with self.servers[aim].replica_role():
                        put(self.servers[aim], table, batch)
            except TAKEN as error:
                if attempt == TRIES - 1:
                    raise MoveError(f"{table.title}: {one_line(error)}") from error
                self.catch_up(route)
                rows = rows_of(source, table, [row.key for row in rows])
            else:
                return

    def carry_over(self) -> None:
        """Carry over what was written since the copy."""
        state = self.ledger.read()
        self._unopened(state)
        self.hold()
        self.catch_up(state.route)

    def catch_up(self, route: Route, left: int = CAUGHT_UP) -> None:
        """Carry over what was written at the sources, until so many writes of clients that move are left.

        Notes of the others are only forgotten: under load there are always some, and in the pause (none left) nobody
        may wait for them.
        """
        for place in route.origins:
            limit = CHUNK
            while True:
                carried = self._carry(route, self.servers[place], limit)
                limit = 10**9 if carried is None else CHUNK
                if carried is None or (left and carried == CHUNK):
                    continue
                if self._waiting(route, self.servers[place]) <= left:
                    break
        align(self.servers, route, self.catalog)

    def _waiting(self, route: Route, source: Server) -> int:
        return sum(waiting(source, route, self.catalog).values())

    def _carry(self, route: Route, source: Server, limit: int) -> int | None:
        """Carry one batch of writes over; None where only all of them together fit the unique constraints."""
        written: dict[str, dict[tuple[str, str], None]] = {}
        rows: dict[str, list[Row]] = {}
        with source.snapshot():
            noted = source.rows("SELECT id, tbl, pk::text, client FROM bbp_shards.changes ORDER BY id LIMIT %s", limit)
            for _, title, key, client in noted:
                written.setdefault(title, {})[key, client] = None
            written = {title: keys for title, keys in written.items() if title in self.catalog.by_title}
            for title, keys in written.items():
                check_keys(source, title, self.catalog.by_title[title], (key for key, _ in keys))
                rows[title] = rows_of(source, self.catalog.by_title[title], dict.fromkeys(key for key, _ in keys))
        if not noted:
            return 0
        try:
            self._place(route, source, written, rows)
        except TAKEN as error:
            if limit > CHUNK:
                raise MoveError(f"{source.name}: {one_line(error)}") from error
            return None
        clients = {client for keys in written.values() for _, client in keys}
        clients |= {row.client for found in rows.values() for row in found}
        with source.connection.transaction():
            source.run(
                "INSERT INTO bbp_shards.recheck SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", sorted(clients)
            )
            source.run("DELETE FROM bbp_shards.changes WHERE id = ANY(%s)", [number for number, *_ in noted])
        return len(noted)

    def _place(
        self, route: Route, source: Server, written: dict[str, dict[tuple[str, str], None]], rows: dict[str, list[Row]]
    ) -> None:
        """All tables at once at each target, so that a snapshot of the source becomes one of the target."""
        batches: dict[int, list[tuple[Table, Batch]]] = {}
        for title, keys in written.items():
            table = self.catalog.by_title[title]
            for aim, batch in divided(route, source.place, table, rows[title], keys).items():
                batches.setdefault(aim, []).append((table, batch))
        if batches:
            # A source that is put back to before it was read must not carry what it had then over what is put now.
            self.mark()
        for aim, parts in batches.items():
            with self.servers[aim].replica_role():
                for table, batch in parts:
                    put(self.servers[aim], table, batch)

    def verify(self, *, stands: bool = False) -> Verification:
        """Compare everything; remember that it was, so that the pause compares only what is written from here on.

        Args:
            stands: whether what differs is right where clients are served.
        """
        state = self.ledger.read()
        if state.step in ENDED:
            raise MoveError(f"{OVER}; of the last one nothing is left to compare")
        route = state.route.back if state.step in KEPT else state.route
        if state.step in {"opening", "reopening", "cleaning", "cancelling"}:
            raise MoveError(f"the move is at step {state.step}: start that step again first")
        self.hold("verify")
        restored = frozenset(self.agreed.restored)
        found = whole(self.servers, route, self.catalog, restored=restored)
        if stands:
            self.stand(route)
        elif restored and not found.different and found.clients > 0:
            names = ", ".join(self.servers[place].name for place in sorted(self.agreed.restored))
            self.mark()
            self.say(f"{names}: of another moment, and all that should lie there does: every step can be taken again")
        if state.step in {"published", "copied"}:
            self.ledger.verified(whole=not found.different and found.clients > 0)
        return found

    def stand(self, route: Route, *, deleting: bool = False) -> None:
        """Let rows stand as clients are served them, and servers of another moment take part again.

        Args:
            route: from where clients are served.
            deleting: whether old copies are being deleted.
        """
        places = frozenset(self.agreed.restored) or self.agreed.known
        noted = noted_anew(self.servers, route, self.catalog, places & self.agreed.known, deleting=deleting)
        self.mark()
        self.say(f"{noted:,} rows that differed are noted where they are served, and stand: every step can be taken")

    def cut_over(self, at_most: float, *, drop_shared: bool = False) -> State:
        """Refuse writes of clients that move, carry the last over, compare, and admit them where they lie from then on.

        Everything is compared before, while clients are written, whatever was verified earlier.

        Args:
            at_most: seconds of pause after which writes are admitted at the old places again.
            drop_shared: whether shared rows which only shards that are left have are given up.

        Raises:
            MoveError: something differs, or it takes too long: clients are read and written where they were.
        """
        state = self.ledger.read()
        if state.step == "published":
            raise MoveError("nothing is copied yet: `./bbp shard move copy` comes first")
        if state.step in ENDED:
            raise MoveError(OVER)
        if state.step not in FORTH:
            raise MoveError(f"the move is at step {state.step}: `./bbp shard move status` says what comes next")
        if state.step != FORTH[-1]:
            pause.taken(self, state.route, FORTH, at_most, drop_shared=drop_shared)
        return self.ledger.read()

    def back(self, at_most: float, *, drop_shared: bool = False) -> State:
        """The same in the other direction: what was written at the new places is carried back first."""
        state = self.ledger.read()
        if state.step == BACK[-1] and state.opened_at is not None:
            return state  # it was killed after its last word, or given up: clients are where they were
        if state.step not in BACK[:3]:
            raise MoveError(f"the move is at step {state.step}: there is a way back from opened until clean-up")
        pause.taken(self, state.route.back, BACK, at_most, drop_shared=drop_shared)
        return self.ledger.read()

    def keep(self, *, forever: bool, seconds: float = 1.0) -> None:
        """Carry what is written at the new places back to the old ones, so that the way back stays short.

        Between two rounds others may verify or take a step; it ends by itself where that step ends the way back.
        """
        state = self.ledger.read()
        if state.step not in KEPT:
            raise MoveError(f"the move is at step {state.step}: there is nothing to carry back before it is opened")
        while state.step in KEPT:
            self.hold()
            self.catch_up(state.route.back)
            if not forever:
                return
            for server in self.servers.values():
                server.unlock()
            time.sleep(seconds)
            for server in self.servers.values():
                server.lock(math.inf)
            state = self.ledger.read()
        self.say(f"the move is at step {state.step}: nothing is carried back any more")

    @staticmethod
    def _unopened(state: State) -> None:
        """Rows are copied from the old places only while clients are written there."""
        if state.step in ENDED:
            raise MoveError(OVER)
        if state.step not in {"published", "copied"}:
            raise MoveError(
                f"the move is at step {state.step}: rows are copied while clients are written at their old places, "
                "before the cut over; `./bbp shard move status` says what comes next"
            )
