"""Breaks what each row of docs/deviations.md says, one after another, and looks whether its tests see it.

.venv/bin/python -m tests.support.deviations_broken              every row, in copies of this checkout
.venv/bin/python -m tests.support.deviations_broken --row 3      the third row; may be repeated
.venv/bin/python -m tests.support.deviations_broken --jobs 2     two copies at a time
.venv/bin/python -m tests.support.deviations_broken --proofs     every test that a row names, too

What is broken, and which tests must be red then, stands in tests/data/deviation_mutations.yaml. Exit code 1 where a
test stays green, is red without it, or a text is not to be found any more.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Literal

import yaml

from ops.answers.trace.checkout import deviation_rows
from tests.support.paths import DATA, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FILE = DATA / "deviation_mutations.yaml"
PAGE = ROOT / "docs" / "deviations.md"
LONGEST_SECONDS = 400
"""For the tests of one row; those with a real control plane take the longest."""
RED, TESTS_FAILED = re.compile(r"^(?:FAILED|ERROR) \S+?::(\w+)", re.MULTILINE), 1
Verdict = Literal["red", "green", "red without it", "does not apply", "too slow", "broken", "nothing to break"]


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One row, and what breaks it.

    Attributes:
        row: the first cell.
        file: the file, from the checkout's root.
        find: a text that stands there once.
        replace: what is put in its place.
        red: tests of the row that must be red then.
        nothing_to_break: why nothing of the product can break it; empty where something can.
    """

    row: str
    file: str = ""
    find: str = ""
    replace: str = ""
    red: tuple[str, ...] = ()
    nothing_to_break: str = ""

    def applied(self, root: Path) -> str | None:
        """The file's text with the replacement; None where the text is not there once."""
        text = (root / self.file).read_text(encoding="utf-8")
        return text.replace(self.find, self.replace) if text.count(self.find) == 1 else None


@dataclass(frozen=True)
class Tried:
    """What became of one row."""

    number: int
    mutation: Mutation
    verdict: Verdict
    seconds: float
    said: str = ""

    @property
    def ok(self) -> bool:
        """Whether the row is proven, or cannot be."""
        return self.verdict in {"red", "nothing to break"}


@cache
def mutations() -> tuple[tuple[int, Mutation], ...]:
    """One or more for each row, in the order of the page, with the number of the row."""
    listed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    numbers = {row: number for number, row in enumerate(deviation_rows(PAGE), 1)}
    found = [
        (numbers[item["row"]], Mutation(**{**item, "red": tuple(item.get("red", ()))}))
        for item in listed
        if item["row"] in numbers
    ]
    return tuple(sorted(found, key=lambda pair: pair[0]))


@cache
def proofs() -> dict[str, tuple[str, ...]]:
    """The tests that each row names."""
    lines = [text for text in PAGE.read_text(encoding="utf-8").splitlines() if text.startswith("| ")]
    cells = [re.split(r"(?<!\\)\|", text) for text in lines]
    return {row[1].strip(): tuple(re.findall(r"`(test_\w+)`", row[4])) for row in cells}


@cache
def places() -> dict[str, str]:
    """The file of each test, by name."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE):
            found.setdefault(name, str(path.relative_to(ROOT)))
    return found


def copied(target: Path) -> Path:
    """A copy of this checkout as it is, with its environment."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    (target / ".venv").symlink_to(ROOT / ".venv")
    return target


def run(root: Path, names: Iterable[str]) -> tuple[int | None, set[str], str]:
    """Run tests in a copy: pytest's exit code (None where they take too long), which are red, and the last lines."""
    nodes = [f"{places()[name]}::{name}" for name in names]
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-rfE", "-p", "no:cacheprovider", *nodes]
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "PYTHON"))}
    try:
        ended = subprocess.run(
            command, cwd=root, env=clean, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS
        )
    except subprocess.TimeoutExpired:
        return None, set(), f"longer than {LONGEST_SECONDS} s"
    return ended.returncode, set(RED.findall(ended.stdout)), "; ".join((ended.stdout + ended.stderr).splitlines()[-3:])


def tried(number: int, mutation: Mutation, root: Path, further: Iterable[str] = ()) -> Tried:
    """Break one row in a copy, run its tests before and after, and mend it.

    Args:
        number: of the row.
        mutation: what breaks it.
        root: the copy.
        further: tests that may stay green, and are named then.
    """
    names = tuple(dict.fromkeys((*mutation.red, *further)))
    began = time.monotonic()

    def end(verdict: Verdict, said: str = "") -> Tried:
        return Tried(number, mutation, verdict, time.monotonic() - began, said)

    if mutation.nothing_to_break:
        return end("nothing to break", mutation.nothing_to_break)
    text = mutation.applied(root)
    if text is None:
        return end("does not apply", f"not once in {mutation.file}: {mutation.find}")
    code, already, said = run(root, names)
    if code != 0:
        return end("red without it", ", ".join(sorted(already)) or said)
    path = root / mutation.file
    kept = path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    # compiled files are told by time and size, and both may be the same
    os.utime(path, (time.time() + number, time.time() + number))
    try:
        code, red, said = run(root, names)
    finally:
        path.write_text(kept, encoding="utf-8")
        os.utime(path, (time.time() + 2 * number + 1000, time.time() + 2 * number + 1000))
    if code is None:
        return end("too slow", said)
    if code not in {0, TESTS_FAILED}:
        return end("broken", said)
    green = [name for name in mutation.red if name not in red]
    unseen = [f"not seen by {name}" for name in names if name not in red]
    return end("green", ", ".join(green)) if green else end("red", ", ".join(unseen))


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the rows, print one line for each, and say how many are proven."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--row", type=int, action="append", metavar="N", help="only the Nth row of the page; repeatable"
    )
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="copies at a time")
    parser.add_argument("--proofs", action="store_true", help="run every test that a row names")
    asked = parser.parse_args(arguments)
    chosen = [pair for pair in mutations() if not asked.row or pair[0] in asked.row]
    results: list[Tried] = []
    with tempfile.TemporaryDirectory(prefix="deviations-") as folder:
        roots: SimpleQueue[Path] = SimpleQueue()
        for job in range(max(asked.jobs, 1)):
            roots.put(copied(Path(folder) / str(job)))

        def one(pair: tuple[int, Mutation]) -> Tried:
            root = roots.get()
            try:
                return tried(*pair, root, proofs()[pair[1].row] if asked.proofs else ())
            finally:
                roots.put(root)

        with ThreadPoolExecutor(max(asked.jobs, 1)) as pool:
            for result in pool.map(one, chosen):
                results.append(result)
                sys.stdout.write(line(result))
                sys.stdout.flush()
    bad = [result for result in results if not result.ok]
    proven = sum(result.verdict == "red" for result in results)
    rows = len({result.number for result in results})
    sys.stdout.write(f"{proven} of {len(results)} changes in {rows} rows are seen, {len(bad)} are not\n")
    return int(bool(bad))


def line(result: Tried) -> str:
    """One row's outcome."""
    said = f"\n      {result.said}" if result.said else ""
    return f"{result.number:4} {result.verdict:17} {result.seconds:5.0f} s  {result.mutation.row}{said}\n"


if __name__ == "__main__":
    sys.exit(main())
