"""Shows how sure a rehearsal is: a line for each package, the weakest spots, and what a green light does not say."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ops.document.blocks import Cell, Item, Items, More, Section, Table, Text, Verdict
from sandbox.invokes.origins import Origin
from sandbox.truth.grades import GRADES, Aspect, Grade

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ops.document.blocks import Block, State
    from sandbox.truth.report import Spot, Truth, TypeTruth

QUESTION = "How sure is the rehearsal?"
LEGEND = (
    "Six answers for each type: which values are refused, what it refers to, what replaces it, what the provider "
    "computes, in which order, and when. Real component: the engine, an API server or the same computation answered. "
    "Table: a public document says so. Schema: from names and types alone. Assumed: nobody looked it up."
)
WEIGHT = "Heaviest first: what holds data before everything else, then how many there are and what a mistake costs."
_ANSWERED = {
    Origin.SEED: "answered by the seed file, which nobody compared with an account",
    Origin.COMPUTED: "computed",
    Origin.CLOUD: "answered from what the program itself has made",
}
_SHORT = {Grade.REAL: "real", Grade.TABLE: "table", Grade.SCHEMA: "schema", Grade.ASSUMED: "assumed"}
_STATES: dict[Grade, State | None] = {
    Grade.REAL: "good",
    Grade.TABLE: "good",
    Grade.SCHEMA: None,
    Grade.ASSUMED: "note",
}


def verdict(found: Truth) -> Verdict:
    """How much is known, for the top of the report; an assumption is worth knowing and fails nothing."""
    grades = found.grades
    known, count = grades[Grade.REAL] + grades[Grade.TABLE], sum(grades.values())
    left = len(found.unproven)
    detail = f"{grades[Grade.SCHEMA]:,} from the schema alone, {grades[Grade.ASSUMED]:,} assumed"
    return Verdict(
        question=QUESTION,
        answer=f"{known:,} of {count:,} answers are known",
        detail=f"{detail}; {left:,} of those about what holds data"
        if left
        else f"{detail}; none about what holds data",
        state="note" if left else "good",
        section="certainty",
    )


def line(found: Truth) -> Text:
    """How sure it is, in one sentence."""
    said = verdict(found)
    return Text(text=f"How sure this is: {said.answer} ({said.detail}); `rehearse --truth` shows each.")


def section(found: Truth) -> Section:
    """The chapter of the report, open in a comment: its details are folded."""
    return Section(id="certainty", title="How sure is this?", blocks=tuple(blocks(found)), open=True)


def blocks(found: Truth, *, detailed: bool = False) -> Iterator[Block]:
    """What every rehearsal ends with.

    Args:
        found: the truth report.
        detailed: show every type, instead of folding them away.
    """
    if not found.types:
        yield Text(text="Nothing was rehearsed: there is nothing to be sure of.")
        return
    yield _packages(found)
    if found.weakest:
        yield Items(caption="The weakest spots", items=tuple(map(_weak, found.weakest)))
    yield Items(caption="What a green light does not say", items=tuple(Item(text=text) for text in found.unsaid))
    if found.lookups:
        yield Text(text=_look_ups(found))
    every: tuple[Text | Table | Items, ...] = (Text(text=LEGEND), _types(found), *_assumed(found), Text(text=WEIGHT))
    if detailed:
        yield from every
    else:
        yield More(title="How sure each type is; --truth shows it", blocks=every, bulk=True)


def _look_ups(found: Truth) -> str:
    counted: Counter[Origin] = Counter()
    for item in found.lookups:
        counted[item.origin] += item.questions
    said = ", ".join(f"{counted[origin]} {_ANSWERED[origin]}" for origin in Origin if counted[origin])
    return f"Look-ups of the program: {said}."


def _packages(found: Truth) -> Table:
    rows = [
        (item.package, str(item.resources), str(item.types), *_counts(item.grades), _listed(item.assumed))
        for item in found.packages
    ]
    resources = sum(item.resources for item in found.packages)
    total = ("Total", str(resources), str(len(found.types)), *_counts(found.grades), "")
    return Table(
        caption="How sure this is: six answers for each type",
        columns=("Package", "Resources", "Types", *(_title(grade) for grade in Grade), "What is assumed, of how many"),
        rows=(*rows, total),
        numbers=frozenset(range(1, 3 + len(Grade))),
        total=True,
    )


def _title(grade: Grade) -> str:
    return GRADES[grade].capitalize()


def _counts(grades: Mapping[Grade, int]) -> tuple[str, ...]:
    return tuple(str(grades[grade]) if grades[grade] else "-" for grade in Grade)


def _listed(assumed: Mapping[Aspect, int]) -> str:
    return ", ".join(f"{aspect.value} {count}" for aspect, count in assumed.items()) or "-"


def _weak(spot: Spot) -> Item:
    item, answer = spot.type, spot.answer
    held = f", {item.holds}" if item.holds else ""
    text = f"{item.name} ({item.resources}{held}): {spot.aspect.value} {_known_from(answer.grade)}: {answer.why}"
    return Item(text=text, detail=answer.fix, state="note" if answer.grade is Grade.ASSUMED else None)


def _known_from(grade: Grade) -> str:
    return "assumed" if grade is Grade.ASSUMED else f"from the {_SHORT[grade]} alone"


def _types(found: Truth) -> Table:
    return Table(
        caption="How sure each type is",
        columns=("Type", "Holds", "How many", *(aspect.value.capitalize() for aspect in Aspect)),
        rows=tuple(map(_type, found.types)),
        numbers=frozenset({2}),
    )


def _type(item: TypeTruth) -> tuple[str | Cell, ...]:
    cells = (
        Cell(text=_SHORT[answer.grade], state=_STATES[answer.grade]) for answer in map(item.answers.__getitem__, Aspect)
    )
    return (f"{item.package} {item.name}", item.holds or "-", str(item.resources), *cells)


def _assumed(found: Truth) -> Iterator[Items]:
    """Every assumption once, with the types that it is made of."""
    by_reason: dict[str, list[str]] = {}
    for spot in found.spots:
        if spot.answer.grade is Grade.ASSUMED:
            by_reason.setdefault(f"{spot.aspect.value}: {spot.answer.why}", []).append(spot.type.name)
    if by_reason:
        items = tuple(Item(text=reason, detail=", ".join(sorted(names))) for reason, names in by_reason.items())
        yield Items(caption="What is assumed, and of which types", items=items)
