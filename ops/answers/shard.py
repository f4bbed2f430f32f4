"""What `./bbp shard` reads and reports: client ids in, shards and moves out."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from planner.shards import PRIMARY, moved_share, shard_hash, shard_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.shards import ReshardPlan

SHOWN_MOVES = 20
"""Moves that the text report lists; the JSON document holds all."""


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
        document: object = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise IdsError(f"{file} is no JSON: {error}") from error
    return document


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
        IdsError: the content is neither, or a number of rows is none.
        OSError: the file cannot be read.
    """
    document = _document(file)
    if not isinstance(document, dict):
        return _ids(file, document), None
    for client, rows in document.items():
        if isinstance(rows, bool) or not isinstance(rows, int) or rows < 0:
            raise IdsError(f"{file}: {quoted(client)} must have a number of rows, 0 or more, it has {json.dumps(rows)}")
    return list(document), document


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "an array"}
    return names.get(type(value), "an object")


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


def quoted(client_id: str) -> str:
    """An id as printable ASCII: JSON's quotes and escapes."""
    return json.dumps(client_id)


def placement_json(rows: Sequence[Placement]) -> str:
    """The JSON document of `shard of`, ASCII only: a lone surrogate has no UTF-8."""
    return json.dumps([asdict(row) for row in rows], indent=2)


def placement_text(rows: Sequence[Placement]) -> str:
    """One line for each id."""
    width = max((len(str(row.hash)) for row in rows), default=0)
    return "\n".join(f"shard_{row.shard:<3} {row.hash:>{width}}  {quoted(row.client_id)}" for row in rows)


def plan_json(plan: ReshardPlan) -> str:
    """A resharding as a JSON document, ASCII only; shares are parts of 1."""
    document = {
        "from": plan.before or "primary",
        "to": plan.after,
        "moved_share": float(plan.moved_share),
        "clients": plan.total,
        "moved_clients": None if plan.total is None else len(plan.moves),
        "moved_rows": plan.moved_rows,
        "flows": [
            {
                "from": _index(flow.source),
                "to": flow.target,
                "share": float(flow.share),
                "clients": flow.clients,
                "rows": flow.rows,
            }
            for flow in plan.flows
        ],
        "moves": [{"client_id": move.client_id, "from": _index(move.source), "to": move.target} for move in plan.moves],
        "steps": [asdict(step) for step in plan.steps],
        "cheaper": plan.cheaper,
    }
    return json.dumps(document, indent=2)


def plan_text(plan: ReshardPlan) -> str:
    """A resharding for people."""
    if plan.after == plan.before:
        return f"{plan.before} shards stay {plan.after}: nothing moves."
    lines = [
        f"{plan.before or 'The primary'} to {plan.after} shards: {float(plan.moved_share):.0%} of all clients move.",
        *_cheaper(plan),
    ]
    if plan.total is not None:
        share = f" ({len(plan.moves) / plan.total:.1%})" if plan.total else ""
        with_rows = "" if plan.moved_rows is None else f", with {plan.moved_rows:,} rows"
        lines.append(f"Of the {plan.total:,} given clients {len(plan.moves):,} move{share}{with_rows}.")
    head = "" if plan.moved_rows is None else f"{'rows':>14}"
    lines += ["", f"from      to        share   clients{head}"]
    for flow in plan.flows:
        clients = "" if flow.clients is None else f"{flow.clients:,}"
        rows = "" if flow.rows is None else f"{flow.rows:>14,}"
        lines.append(f"{_name(flow.source)} {_name(flow.target)} {float(flow.share):>6.1%} {clients:>9}{rows}".rstrip())
    lines += _moves(plan)
    for number, step in enumerate(plan.steps, start=1):
        lines += ["", f"{number}. {step.title}", f"   {step.detail}", f"   Safe: {step.safe}."]
    return "\n".join(lines)


def _name(index: int) -> str:
    """A database in a column of its own."""
    return f"{'primary' if index == PRIMARY else f'shard_{index}':<9}"


def _index(index: int) -> int | str:
    return "primary" if index == PRIMARY else index


def _cheaper(plan: ReshardPlan) -> list[str]:
    if plan.cheaper is None:
        return []
    share = float(moved_share(plan.before, plan.cheaper))
    return [f"{plan.cheaper} shards would move only {share:.0%}: multiples of {plan.before} move the fewest."]


def _moves(plan: ReshardPlan) -> list[str]:
    if not plan.moves:
        return []
    shown = [
        f"  {quoted(move.client_id)}: {_name(move.source).strip()} to {_name(move.target).strip()}"
        for move in plan.moves
    ]
    rest = len(shown) - SHOWN_MOVES
    return [
        "",
        "Clients that move:",
        *shown[:SHOWN_MOVES],
        *([f"  {rest:,} more; --json lists all"] if rest > 0 else []),
    ]
