"""What the platform asks for by itself: probes, metrics, the application's own document, its placement of clients."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bailbondpro.contract import contract
from ops.answers.contract.client import PROBE_SECONDS, SLOW_SECONDS, Answer, UnreachableError
from ops.answers.contract.exposition import ExpositionError, families
from ops.answers.contract.run import DOCUMENT_PATH, MISSING
from ops.answers.contract.verdicts import broken, found, kept, not_judged
from planner.shards.clients import shard_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.contract.run import Run
    from ops.answers.contract.verdicts import Verdict

OK = 200
SHARDS_PATH = f"{DOCUMENT_PATH}/shards"
METRICS_TYPES = ("text/plain", "application/openmetrics-text")
"""Prometheus' text format and its successor (Prometheus documentation, "Exposition formats"; unverified)."""
NULLABLE = {field.field for field in contract().document if ", or null" in field.holds}
COUNTS = (4, 7)
"""Numbers of shards that are asked about: the guide's, and an odd one."""
TRAPS = (
    *("", "a", "client-1", "0", " ", "\x00", "\uffff", "\ud800", "\udc00\ud800"),
    *(
        "Client-1",
        "CLIENT-1",
        "client-1 ",
        " client-1",
        "client-1\n",
        "007",
        "1e3",
        "1.0",
        "+1",
        "-1",
        "null",
        "caf\u00c9",
    ),
    *("\u00e9", "e\u0301", "\u5ba2\u6237-7", "\U0001d49c", "\U0001f600-1"),
    # hashes of the smallest 32-bit integer, whose absolute value overflows where integers have 32 bits
    *("polygenelubricants", "a" * 1000),
)
IDS = (*TRAPS, *(f"client-{number}" for number in range(200)))
"""Ids that are placed: those on which languages disagree, and ordinary ones."""


def judge(run: Run) -> Iterator[Verdict]:
    """Every endpoint of the contract that can be asked without doing anything."""
    for name, path in (("endpoint.health", "/health"), ("endpoint.ready", "/ready")):
        yield found(name, _probe(run, path))
    yield found("endpoint.metrics", metrics_problem(run))
    yield found("endpoint.contract", _document_problem(run))
    yield from _placement(run)


def _probe(run: Run, path: str) -> str | None:
    try:
        answer = run.application.ask(path, patience=PROBE_SECONDS)
    except UnreachableError as error:
        return f"no answer within {PROBE_SECONDS:g} s: {error}"
    return None if answer.status == OK else f"GET {path} answered {answer.status}"


def metrics_problem(run: Run) -> str | None:
    """Why /metrics cannot be read by Prometheus; None where it can."""
    try:
        answer = run.application.ask("/metrics")
    except UnreachableError as error:
        return str(error)
    if answer.status != OK:
        return f"GET /metrics answered {answer.status}"
    kind = answer.headers.get("content-type", "")
    if not kind.startswith(METRICS_TYPES):
        return f"Content-Type is {kind or 'missing'}, not {' or '.join(METRICS_TYPES)}"
    if kind.startswith(METRICS_TYPES[1]) and not answer.body.endswith(b"# EOF\n"):
        return f"{METRICS_TYPES[1]} does not end with # EOF: Prometheus takes nothing of it"
    try:
        families(answer.body.decode())
    except (ExpositionError, UnicodeDecodeError) as error:
        return str(error)
    return None


def _document_problem(run: Run) -> str | None:
    answer = run.described
    if not isinstance(answer, Answer):
        return answer
    if answer.status != OK:
        return f"GET {DOCUMENT_PATH} answered {answer.status}"
    if not isinstance(answer.document, dict):
        return "the body is no JSON object"
    missing = [field.field for field in contract().document if _lost(run, field.field)]
    if missing:
        return f"the document lacks {', '.join(missing)}"
    version = run.says("contract")
    if version != contract().version or isinstance(version, bool):
        return f"contract is {version!r}, not {contract().version}"
    told = run.given("CDN_URL")
    if run.options.variables is not None and run.says("cdnUrl") != told:
        return f"cdnUrl is {run.says('cdnUrl')!r}, CDN_URL is {told!r}"
    return None


def _lost(run: Run, path: str) -> bool:
    """Whether a field is not there, or null and it always applies; without a database there are no pools."""
    if path.startswith("pools.") and run.says("connections.primary") is None:
        return run.says("pools") is MISSING
    return run.says(path) is MISSING or (run.says(path) is None and path not in NULLABLE)


def _placement(run: Run) -> Iterator[Verdict]:
    problem: str | None = None
    wrong: list[str] = []
    for count in COUNTS:
        given = _placed(run, count)
        if isinstance(given, str):
            problem = given
            break
        wrong += [
            f"{json.dumps(client)} of {count} shards on {shard}, not {shard_of(client, count)}"
            for client, shard in zip(IDS, given, strict=True)
            if shard != shard_of(client, count)
        ]
    yield found("endpoint.shard-of", problem)
    if problem is not None:
        yield not_judged("shards.hash", "endpoint.shard-of is broken")
    elif wrong:
        yield broken("shards.hash", f"{len(wrong)} of {len(IDS) * len(COUNTS)} ids, such as {wrong[0]}")
    else:
        yield kept("shards.hash")


def _placed(run: Run, count: int) -> list[int] | str:
    """The shards of all ids, or what is wrong with the answer."""
    body = json.dumps({"count": count, "clients": IDS}).encode()
    headers = {"Content-Type": "application/json"}
    try:
        pause = SLOW_SECONDS if count == COUNTS[0] else 0
        answer = run.application.ask(SHARDS_PATH, part="api", method="POST", headers=headers, body=body, pause=pause)
    except UnreachableError as error:
        return str(error)
    if answer.status != OK:
        return f"POST {SHARDS_PATH} answered {answer.status}"
    shards = answer.document.get("shards") if isinstance(answer.document, dict) else None
    if not isinstance(shards, list) or len(shards) != len(IDS) or not all(type(shard) is int for shard in shards):
        return f"no list of {len(IDS)} whole numbers under the key shards"
    return shards
