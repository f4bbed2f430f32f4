"""Prometheus' text format, read as strictly as Prometheus does where it matters here: one type before its samples."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_SAMPLE = re.compile(rf"({_NAME})(?:\{{(.*)\}})?\s+(\S+)(?:\s+-?\d+(?:\.\d+)?)?(?:\s+#\s.*)?")
_LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"\s*(?:,|$)')
_SUFFIXES = ("_bucket", "_sum", "_count", "_total", "_created")


class ExpositionError(ValueError):
    """The text is not what Prometheus reads."""


@dataclass(frozen=True)
class Sample:
    """One value."""

    name: str
    labels: Mapping[str, str]
    value: float


@dataclass
class Family:
    """A metric of one type and its samples."""

    name: str
    kind: str
    samples: list[Sample] = field(default_factory=list)


def families(text: str) -> dict[str, Family]:
    """All metrics by name. OpenMetrics, which ends with # EOF, leaves `_total` out of a counter's type; here it is in.

    Raises:
        ExpositionError: a line is none, or a type is given twice.
    """
    found: dict[str, Family] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("# TYPE "):
            _, _, name, kind = [*line.split(maxsplit=3), "", ""][:4]
            if name in found:
                raise ExpositionError(f"line {number} gives {name} a type for the second time")
            found[name] = Family(name, kind.strip())
        elif line.strip() and not line.startswith("#"):
            sample = _sample(line, number)
            _family(found, sample.name).samples.append(sample)
    if not text.rstrip().endswith("# EOF"):
        return found
    return {_total(family): family for family in found.values()}


def _total(family: Family) -> str:
    return family.name if family.kind != "counter" or family.name.endswith("_total") else f"{family.name}_total"


def _family(found: dict[str, Family], name: str) -> Family:
    bare = next((name.removesuffix(end) for end in _SUFFIXES if name.removesuffix(end) in found), name)
    return found.setdefault(name if name in found else bare, Family(name, "untyped"))


def _sample(line: str, number: int) -> Sample:
    match = _SAMPLE.fullmatch(line.strip())
    if match is None:
        raise ExpositionError(f"line {number} is no sample: {line[:80]}")
    name, labels, value = match.groups()
    try:
        return Sample(name, _labels(labels or "", number), float(value))
    except ValueError as error:
        raise ExpositionError(f"line {number}: {error}") from error


def _labels(text: str, number: int) -> dict[str, str]:
    found, at = {}, 0
    while at < len(text.rstrip()):
        match = _LABEL.match(text, at)
        if match is None:
            raise ExpositionError(f"line {number} has labels that cannot be read: {text[at : at + 60]}")
        found[match[1]] = match[2]
        at = match.end()
    return found
