"""Reads a drawn architecture back: its boxes and texts, and whether the texts stay inside."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from planner.diagram.text import width

NAMESPACE = "{http://www.w3.org/2000/svg}"
PADDING = 10
"""Room that the drawing leaves at each side of a box."""


@dataclass(frozen=True)
class Drawn:
    """A box as it is drawn."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]


def parsed(picture: str) -> ET.Element:
    """The root of a drawn picture, which must be valid XML."""
    return ET.fromstring(picture)  # noqa: S314 - our own program drew it a moment ago


def _parts(picture: str) -> list[ET.Element]:
    return [group for group in parsed(picture).iter(f"{NAMESPACE}g") if group.get("class") == "part"]


def _drawn(group: ET.Element) -> Drawn:
    rect = group.find(f"{NAMESPACE}rect")
    assert rect is not None
    x, y, wide, high = (float(rect.get(name, "nan")) for name in ("x", "y", "width", "height"))
    return Drawn(x, y, wide, high, tuple(text.text or "" for text in group.iter(f"{NAMESPACE}text")))


def boxes_of(picture: str) -> dict[str, Drawn]:
    """Every box by its first line."""
    return {drawn.lines[0]: drawn for drawn in map(_drawn, _parts(picture)) if drawn.lines}


def texts(picture: str) -> list[str]:
    """Every visible text, line by line."""
    return [text.text or "" for text in parsed(picture).iter(f"{NAMESPACE}text")]


def overflowing(picture: str) -> list[str]:
    """Texts that leave their box at the right or below, and those that leave the picture."""
    root = parsed(picture)
    wide, high = (float(root.get(name, "nan")) for name in ("width", "height"))
    found = []
    for group in _parts(picture):
        box = _drawn(group)
        found += [
            text.text or ""
            for text in group.iter(f"{NAMESPACE}text")
            if not _inside(text, box.x + box.width - PADDING, box.y + box.height)
        ]
    return found + [text.text or "" for text in root.iter(f"{NAMESPACE}text") if not _inside(text, wide, high)]


def _inside(text: ET.Element, right: float, bottom: float) -> bool:
    size = float(text.get("font-size", "nan"))
    drawn = width(text.text or "", size, bold=text.get("font-weight") == "bold")
    return float(text.get("x", "nan")) + drawn <= right + 0.1 and float(text.get("y", "nan")) <= bottom
