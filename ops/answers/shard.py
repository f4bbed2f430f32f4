"""Where clients lie, and what moves when shards are added: client ids in, shards and moves out."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.jsonable import picked, plain
from plan.placement import Stated, deleted_shards, joined, shard_index, shard_servers, stated, unreadable
from plan.tokens import DATABASE
from planner.evidence import HOW, EvidenceError, read_plan, seen
from planner.shards.clients import PRIMARY, shard_hash, shard_of
from policies.placement import unplaced

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from plan import Plan
    from planner.shards.clients import ReshardPlan


MOST_ROWS = 2**63 - 1
"""What PostgreSQL counts to (bigint; PostgreSQL documentation, Numeric Types)."""
BRIEF = 60
"""Characters of a value that an error shows."""
SHOWN = 5
"""Ids that an error names."""


class IdsError(ValueError):
    """The ids cannot be read as what they were announced to be."""


@dataclass(frozen=True)
class Placement:
    """Where a client lies."""

    client_id: str
    hash: int
    shard: int


def read_ids(file: Path) -> list[str]:
    r"""The client ids of a file, a JSON array of strings; `-` is standard input.

    Any string of JSON is an id: the empty one, and lone surrogates written as `\ud800`, as JavaScript holds them.

    Raises:
        IdsError: the content is no JSON array of strings.
        OSError: the file cannot be read.
    """
    return _ids(file, _document(file))


def _document(file: Path) -> object:
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        document: object = json.loads(raw, object_pairs_hook=lambda pairs: _object(file, pairs))
    except IdsError:
        raise
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise IdsError(f"{file} is no JSON: {error}") from error
    except RecursionError as error:
        raise IdsError(f"{file} is no JSON of clients: it is nested too deeply") from error
    except ValueError as error:  # Python reads integers of up to 4,300 digits
        raise IdsError(f"{file}: a number in it has more digits than any number of rows") from error
    return document


def _object(file: Path, pairs: list[tuple[str, object]]) -> dict[str, object]:
    _each_once(file, [key for key, _ in pairs])
    return dict(pairs)


def _ids(file: Path, document: object) -> list[str]:
    if not isinstance(document, list):
        raise IdsError(f"{file} must hold a JSON array of client ids, it holds {_kind(document)}")
    for position, value in enumerate(document):
        if not isinstance(value, str):
            raise IdsError(f"{file}: entry {position} must be a string, it is {_kind(value)}")
    return document


def read_clients(file: Path) -> tuple[list[str], dict[str, int] | None]:
    """The client ids of a file, and how many rows each has where the file is an object from id to that number.

    Raises:
        IdsError: the content is neither, a number of rows is none, or a client is there twice.
        OSError: the file cannot be read.
    """
    document = _document(file)
    if document in ([], {}):
        raise IdsError(f"{file} holds no client, so that nothing can be counted: leave --clients out for shares alone")
    if not isinstance(document, dict):
        ids = _ids(file, document)
        _each_once(file, ids)
        return ids, None
    for client, rows in document.items():
        if isinstance(rows, bool) or not isinstance(rows, int) or not 0 <= rows <= MOST_ROWS:
            raise IdsError(f"{file}: {quoted(client)} must have a number of rows, 0 or more, it has {_brief(rows)}")
    return list(document), document


def _each_once(file: Path, ids: Sequence[str]) -> None:
    """A client that is there twice would be counted twice, or with the rows of one of its entries."""
    if twice := [client for client, times in Counter(ids).items() if times > 1]:
        named = ", ".join(map(quoted, twice[:SHOWN])) + (", ..." if len(twice) > SHOWN else "")
        raise IdsError(
            f"{file}: {len(twice):,} client{'s are' if len(twice) > 1 else ' is'} there more than once ({named}): "
            "give each once, as SELECT DISTINCT does"
        )


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "an array"}
    return names.get(type(value), "an object")


def _brief(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= BRIEF else f"{text[:BRIEF]}..."


def typed_ids(arguments: Sequence[str]) -> list[str]:
    """The ids of a command line.

    Raises:
        IdsError: one is not valid UTF-8, so that no JavaScript program can have been given the same id.
    """
    for argument in arguments:
        try:
            argument.encode("utf-8")
        except UnicodeEncodeError as error:
            raise IdsError(f"{quoted(argument)} is not valid UTF-8; use --ids-file with JSON escapes") from error
    return list(arguments)


def placements(ids: Sequence[str], count: int) -> list[Placement]:
    """Hash and shard of every id, in order.

    Raises:
        ShardError: `count` is out of range.
    """
    return [Placement(client_id, shard_hash(client_id), shard_of(client_id, count)) for client_id in ids]


@dataclass(frozen=True)
class Placed:
    """Where a plan's pods would read and write clients.

    Attributes:
        plan: what was judged.
        at: the placement that it brings; the primary for a stack without shards.
        refused: why the step there is refused; empty where it is not.
    """

    plan: Plan
    at: Stated
    refused: str

    @property
    def deleted(self) -> list[int]:
        """The indices of the shards whose servers the update deletes or replaces."""
        return deleted_shards(self.plan)

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer."""
        published = len(shard_servers(self.plan))
        return {
            "evidence": seen(self.plan, published, "shards"),
            "placement": plain(self.at),
            "deleted_shards": self.deleted,
            "refused": self.refused,
        }


def placed(file: Path) -> Placed:
    """The placement that the plan in a file brings.

    Raises:
        PlanError: the file is no plan.
        EvidenceError: the plan has no database, or shards whose placement nobody can read.
    """
    plan = read_plan(file)
    if unreadable(plan):
        raise EvidenceError(
            f"the plan in {file} publishes a placement that nobody can read, before the update or after it, so that "
            "nothing can be judged: look at the parameter shards-placement in it"
        )
    at = stated(plan)
    if at is None and (servers := shard_servers(plan)):
        raise EvidenceError(
            f"the plan in {file} publishes no placement, and it has shards "
            f"({joined([shard_index(one) for one in servers])}), so that nothing can be judged. Make it "
            f"with this version of the platform: {HOW}"
        )
    if not plan.of_type(DATABASE):
        raise EvidenceError(f"the plan in {file} has no database, so that nothing can be judged. Make it whole: {HOW}")
    return Placed(plan, at or Stated(), unplaced(plan))


def quoted(client_id: str) -> str:
    """An id as printable ASCII: JSON's quotes and escapes."""
    return json.dumps(client_id)


def plan_json(plan: ReshardPlan) -> dict[str, Any]:
    """A resharding as a JSON document; shares are parts of 1."""
    return {
        "from": plan.before or "primary",
        "to": plan.after or "primary",
        "moved_share": float(plan.moved_share),
        "clients": plan.total,
        "moved_clients": None if plan.total is None else len(plan.moves),
        "moved_rows": plan.moved_rows,
        "flows": [
            {"from": _index(flow.source), "to": _index(flow.target), "share": float(flow.share)}
            | picked(flow, "clients", "rows")
            for flow in plan.flows
        ],
        "moves": [
            {"client_id": move.client_id, "from": _index(move.source), "to": _index(move.target)} for move in plan.moves
        ],
        "steps": plain(plan.steps),
        "cheaper": plan.cheaper,
    }


def _index(index: int) -> int | str:
    return "primary" if index == PRIMARY else index
