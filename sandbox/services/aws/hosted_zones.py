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


def published_zone(kind: str, region: str) -> str | None:
    """The zone of a kind of name in a region, or None where the file has none.

    Args:
        kind: "app-runner", "application", "beanstalk", "network" or "s3-website".
        region: for example "eu-central-1".
    """
    return _zones()[kind].get(region)


def hosted_zone(kind: str, place: Place) -> str:
    """The zone of a kind of name in a region; one that is made up, and like no other, where the file has none.

    Args:
        kind: as in `published_zone`.
        place: where the name is.
    """
    return published_zone(kind, place.region) or f"Z{short_hash(kind, place.region, length=20).upper()}"
