"""The tables of the sandbox's two pages, made of the rows that it applies.

    .venv/bin/python -m tests.support.sandbox_pages [--write]

`docs/sandbox.md` is prose with tables between `<!-- made: NAME -->` and `<!-- end -->`; `docs/sandbox-rules.md` is made
as a whole. Without `--write` it says what is out of date.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from typing import TYPE_CHECKING

from ops.answers.truth import truth_of
from sandbox.services import ROWS, SERVICES
from sandbox.truth.facts import short_name
from sandbox.truth.grades import GRADES, Aspect, Grade
from sandbox.truth.setting import Setting
from sandbox.truth.weight import DOUBT, IMPORTANCE, STATEFUL
from tests.support.paths import ROOT
from tests.support.plans import stack_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sandbox.model.rows import Row, Service
    from sandbox.truth.report import Truth

PAGE, RULES = ROOT / "docs" / "sandbox.md", ROOT / "docs" / "sandbox-rules.md"
DIFFERENCES = ROOT / "tests" / "data" / "aws_replacement_differences.json"
STACK = ("prod", "microservices")
"""Whose certainty the page shows."""
MADE = re.compile(r"(<!-- made: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
HEAD = """# What the simulated services refuse

Made of the rows in `sandbox/services/` by `python -m tests.support.sandbox_pages --write`: each rule with its document.
[What the sandbox simulates, and what it does not](sandbox.md) says how they are used, and how sure they are.
"""


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table; nothing without rows."""
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    if not lines:
        return []
    return [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}", *lines]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;") or "-"


def certainty() -> Truth:
    """How sure a rehearsal of the stack is whose certainty the page shows."""
    return truth_of(stack_plan(*STACK), Setting())


def _packages() -> list[str]:
    found = certainty()
    rows = [
        (item.package, str(item.resources), str(item.types), *_counts(item.grades), _listed(item.assumed))
        for item in found.packages
    ]
    resources = str(sum(item.resources for item in found.packages))
    total = ("all", resources, str(len(found.types)), *_counts(found.grades), "")
    return table(("package", "resources", "types", *GRADES.values(), "assumed, of how many types"), (*rows, total))


def _counts(grades: Mapping[Grade, int]) -> tuple[str, ...]:
    return tuple(str(grades[grade]) for grade in GRADES)


def _listed(assumed: Mapping[Aspect, int]) -> str:
    return ", ".join(f"{aspect.value} {count}" for aspect, count in assumed.items())


def _types() -> list[str]:
    return table(
        ("type", "holds", "how many", *(aspect.value for aspect in Aspect)),
        (
            (
                f"{item.package} `{item.name}`",
                item.holds,
                str(item.resources),
                *(item.answers[aspect].grade.value for aspect in Aspect),
            )
            for item in certainty().types
        ),
    )


def _unproven() -> list[str]:
    found = certainty().unproven
    if not found:
        return ["Nothing: `--strict` passes."]
    return table(
        ("type", "aspect", "what is assumed", "what would settle it"),
        ((f"`{spot.type.name}`", spot.aspect.value, spot.answer.why, spot.answer.fix) for spot in found),
    )


def _weakest() -> list[str]:
    return table(
        ("type", "how many", "aspect", "grade", "why", "weight"),
        (
            (
                f"`{spot.type.name}`",
                str(spot.type.resources),
                spot.aspect.value,
                spot.answer.grade.value,
                spot.answer.why,
                str(spot.weight),
            )
            for spot in certainty().weakest
        ),
    )


def _weights() -> list[str]:
    doubts = ", ".join(f"{grade.value} {DOUBT[grade]}" for grade in Grade)
    costs = ", ".join(f"{aspect.value} {cost}" for aspect, cost in IMPORTANCE.items())
    said = f"Weight = doubt ({doubts}) x what a mistake costs ({costs}) x number of resources"
    return [f"{said} x {STATEFUL} for a type that holds what cannot be made again."]


def _differences() -> list[str]:
    found = json.loads(DIFFERENCES.read_text(encoding="utf-8"))["differences"]
    return table(
        ("type", "property in 5.5.0", "in the sandbox", "source"),
        (
            (
                "every AWS type (`*`)" if row["type"] == "*" else f"`{short_name(row['type'])}`",
                f"`{row['path']}`",
                row["sandbox"],
                row["source"],
            )
            for row in found
        ),
    )


def _conditions() -> list[str]:
    return table(
        ("type", "property", "replaces only if", "source"),
        (
            (f"`{short_name(row.token)}`", f"`{name}`", condition.says, condition.source)
            for row in ROWS.values()
            if row.replaced is not None
            for name, condition in row.replaced.when.items()
        ),
    )


def _replacement_sources() -> list[str]:
    found: dict[tuple[str, str], list[str]] = {}
    for row in ROWS.values():
        if row.replaced is not None and row.sources.replacement and not row.sources.doubts.get("replacement"):
            found.setdefault((row.token.partition(":")[0], row.sources.replacement), []).append(short_name(row.token))
    general = [
        (item.pattern.partition(":")[0], item.sources.replacement, "all others that have a row")
        for service in SERVICES
        for item in service.alike
        if item.sources.replacement
    ]
    own = [(package, source, ", ".join(f"`{name}`" for name in names)) for (package, source), names in found.items()]
    return table(("package", "source", "of which types"), sorted((*general, *own)))


SECTIONS: dict[str, Callable[[], list[str]]] = {
    "certainty-packages": _packages,
    "certainty-types": _types,
    "certainty-weakest": _weakest,
    "certainty-unproven": _unproven,
    "certainty-weights": _weights,
    "replacement-sources": _replacement_sources,
    "replacement-differences": _differences,
    "replacement-conditions": _conditions,
}
"""The tables of the page, by the name in their marks."""


def page(text: str) -> str:
    """The page with every table made anew; the prose between them stays.

    Raises:
        KeyError: a mark names no table.
    """
    return MADE.sub(lambda match: "\n".join((match[1].rstrip("\n"), "", *SECTIONS[match[2]](), "", match[3])), text)


def rules() -> str:
    """The page of rules, service by service."""
    parts = [HEAD]
    for service in SERVICES:
        blocks = [block for block in _service(service) if block]
        if blocks:
            package = (service.rows[0].token if service.rows else service.alike[0].pattern).partition(":")[0]
            title = package if package == service.name else f"{package}: {service.name}"
            parts += [f"## {title}", "", *_joined(blocks)]
    return "\n".join(parts).rstrip("\n") + "\n"


def _joined(blocks: Sequence[Sequence[str]]) -> Iterator[str]:
    for block in blocks:
        yield from (*block, "")


def _service(service: Service) -> Iterator[list[str]]:
    holders = [(f"`{short_name(row.token)}`", row) for row in service.rows]
    holders += [(f"`{item.pattern}`", item) for item in service.alike]  # type: ignore[misc]  # of both kinds what they share
    if service.errors:
        yield [f"Errors of dangling references and deletions: {service.errors}."]
    values: dict[tuple[str, str], list[str]] = {}
    for name, row in holders:
        for rule in row.values:
            values.setdefault((name, rule.source), []).append(rule.id)
    yield table(
        ("type", "values", "source"), ((name, ", ".join(ids), source) for (name, source), ids in values.items())
    )
    yield table(
        ("type", "refers with", "to", "answer to a dangling one", "answer to the deletion of what it refers to"),
        (
            (name, f"`{item.path}`", _targets(item.targets), item.error, item.blocks + _open(item.unverified))
            for name, row in holders
            for item in row.references
        ),
    )
    state: dict[tuple[str, str], list[str]] = {}
    for name, row in holders:
        for rule in row.state:
            state.setdefault((rule.id, rule.source + _open(rule.unverified)), []).append(name)
    yield table(
        ("rule about what exists", "types", "source"),
        ((identity, ", ".join(names), source) for (identity, source), names in state.items()),
    )
    yield table(
        ("type", "no two share", "protected by", "answer to a deletion"), filter(None, map(_names, service.rows))
    )


def _open(unverified: str) -> str:
    return f" (unverified: {unverified})" if unverified else ""


def _targets(targets: Iterable[object]) -> str:
    return ", ".join(dict.fromkeys(str(getattr(target, "kind", "")) for target in targets))


def _names(row: Row) -> tuple[str, ...] | None:
    switch, answer = row.deletion.protection or ("", "")
    shared = "; ".join(" and ".join(f"`{key}`" for key in unique.keys) for unique in row.unique)
    if not shared and not switch:
        return None
    return (f"`{short_name(row.token)}`", shared, f"`{switch}`" if switch else "", answer)


def outdated() -> list[Path]:
    """The pages that do not say what the rows say."""
    now = {PAGE: page(PAGE.read_text(encoding="utf-8")), RULES: rules()}
    return [path for path, text in now.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main(arguments: Sequence[str] | None = None) -> int:
    """Says which page is out of date; with `--write` brings both up to date. 1 when one is old."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="bring the pages up to date")
    write = parser.parse_args(arguments).write
    old = outdated()
    for path in old:
        sys.stdout.write(f"{path.relative_to(ROOT)}: {'brought up to date' if write else 'out of date'}\n")
        if write:
            path.write_text(page(path.read_text(encoding="utf-8")) if path == PAGE else rules(), encoding="utf-8")
    return int(bool(old) and not write)


if __name__ == "__main__":
    sys.exit(main())
