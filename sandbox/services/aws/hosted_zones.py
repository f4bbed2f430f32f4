"""Route 53 hosted zones in which AWS keeps names of its own: `sandbox/data/hosted_zones.json`, by kind and region."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from sandbox.model.outputs import short_hash

if TYPE_CHECKING:
    from sandbox.model.place import Place


@cache
def _zones() -> dict[str, dict[str, str]]:
    file = resources.files("sandbox") / "data" / "hosted_zones.json"
    found: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))["zones"]
    return found


def hosted_zone(kind: str, place: Place) -> str:
    """The zone of a kind of name in a region; one that is made up, and like no other, where the file has none.

    Args:
        kind: "application", "network" or "s3-website".
        place: where the name is.
    """
    known = _zones()[kind].get(place.region)
    return known or f"Z{short_hash(kind, place.region, length=20).upper()}"
