"""Where something is: the provider's own place, or another region or account that was named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.model.place import Place


def at(place: Place, region: str | None = None, account: str | None = None) -> Place:
    """A place with another region or account where one is named."""
    return replace(place, region=region or place.region, account=account or place.account)
