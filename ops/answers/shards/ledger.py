"""How far a move is: kept on the primary, so that a step goes on after anything was killed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args
from uuid import uuid4

import psycopg

from ops.answers.shards.errors import MoveError
from ops.answers.shards.servers import text_of
from planner.shards.clients import PRIMARY
from planner.shards.route import Route

if TYPE_CHECKING:
    from datetime import datetime

    from ops.answers.shards.servers import Server

Step = Literal[
    "published",
    "copied",
    "fenced",
    "opening",
    "opened",
    "returning",
    "reopening",
    "cleaning",
    "cleaned",
    "cancelling",
    "cancelled",
]
ENDED: frozenset[Step] = frozenset({"cleaned", "cancelled"})
"""Steps from which another move may begin."""
ENDINGS: dict[str, str] = {
    "published": "`cut-over` and `clean-up`, or `cancel`",
    "copied": "`cut-over` and `clean-up`, or `cancel`",
    "opened": "`clean-up`, or `back` and `cancel`",
    "cleaning": "`clean-up`",
    "cancelling": "`cancel`",
    "returning": "`back`, then `cancel`",
    "reopening": "`back`, then `cancel`",
}
"""How a move ends from where it is; from everything else `cut-over` comes first."""


@dataclass(frozen=True)
class State:
    """A move as it stands.

    Attributes:
        route: from where to where.
        step: the last one that was reached.
        verified: whether everything but what was written since was compared as a whole.
        fenced_at: when writes of moving clients were refused.
        opened_at: when the new places accepted them.
        set_id: the random name of the servers that belong together.
        marks: those that a server of this moment may bear, the newest last.
    """

    route: Route
    step: Step
    verified: bool
    fenced_at: datetime | None
    opened_at: datetime | None
    set_id: str
    marks: tuple[str, ...]

    @property
    def pause_seconds(self) -> float | None:
        """How long writes of moving clients were refused everywhere."""
        if self.fenced_at is None or self.opened_at is None:
            return None
        return (self.opened_at - self.fenced_at).total_seconds()

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer."""
        return {
            "from": self.route.before or "primary",
            "to": self.route.after or "primary",
            "reached": self.step,
            "verified": self.verified,
            "pause_seconds": self.pause_seconds,
        }


STRANGE = "which this version of the tool does not know: end the move with the version that began it"
"""What is said of a move of another version."""


def _mark(number: int) -> str:
    return f"{number + 1}-{uuid4()}"


def number_of(mark: str | None) -> int:
    """The number of a mark; 0 of none."""
    return int(mark.partition("-")[0]) if mark else 0


class Ledger:
    """The rows of `bbp_shards.move` and `bbp_shards.progress`."""

    def __init__(self, primary: Server) -> None:
        if primary.place != PRIMARY:
            raise ValueError("the state of a move is kept on the primary")
        self.server = primary

    @property
    def exists(self) -> bool:
        """Whether a move was ever begun here."""
        return self.server.one("SELECT to_regclass('bbp_shards.move') IS NOT NULL") is True

    def _rows(self, columns: str) -> list[tuple[Any, ...]]:
        """The move, if there is one.

        Raises:
            MoveError: its table is not the one of this tool.
        """
        if not self.exists:
            return []
        try:
            return self.server.rows(f"SELECT {columns} FROM bbp_shards.move")  # noqa: S608 - own names
        except psycopg.errors.UndefinedColumn as error:
            raise MoveError(f"bbp_shards.move on the primary has other columns, {STRANGE}") from error

    def going_on(self, route: Route) -> bool:
        """Whether this move is under way; no where none is, or the last one has ended.

        Raises:
            MoveError: another one goes on.
        """
        if not (row := self._rows("before, after, step")):
            return False
        before, after, step = row[0]
        if step in ENDED:
            return False
        if (before, after) != (route.before, route.after):
            way = f"from {before or 'primary'} to {after or 'primary'}"
            ending = ENDINGS.get(step, "`cut-over`, then `clean-up`")
            back = ", and `back` is this one" if step == "opened" and Route(before, after).back == route else ""
            raise MoveError(f"a move {way} goes on here, at step {step}: end it first ({ending}){back}")
        return True

    def begin(self, route: Route, published: str, set_id: str, number: int) -> None:
        """Note a move with what it holds and whose servers it is, unless it is the one that goes on.

        Its marks are numbered above those that an earlier move left: what is put back to that has no higher one.

        Raises:
            MoveError: another one goes on.
        """
        if self.going_on(route):
            return
        self.server.execute(text_of("state.sql"))
        with self.server.connection.transaction():
            self.server.execute("DELETE FROM bbp_shards.move", "DELETE FROM bbp_shards.progress")
            self.server.run(
                "INSERT INTO bbp_shards.move (before, after, step, published, set_id, marks) "
                "VALUES (%s, %s, 'published', %s::jsonb, %s::uuid, ARRAY[%s::text])",
                route.before,
                route.after,
                published,
                set_id,
                _mark(number),
            )

    def read(self) -> State:
        """The move.

        Raises:
            MoveError: there is none.
        """
        rows = self._rows(
            "before, after, step, verified, fenced_at, opened_at, published IS NOT NULL, set_id::text, marks"
        )
        if not rows:
            raise MoveError("no move was begun on the primary: `./bbp shard move publish` is the first step")
        before, after, step, verified, fenced, opened, published, set_id, marks = rows[0]
        if not published or set_id is None:
            raise MoveError(f"bbp_shards.move on the primary does not say what the move holds, {STRANGE}")
        if step not in get_args(Step):
            raise MoveError(f"the move is at step {step!a}, {STRANGE}")
        return State(Route(before, after), step, verified, fenced, opened, set_id, tuple(marks))

    def last(self) -> State | None:
        """The last move; None where there is none, or one that says nothing of servers and marks."""
        try:
            return self.read()
        except MoveError:
            return None

    def mark(self, number: int) -> str:
        """A new mark above a number, beside those that servers bear until each has it."""
        mark = _mark(number)
        self.server.run("UPDATE bbp_shards.move SET marks = marks || %s::text", mark)
        return mark

    def marked(self, mark: str) -> None:
        """Every server bears it, and none may bear another one from here on."""
        self.server.run("UPDATE bbp_shards.move SET marks = ARRAY[%s::text]", mark)

    @property
    def copying(self) -> bool:
        """Whether rows were copied already, so that what was not noted since is missing among the copies."""
        return self.server.one("SELECT EXISTS (SELECT FROM bbp_shards.progress)") is True

    def copy_again(self) -> None:
        """Forget how far tables were copied, so that `copy` reads all of them again."""
        self.server.execute("DELETE FROM bbp_shards.progress")

    def published(self) -> str:
        """What the move holds."""
        return str(self.server.one("SELECT published::text FROM bbp_shards.move"))

    def hold(self, published: str) -> None:
        """Hold something else from here on."""
        self.server.run("UPDATE bbp_shards.move SET published = %s::jsonb", published)

    def note(self, step: Step) -> None:
        """Reach a step; the times of fence and opening are the server's own."""
        begins, ends = "fenced_at = clock_timestamp(), opened_at = NULL", "opened_at = clock_timestamp()"
        times = {"fenced": begins, "returning": begins, "opened": ends, "copied": ends}
        more = f", {times[step]}" if step in times else ""
        self.server.execute(f"UPDATE bbp_shards.move SET step = '{step}'{more}")  # noqa: S608 - own words

    def verified(self, *, whole: bool) -> None:
        """Note whether everything but what is written from here on was compared."""
        self.server.execute(f"UPDATE bbp_shards.move SET verified = {whole}")  # noqa: S608 - a boolean

    def progress(self, place: int, table: str) -> tuple[str | None, bool, int]:
        """The last primary key that was copied, whether all were, and how many rows."""
        rows = self.server.rows(
            "SELECT last_pk::text, done, copied FROM bbp_shards.progress WHERE place = %s AND tbl = %s", place, table
        )
        return rows[0] if rows else (None, False, 0)

    def advance(self, place: int, table: str, last: str | None, rows: int, *, done: bool) -> None:
        """Note how far a table was copied."""
        self.server.run(
            "INSERT INTO bbp_shards.progress VALUES (%s, %s, %s::jsonb, %s, %s) ON CONFLICT (place, tbl) DO UPDATE SET "
            "last_pk = coalesce(excluded.last_pk, progress.last_pk), done = excluded.done, copied = excluded.copied",
            place,
            table,
            last,
            done,
            rows,
        )
