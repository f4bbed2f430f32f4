"""docs/objectives.md, made of what is judged of the checked-in stacks.

.venv/bin/python -m tests.support.objectives_page            says whether the page differs
.venv/bin/python -m tests.support.objectives_page --write    brings it up to date
"""

# ruff: noqa: E501 - a row of a table is one line, and the page is wider than code

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING

from ops.answers.drill.found import FoundDrill
from ops.answers.objectives import judged
from ops.rehearsal.planned import Planned
from tests.support.generated_page import brought_up_to_date
from tests.support.paths import ROOT
from tests.support.plans import stack_plan
from tests.support.stack import settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from planner.objectives.model import Answer

PAGE = ROOT / "docs" / "objectives.md"
STACKS = (("dev", "optimization"), ("prod", "optimization"), ("prod", "horizontal"), ("prod", "microservices"))
ON = date(2026, 11, 30)
HEAD = """\
# Objectives

```sh
./bbp objectives prod
./bbp objectives prod --phase microservices --json
pulumi preview --json --show-sames > plan.json && ./bbp objectives prod --plan plan.json
```

One command holds a plan to the guide's goals (Scaling Objectives). Each is answered by the tool that knows, with what the answer
rests on: **met**, **missed**, or **not judged**. Exit code 1 for whatever is missed, and in production also for what nobody
judged: an unpriced region, a trigger that is not simulated, pods that were never drilled, a restore that was never tried.

| objective | goal | default | judged by |
|---|---|---|---|
| `availability` | uptime that vendors promise together, nothing fails alone | 99.9 % (guide) | [`availability`](planning.md#availability) |
| `pods` | pods start, and survive the loss of any node or zone | all scenarios | [`drill`](drills.md) |
| `response` | 95th percentile of each route over a day | `responseMs`, 200 (guide) | [`simulate`](planning.md#traffic-simulation) |
| `errors` | share of a day's requests that fail | `errorPercent`, 0.1 (guide: 99.9 %) | `simulate` |
| `load` | active users that it carries with both | `users`: 500, 1,000, 2,500 (guide), 10 in development | `simulate` |
| `growth` | ten times the users, with room left for every autoscaler | guide: 10x user growth | `simulate` |
| `cost` | USD a month for a user | `usdPerUser`: the guide's formula; in development the budget for each user | [`cost`](planning.md#cost) |
| `recovery-point` | minutes of writes lost with a database | `recoveryPointMinutes`: 5, a day in development (our choice) | [`restore`](restore.md) |
| `recovery-time` | minutes until users are served again | `recoveryTimeMinutes`: 240, a day in development (our choice) | a restore that was timed |

The names are keys of `bailbondpro:objectives`. How long a restore takes depends on the data, and no plan knows it: try one, and
state it; it counts for 180 days. What a stack may miss, or leave unjudged, is configuration with a reason:

```yaml
config:
  bailbondpro:objectives:
    restoreTimed: {minutes: 95, day: 2027-03-02}
    accepted:
      - {objective: response, value: 250, reason: "the documents' search is rewritten this spring", until: 2027-06-30}
      - {objective: recovery-time, reason: "the first restore is tried before users come", until: 2027-04-30}
```

With a `value` the objective may be missed up to it; without one it may only stay unjudged. Availability and single points of
failure are accepted in `bailbondpro:availability`. What is accepted is printed with every judgement, and ends with its last
day: production needs one for everything that its phase does not accept by itself. One that is more than a year ahead holds,
and `./bbp check` and every judgement name it: by then another load, another price and another plan stand behind the number, and
nobody who accepted it looks again. A day that only today decides about is no reason to refuse a stack file that ran yesterday.

A goal may be stricter. In production one that is weaker than the default above (more milliseconds, errors, USD or minutes, fewer
users than the top of the phase) counts as missed whatever is found, until it is accepted with a value, a reason and a last day.

([ADR 75](adr/0075-what-nobody-judged-is-no-objective-met.md) says why.)

`./bbp gate` and `./bbp review` compare both sides of a change: a goal that was met and would be missed stops it, in production
also one that would no longer be judged, until somebody waives `objectives` for the stack. A goal that was missed already and is
no more than 5 % worse is told. So is `cost`, whose bounds are `--most-usd` and `--most-percent`, and pods that nobody has drilled
since. The gate has one configuration, that of the change: what it accepts or asks for holds for both sides there.

A plan is not what runs. `./bbp report STACK --out DIR` has a chapter of what was measured: `--prometheus URL --window 30d` asks
the stack's own Prometheus, `--measured FILE` reads lists of samples (`requests`, `failed` and `slow`, the number of requests of
each interval, of failures and of those slower than the objective; `response_ms`, `cpu_percent`, `memory_percent`). `errors` and
`response` are judged there by counted requests, with the share of what may go wrong that is used; beside them stands what the
guide's PerformanceMonitor reports: average, least, most and samples of each metric. What was measured and missed ends with exit
code 1, as in production does what was measured and is not judged ([ADR 89](adr/0089-met-takes-certainty-missed-does-not.md)). Chance is told from what is shown: met is an objective whose share stays within the goal even at the upper end of its
interval (Wilson's with a correction for continuity, 95 % sure on that side), missed one of which more was counted than the goal
leaves, and all else is **not judged**. So nothing is met by fewer than 3,635 requests (0.1 % may fail) or 70 (5 % may be slower), and
of fewer than that missed is only what even the lower end says. Requests are taken as independent; failures come in bursts, and a
quiet month says even less. Between reports, alerts watch both by their burn rates ([errors](runbooks/errors.md),
[slow responses](runbooks/slow-responses.md)).

What a number rests on is the traffic simulation's assumptions about service times, users, and reads and writes of databases'
volumes (one for each request that reaches a database: what it really is no plan knows, and `load` says it with its evidence), the
price book's list prices, and vendors' promises; each command above says them. The load holds for the guide's 500 requests a day
of a user: its users ask for so little that every phase carries many times as many.

What follows is made by `.venv/bin/python -m tests.support.objectives_page --write` and held by a test, without a drill and
without a restore.
"""


def answers(stack: tuple[str, str]) -> tuple[Answer, ...]:
    """What is judged of a checked-in stack."""
    subject = Planned(stack_plan(*stack), settings(*stack), " ".join(stack), stack[0])
    drill = FoundDrill(None, f"run `./bbp drill {stack[0]} --phase {stack[1]}`")
    return judged(subject, drill, ON).answers


def table(stack: tuple[str, str], found: Iterable[Answer]) -> str:
    """A stack's answers as a table."""
    lines = [f"## {stack[0]}, {stack[1]}", "", "| objective | goal | verdict | found |", "|---|---|---|---|"]
    for answer in found:
        said = f"{answer.verdict}, accepted: {answer.accepted}" if answer.accepted else answer.verdict
        lines.append(f"| {answer.name} | {answer.goal} | {said} | {answer.found} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The page."""
    return "\n".join([HEAD, *(table(stack, answers(stack)) for stack in STACKS)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Say whether the page differs, or write it."""
    return brought_up_to_date(PAGE, page(), __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
