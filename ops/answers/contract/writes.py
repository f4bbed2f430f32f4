"""Writes: what is created twice with one key, and whether it can be read back at once."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

from bailbondpro.contract import contract
from ops.answers.contract.client import SLOW_SECONDS, UnreachableError
from ops.answers.contract.verdicts import broken, found, kept, not_judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.contract.client import Answer
    from ops.answers.contract.run import Run
    from ops.answers.contract.verdicts import Verdict

OK, CREATED, UNPROCESSABLE = 200, 201, 422
DENIED = {401, 403}
NAMES = ("retries.created", "retries.idempotent", "retries.other-body", "database.read-after-write")
HOW = "name a POST that creates something and its body: --write /api/bonds --body bond.json"


def judge(run: Run) -> Iterator[Verdict]:
    """What a POST of the application's own does, if one was named."""
    if run.options.write is None:
        yield from (not_judged(name, "nobody said what creates something", HOW) for name in NAMES)
        return
    key = str(uuid.uuid4())
    try:
        first = _post(run, key, pause=SLOW_SECONDS)
        if first.status in DENIED:
            how = "hand over the headers that sign in: --headers FILE, one `Name: value` in a line"
            yield from (not_judged(name, f"the POST was answered {first.status}", how) for name in NAMES)
            return
        problem = _not_created(first)
        yield found("retries.created", problem)
        twice = _repeated(run, key, first)
        yield found("retries.idempotent", twice)
        yield not_judged("retries.other-body", "retries.idempotent is broken") if twice else _other(run, key)
        yield not_judged(NAMES[-1], "retries.created is broken") if problem else found(NAMES[-1], _read_back(run))
    except UnreachableError as error:
        yield broken("retries.created", str(error))


def _post(run: Run, key: str, body: bytes | None = None, pause: float = 0) -> Answer:
    headers = {"Content-Type": "application/json", "Idempotency-Key": key, **run.options.headers}
    path = run.options.write or ""
    body = body or run.options.body
    answer = run.application.ask(path, part="api", method="POST", headers=headers, body=body, pause=pause)
    if answer.status == CREATED:
        run.created.append(answer)
    return answer


def _not_created(answer: Answer) -> str | None:
    if answer.status != CREATED:
        return f"the POST was answered {answer.status}: {answer.body[:80].decode(errors='replace')}"
    return None if answer.headers.get("location", "").startswith("/") else "the answer has no Location with a path"


def _repeated(run: Run, key: str, first: Answer) -> str | None:
    second = _post(run, key)
    for name, one, other in (
        ("status", first.status, second.status),
        ("Location", first.headers.get("location"), second.headers.get("location")),
        ("body", first.body, second.body),
    ):
        if one != other:
            return f"the second try had another {name}: {_text(one)}, then {_text(other)}"
    return None


def _text(value: object) -> str:
    return value[:80].decode(errors="replace") if isinstance(value, bytes) else str(value)


def _other(run: Run, key: str) -> Verdict:
    name = "retries.other-body"
    document = json.loads(run.options.body)
    if not isinstance(document, dict):
        return not_judged(name, "the body is no JSON object, so that nothing can be changed in it")
    changed = json.dumps({**document, "contractTest": run.mark}).encode()
    answer = _post(run, key, changed)
    return kept(name) if answer.status == UNPROCESSABLE else broken(name, f"it was answered {answer.status}")


def _read_back(run: Run) -> str | None:
    times = contract().clause("database.read-after-write").reads or 1
    for number in range(1, times + 1):
        made = _post(run, str(uuid.uuid4()))
        location = made.headers.get("location", "")
        if not location:
            return f"POST number {number} was answered {made.status}"
        answer = run.application.ask(location, part="api", headers=run.options.headers)
        if answer.status != OK:
            return f"GET {location} was answered {answer.status} right after its POST ({number} of {times})"
        if problem := _other_content(made, answer):
            return f"GET {location}: {problem}"
    return None


def _other_content(made: Answer, read: Answer) -> str | None:
    one, other = made.document, read.document
    if not isinstance(one, dict) or not isinstance(other, dict):
        return None
    wrong = sorted(name for name in one.keys() & other.keys() if one[name] != other[name])
    return f"{wrong[0]} is not what the POST answered" if wrong else None
