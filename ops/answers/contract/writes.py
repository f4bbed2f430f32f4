"""Writes: what one key creates and another one creates besides, and whether it can be read back at once."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from bailbondpro.contract import contract
from ops.answers.contract.client import SLOW_SECONDS, UnreachableError
from ops.answers.contract.read_back import compared, values
from ops.answers.contract.verdicts import broken, found, kept, not_judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.contract.client import Answer
    from ops.answers.contract.run import Run
    from ops.answers.contract.verdicts import Verdict

OK, CREATED, CONFLICT, UNPROCESSABLE = 200, 201, 409, 422
DENIED = {401, 403}
NAMES = ("retries.created", "retries.idempotent", "retries.other-body", "database.read-after-write")
HOW = "name a POST that creates something and its body: --write /api/bonds --body bond.json"
UNSEEN = (
    "leave out of --body what the application never gives back, or in another form; under another name a text with a "
    "digit in it and a number of four digits are known again"
)
"""What to do about values that nobody can find again."""
MOST_BODIES = 3
"""Other bodies that are tried: two with another value each, and one with a key more."""


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
        if problem:
            yield from (not_judged(name, "retries.created is broken") for name in NAMES[1:])
            return
        again = _post(run, key)
        yield _read_back(run)
        twice = _other_than(first, again) or _at_once(run) or _one_for_many(run)
        yield found("retries.idempotent", twice)
        yield not_judged("retries.other-body", "retries.idempotent is broken") if twice else _other(run, key)
    except UnreachableError as error:
        yield broken("retries.created", str(error))


def _post(run: Run, key: str, body: bytes | None = None, pause: float = 0) -> Answer:
    headers = {"Content-Type": "application/json", "Idempotency-Key": key, **run.options.headers}
    path = run.options.write or ""
    body = body or run.options.body
    answer = run.application.ask(path, part="api", method="POST", headers=headers, body=body, pause=pause)
    if answer.status == CREATED:
        run.created.append((key, answer))
    return answer


def _not_created(answer: Answer) -> str | None:
    if answer.status != CREATED:
        return f"the POST was answered {answer.status}: {answer.body[:80].decode(errors='replace')}"
    return None if answer.headers.get("location", "").startswith("/") else "the answer has no Location with a path"


def _other_than(first: Answer, second: Answer) -> str | None:
    for name, one, other in (
        ("status", first.status, second.status),
        ("Location", first.headers.get("location"), second.headers.get("location")),
        ("body", first.body, second.body),
    ):
        if one != other:
            return f"the second try had another {name}: {_text(one)}, then {_text(other)}"
    return None


def _at_once(run: Run) -> str | None:
    """Both tries at the same time, as when a proxy gives the first one up: the second may be told to wait by 409."""
    key = str(uuid.uuid4())
    with ThreadPoolExecutor(2) as pool:
        tries = list(pool.map(lambda _: _post(run, key), range(2)))
    if odd := [one.status for one in tries if one.status not in {CREATED, CONFLICT}]:
        return f"of two tries at the same time one was answered {odd[0]}"
    places = [one.headers.get("location") for one in tries if one.status == CREATED]
    if len(places) == len(tries) and places[0] != places[1]:
        return f"two tries at the same time created {places[0]} and {places[1]}"
    return None if places else "of two tries at the same time none was carried out"


def _one_for_many(run: Run) -> str | None:
    """Whether another key was answered as one before it: its work was not done."""
    keys = {(key, made.headers.get("location")) for key, made in run.created}
    place, times = Counter(place for _, place in keys).most_common(1)[0]
    return f"{times} keys were answered with one Location, {place}" if times > 1 else None


def _text(value: object) -> str:
    return value[:80].decode(errors="replace") if isinstance(value, bytes) else str(value)


def _other(run: Run, key: str) -> Verdict:
    """Sends other bodies with a key that was used; each counts where a key of its own creates something with it.

    A body that is refused with every key says nothing of keys.
    """
    name = "retries.other-body"
    judged = 0
    for changed in _changed(run):
        answer = _post(run, key, changed)
        if answer.status == UNPROCESSABLE:
            judged += _post(run, str(uuid.uuid4()), changed).status == CREATED
        elif _post(run, str(uuid.uuid4()), changed).status == CREATED:
            return broken(name, f"{changed[:80].decode(errors='replace')} was answered {answer.status}")
    if judged:
        return kept(name)
    why = "no changed body is taken, whatever its key: the application refuses the bodies themselves"
    return not_judged(name, why, "write a number into --body that may be one higher")


def _changed(run: Run) -> Iterator[bytes]:
    """The body with another value, one key at a time, and with a key more."""
    document: dict[str, object] = json.loads(run.options.body)
    yield from _other_values(document)
    yield json.dumps({**document, "contractTest": run.mark}).encode()


def _other_values(document: dict[str, object]) -> Iterator[bytes]:
    """The body with another value, one key at a time; numbers first, because fewer of them are looked up."""
    others = {
        name: not value if isinstance(value, bool) else value + 1 if isinstance(value, int | float) else f"{value}1"
        for name, value in document.items()
        if isinstance(value, bool | int | float | str)
    }
    ranked = sorted(others, key=lambda name: isinstance(document[name], str | bool))
    for name in ranked[: MOST_BODIES - 1]:
        yield json.dumps({**document, name: others[name]}).encode()


def _read_back(run: Run) -> Verdict:
    """Rows are written with the body as it is and, in turn, with other values: what is made up matches one at most."""
    name = "database.read-after-write"
    document = json.loads(run.options.body)
    if not values(document):
        return not_judged(name, "the body has no text and no number that could be read back", HOW)
    unseen: dict[str, None] = {}
    others = [None, *_other_values(document)]
    times = contract().clause(name).reads or 1
    for number in range(1, times + 1):
        turn = (number - 1) // 2 % (len(others) - 1) + 1 if number % 2 == 0 and len(others) > 1 else 0
        body = others[turn] or run.options.body
        made = _post(run, str(uuid.uuid4()), body)
        if made.status != CREATED and others[turn]:
            body = run.options.body
            others[turn] = None
            made = _post(run, str(uuid.uuid4()), body)
        location = made.headers.get("location", "")
        if not location:
            return broken(name, f"POST number {number} was answered {made.status}")
        answer = run.application.ask(location, part="api", headers=run.options.headers)
        if answer.status != OK:
            return broken(
                name, f"GET {location} was answered {answer.status} right after its POST ({number} of {times})"
            )
        seen = compared(json.loads(body), made.document, answer.document)
        if seen.wrong:
            return broken(name, f"GET {location}: {seen.wrong}")
        unseen |= dict.fromkeys(seen.unseen)
    if unseen:
        return not_judged(name, f"what the POST sent as {', '.join(unseen)} is not what is read, or nowhere", UNSEEN)
    return kept(name)
