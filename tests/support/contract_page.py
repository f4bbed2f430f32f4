"""The tables of docs/application-contract.md, made of the contract: `python -m tests.support.contract_page --write`.

A table stands between `<!-- contract: NAME -->` and `<!-- end -->`; what stands around it is the page's own.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from typing import TYPE_CHECKING

from bailbondpro.contract import contract
from tests.support.generated_page import brought_up_to_date
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bailbondpro.contract import Clause, Header

PAGE = ROOT / "docs" / "application-contract.md"
WRITE = "python -m tests.support.contract_page --write brings docs/application-contract.md up to date"
MARKED = re.compile(r"(<!-- contract: ([\w-]+) -->\n\n).*?(\n<!-- end -->)", re.DOTALL)
JUDGES = {"plan": "every stack's plan", "test": "`contract test`", "application": "its own tests"}
MEANS = {
    "plan": "tests compare the pods and the gateway of every stack and phase with this page, both ways: a variable,"
    " header or metric that one has and the other lacks is red",
    "test": "`./bbp contract test` asks a running application",
    "application": "only the application's own tests can: something must be stopped, slowed or broken on purpose",
}
WAYS = {"in": "to the application", "out": "from the application", "visitor": "from the gateway to the visitor"}


def tables() -> dict[str, str]:
    """Every table of the page by its name."""
    subjects = {name: _clauses(clauses) for name, clauses in contract().clauses.items()}
    return {
        "judges": _judges(),
        "variables": _variables(),
        "endpoints": _endpoints(),
        "document": _table(("field", "holds"), ((f"`{one.field}`", one.holds) for one in contract().document)),
        "headers": _headers(),
        "metrics": _metrics(),
        "log": _log(),
        **subjects,
    }


def page() -> str:
    """The page with its tables as the contract has them."""
    made = tables()
    return MARKED.sub(lambda found: f"{found[1]}{made[found[2]]}{found[3]}", PAGE.read_text(encoding="utf-8"))


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _judges() -> str:
    counts: Counter[str] = Counter(clause.judged for clause in contract().every_clause)
    return _table(
        ("judged by", "clauses", "what that is"), ((JUDGES[one], str(counts[one]), MEANS[one]) for one in MEANS)
    )


def _variables() -> str:
    return _table(
        ("variable", "unit", "example", "since", "pods", "what it is for", "source"),
        (
            (
                f"`{one.name}`",
                one.unit,
                f"`{one.example}`{f' ({one.secret})' if one.secret else ''}",
                f"{one.since}{f', when {one.when}' if one.when else ''}",
                " and ".join(one.pods),
                one.says,
                one.source,
            )
            for one in contract().variables
        ),
    )


def _endpoints() -> str:
    return _table(
        ("id", "path", "port", "asked", "answers", "judged by", "source"),
        (
            (
                f"`endpoint.{one.id}`",
                f"`{one.path}`",
                one.port,
                one.asked,
                one.answers,
                _judged(one.clause),
                one.source,
            )
            for one in contract().endpoints
        ),
    )


def _headers() -> str:
    return _table(
        ("id", "header", "way", "value", "promise", "judged by", "source"),
        (
            (f"`header.{one.id}`", f"`{one.name}`", WAYS[one.way], one.value, one.says, _of_header(one), one.source)
            for one in contract().headers
        ),
    )


def _of_header(header: Header) -> str:
    if header.judged is not None:
        return JUDGES[header.judged]
    return ", ".join(f"`{name}`" for name in header.judged_by)


def _metrics() -> str:
    return _table(
        ("metric", "type", "unit", "labels", "read by", "promise", "source"),
        (
            (
                f"`{one.name}`",
                one.kind,
                one.unit,
                ", ".join(one.labels),
                ", ".join(one.read_by) or "people",
                one.says,
                one.source,
            )
            for one in contract().metrics
        ),
    )


def _log() -> str:
    return _table(
        ("field", "type", "unit", "example", "lines", "what it is"),
        (
            (f"`{one.name}`", one.type, one.unit, f"`{one.example}`", "all" if one.every else "of requests", one.says)
            for one in contract().log
        ),
    )


def _clauses(clauses: Sequence[Clause]) -> str:
    return _table(
        ("id", "promise", "kept by", "judged by", "source"),
        ((f"`{one.id}`", one.says, f"the {one.keeper}", _judged(one), one.source) for one in clauses),
    )


def _judged(clause: Clause) -> str:
    return f"{JUDGES[clause.judged]}: {clause.why}" if clause.why else JUDGES[clause.judged]


def main(arguments: Sequence[str] | None = None) -> int:
    """Says whether the page is as the contract has it, 1 if not; with `--write` writes its tables."""
    return brought_up_to_date(PAGE, page(), __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
