"""The table of readings and classes in docs/cdn.md, made of the readings and of an audit under each.

.venv/bin/python -m tests.support.readings_page [--write]
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from functools import cache
from typing import TYPE_CHECKING

from bailbondpro.edge.exchange import Request
from bailbondpro.edge.explain import arriving, evaluate
from bailbondpro.edge.proof.oracle import personal_reason
from bailbondpro.edge.proof.trials import Trial, trials
from bailbondpro.edge.readings import CARELESS, CROSSED, READINGS, Behaviour
from tests.support.edge_policies import DOMAIN, POLICY, RULES
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bailbondpro.edge.readings import Readings
    from bailbondpro.edge.rules import EdgeRules

PAGE = ROOT / "docs" / "cdn.md"
BEGIN = "<!-- made by python -m tests.support.readings_page --write -->\n"
END = "<!-- end -->\n"
BARE = dataclasses.replace(RULES, cache=RULES.cache[:6], responses=())
"""The classes alone: what the vendor's own behaviour would keep out, and nothing else."""
CLASSES = {
    "images": (f"https://images.{DOMAIN}/a.png", f"https://images.{DOMAIN}/x/../uploads/a.png"),
    "css": (f"https://cdn.{DOMAIN}/static/a.css", f"https://cdn.{DOMAIN}/static/../uploads/a.css"),
    "js": (f"https://cdn.{DOMAIN}/static/a.js", f"https://cdn.{DOMAIN}/static/../uploads/a.js"),
    "html": (f"https://{DOMAIN}/pricing", f"https://{DOMAIN}/admin/../pricing"),
    "api": (f"https://api.{DOMAIN}/api/public/x", f"https://api.{DOMAIN}/api/public/../clients"),
}


@cache
def _tried(name: str) -> tuple[Trial, ...]:
    return tuple(case for url in CLASSES[name] for case in trials(POLICY, Request.of(url)))


def _stored(rules: EdgeRules, case: Trial, readings: Readings) -> bool:
    personal = case.because or personal_reason(POLICY, arriving(rules, case.request, readings))
    return bool(personal) and evaluate(rules, case.request, case.response, readings).cacheable


@cache
def _careless(name: str) -> tuple[list[bool], list[bool]]:
    """What of a class is stored under the careless readings, with our rules and with those of the classes alone."""
    ours, alone = ([_stored(rules, case, CARELESS) for case in _tried(name)] for rules in (RULES, BARE))
    return ours, alone


def counted(behaviour: Behaviour, name: str) -> tuple[int, int]:
    """How many personal exchanges of a class leak under a reading; and how many it decides where there are no rules."""
    other = CARELESS.flipped(behaviour)
    leaks = sum(_stored(RULES, case, other) for case in _tried(name))
    with_other = [_stored(BARE, case, other) for case in _tried(name)]
    decided = sum(one != another for one, another in zip(_careless(name)[1], with_other, strict=True))
    return leaks + sum(_careless(name)[0]), decided


def table() -> str:
    """The table as it should be."""
    lines = [
        f"| behaviour | Cloudflare docs | one reading | the other | {' | '.join(CLASSES)} |",
        "|---" * (4 + len(CLASSES)) + "|",
    ]
    for behaviour, row in READINGS.items():
        cells = (f"{leaks} of {decided}" for leaks, decided in (counted(behaviour, name) for name in CLASSES))
        crossed = " (crossed)" if behaviour in CROSSED else ""
        lines.append(f"| {behaviour}{crossed} | {row.document} | {row.kept_out} | {row.stored} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with the table as it should be."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table, or say whether it is out of date."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    text = PAGE.read_text(encoding="utf-8")
    wanted = page(text)
    if parser.parse_args(arguments).write:
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    return int(text != wanted)


if __name__ == "__main__":
    sys.exit(main())
