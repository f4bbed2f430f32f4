"""Shows what a bench found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Item, Items, Section, Table, Text

if TYPE_CHECKING:
    from ops.answers.bench.answer import Benched, Compared, Grown, Machine
    from ops.answers.bench.numbers import Spread, Took
    from ops.document.blocks import Block


def section(found: Benched) -> Section:
    """The machine, the pairs, and what grows."""
    blocks: list[Block] = [Text(text=said_of(found.machine, found.day))]
    if found.few:
        blocks.append(Text(text=f"Rounds: {found.rounds}. A median of so few pairs says little."))
    blocks += [*_pairs(found.compared), *_growth(found.growth)]
    if found.left_out:
        items = tuple(Item(text=text, state="bad") for text in found.left_out)
        blocks.append(Items(caption="What could not be measured", items=items))
    return Section(id="bench", title="What it costs", blocks=tuple(blocks))


def said_of(machine: Machine, day: str) -> str:
    """A class of machine in words."""
    return (
        f"{day}, {machine.cores} cores of {machine.processor}, {machine.memory_gib} GiB; Python {machine.python}, "
        f"Pulumi {machine.engine}, its SDK {machine.sdk}. Times are processor seconds; the simulated cloud shares the "
        "program's process."
    )


def _pairs(rows: tuple[Compared, ...]) -> list[Block]:
    if not rows:
        return []
    ratios = Table(
        caption="Beside a flat program of the same resources: medians, and ratios with the lowest and highest",
        columns=("Row", "Phase", "Resources", "Project", "Flat", "Flat, SDK as published", "To flat", "To published"),
        rows=tuple(
            (
                row.row if row.beside == row.row else f"{row.row} (beside {row.beside})",
                row.phase,
                f"{row.resources:,}",
                *(seconds(took.cpu) for took in (row.project, row.flat, row.published)),
                spread(row.to_flat),
                spread(row.to_published),
            )
            for row in rows
        ),
        numbers=frozenset(range(2, 8)),
    )
    parts = Table(
        caption="Where the project's share goes: medians",
        columns=("Row", "Phase", "Program", "Engine", "Cloud", "By the wall", "Program MiB", "Engine MiB"),
        rows=tuple((row.row, row.phase, *_parts(row.project)) for row in rows),
        numbers=frozenset(range(2, 8)),
    )
    return [ratios, parts]


def _parts(took: Took) -> tuple[str, ...]:
    parts = (took.program, took.engine, took.sandbox, took.wall)
    return (*map(seconds, parts), f"{took.program_mib:,}", f"{took.engine_mib:,}")


def _growth(rows: tuple[Grown, ...]) -> list[Block]:
    if not rows:
        return []
    table = Table(
        caption="What grows with resources: medians of processor seconds, and the exponent of the growth",
        columns=("What", "Resources: seconds, MiB", "Exponent"),
        rows=tuple(
            (
                row.what,
                "; ".join(f"{point.resources:,}: {seconds(point.cpu)}, {point.mib:,}" for point in row.points),
                "-" if row.exponent is None else f"{row.exponent:.2f}",
            )
            for row in rows
        ),
        numbers=frozenset((2,)),
    )
    return [table]


def seconds(value: float) -> str:
    """Processor seconds, with as many digits as they deserve."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"  # noqa: PLR2004 - below ten the second digit behind the point is still half a per cent or more


def spread(value: Spread) -> str:
    """A ratio, and between which it lay."""
    return f"{value.median:.2f} ({value.low:.2f} to {value.high:.2f})"
