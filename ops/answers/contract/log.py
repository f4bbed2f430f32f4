"""The log: a JSON object a line, and one line for each request of this run."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bailbondpro.contract import contract
from ops.answers.contract.verdicts import broken, found, not_judged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bailbondpro.contract import LogField
    from ops.answers.contract.client import Answer
    from ops.answers.contract.run import Run
    from ops.answers.contract.verdicts import Verdict

LEVELS = {"debug", "info", "warn", "error"}
WRITTEN_SECONDS = 2.0
"""How long a line may take to reach the file."""
TOO_LONG = 2
SPARE_SECONDS = 0.1
"""As for metrics: a server spends less time on a request than its client."""
CLOCK = timedelta(seconds=60)
"""How far the application's clock may be from this one."""
REFUSED_STATUS = 400
HOW = "write its standard output to a file and name it: node server.js >app.log, then --log app.log"


def size(path: Path | None) -> int:
    """Bytes of the log before the run; its lines are of others."""
    return path.stat().st_size if path is not None and path.is_file() else 0


@dataclass(frozen=True)
class _Written:
    """What was written during the run.

    Attributes:
        texts: lines.
        lines: the same as objects; None for one that is none.
        asked: what was asked, by the id of the answer.
    """

    texts: list[str]
    lines: list[Mapping[str, object] | None]
    asked: Mapping[str, Answer]

    @property
    def requests(self) -> list[tuple[Mapping[str, object], Answer]]:
        """The lines of requests of this run, each with its answer."""
        named = [(line, self.asked.get(str(line.get("request_id")))) for line in self.lines if line is not None]
        return [(line, answer) for line, answer in named if answer is not None]


def judge(run: Run, begin: int) -> Iterator[Verdict]:
    """Every field of the contract, in the lines that were written since `begin`."""
    path, page = run.options.log, run.page
    reason = ("nobody said where the log is", HOW) if path is None else None
    if isinstance(page, str) or not page.request_id:
        reason = reason or ("the page's answer has no X-Request-Id to look for", "")
    if path is None or isinstance(page, str) or reason:
        yield from (not_judged(one.clause.id, *(reason or ())) for one in contract().log)
        return
    own = [answer for answer in run.own if answer.request_id]
    texts = _lines(path, begin, [answer.request_id for answer in own])
    asked = {answer.request_id: answer for answer in run.application.answers if answer.request_id}
    written = _Written(texts, [_parsed(text) for text in texts], asked)
    joined = {id(answer) for _, answer in written.requests}
    lost = [f"{one.request_id} of {one.method} {one.path.partition('?')[0]}" for one in own if id(one) not in joined]
    for one in contract().log:
        name = one.clause.id
        if not texts:
            yield broken(name, f"no line was written to {path} during the test")
        elif one.every:
            yield found(name, _in_every_line(one, run, written))
        elif one.name == "request_id":
            yield found(name, f"no line has the request_id {lost[0]}" if lost else None)
        elif lost:
            yield not_judged(name, "log.request_id is broken")
        else:
            yield found(name, _in_requests(one, run, written))


def _lines(path: Path, begin: int, until: list[str]) -> list[str]:
    """Whole lines since `begin`, once those of all requests are there, or after a moment."""
    deadline = time.monotonic() + WRITTEN_SECONDS
    while True:
        text = path.read_bytes()[begin:].decode(errors="replace") if path.is_file() else ""
        if all(one in text for one in until) or time.monotonic() > deadline:
            return [line for line in text.rpartition("\n")[0].splitlines() if line.strip()]
        time.sleep(0.05)


def _parsed(text: str) -> Mapping[str, object] | None:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) else None


def _in_every_line(field: LogField, run: Run, written: _Written) -> str | None:
    for text, line in zip(written.texts, written.lines, strict=True):
        if line is None:
            return f"a line is no JSON object: {text[:80]}"
        if problem := _value(field, line):
            return f"{problem}: {text[:80]}"
        if field.name == "time" and abs(datetime.fromisoformat(str(line["time"])) - run.began) > CLOCK + run.lasted:
            return f"time is {line['time']!r}, and it is {datetime.now(UTC).isoformat(timespec='seconds')}"
    if field.name == "level":
        return _alarming(written)
    return None


def _alarming(written: _Written) -> str | None:
    loud = [answer for line, answer in written.requests if line["level"] == "error" and answer.status < REFUSED_STATUS]
    return f"level is error for an answer {loud[0].status}" if loud else None


def _in_requests(field: LogField, run: Run, written: _Written) -> str | None:
    for line, answer in written.requests:
        if problem := _value(field, line) or _of_request(field, run, line, answer):
            return problem
    if field.name == "path" and any(run.personal in text for text in written.texts):
        return "a line has the query string of its request, which carries personal data"
    return _too_long(written) if field.name == "seconds" else None


def _value(field: LogField, line: Mapping[str, object]) -> str | None:
    """What is wrong with a field's value alone."""
    value = line.get(field.name)
    kind = str if field.type == "text" else (int, float)
    if not isinstance(value, kind) or isinstance(value, bool):
        return f"{field.name} is {value!r}, no {field.type}" if field.name in line else f"a line has no {field.name}"
    if field.name == "level" and value not in LEVELS:
        return f"level is {value!r}, not one of {', '.join(sorted(LEVELS))}"
    if field.name == "message" and (not str(value).strip() or len(str(value).splitlines()) > 1):
        return f"message is {value!r}, not one line"
    if field.name == "seconds" and not (isinstance(value, int | float) and 0 <= value < math.inf):
        return f"seconds is {value!r}"
    if field.name == "time" and not _utc(str(value)):
        return f"time is {value!r}, not ISO 8601 in UTC"
    return None


def _utc(text: str) -> bool:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None and moment.utcoffset() == datetime.now(UTC).utcoffset()


def _of_request(field: LogField, run: Run, line: Mapping[str, object], answer: Answer) -> str | None:
    """What is wrong with it beside what was really asked."""
    if field.name == "path" and run.personal in str(line["path"]).partition("?")[2]:
        return "path has its query string, which carries personal data"
    if field.name == "seconds" and _number(line["seconds"]) < answer.pause / 2:
        return f"seconds is {line['seconds']!r} for a request that took {answer.seconds:.2f}"
    want = {"method": answer.method, "path": answer.path.partition("?")[0], "status": answer.status}.get(field.name)
    if want is None or line[field.name] == want:
        return None
    return f"{field.name} is {line[field.name]!r} for {answer.method} {answer.path.partition('?')[0]}, not {want!r}"


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _too_long(written: _Written) -> str | None:
    total = sum(value for line, _ in written.requests if isinstance(value := line["seconds"], int | float))
    spent = sum(answer.seconds for answer in written.asked.values())
    if total > TOO_LONG * spent + SPARE_SECONDS:
        return f"the lines add up to {total:g}, the requests took {spent:.2f} s"
    return None
