"""Settings of a zone of which nobody says what is weaker: somebody is told of any change of them.

Sources are Cloudflare's documentation; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import Any

from plan.types.weaker.cloudflare.rules import EDGE_WEAKER
from plan.types.weaker.cloudflare.ways import EDGE_WAYS_WEAKER
from plan.types.weaker.model import Weaker, written

_SETTING = "cloudflare:index/zoneSetting:ZoneSetting"
RANKED = frozenset(
    str(row.where[1]) for row in (*EDGE_WEAKER, *EDGE_WAYS_WEAKER) if row.token == _SETTING and row.where is not None
)
"""Settings that are compared by themselves."""


def _set_otherwise(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether another setting than those that are ranked has another value."""
    if not isinstance(old, dict) or not isinstance(new, dict) or old.get("settingId") in RANKED:
        return False
    return old.get("value") is not None and written(old.get("value")) != written(new.get("value"))


ZONE_WEAKER: tuple[Weaker, ...] = (
    Weaker(
        token=_SETTING,
        path=(),
        label="value",
        than=_set_otherwise,
        says="visitors and the origin find the zone as it was",
        loses="defence",
        source="Cloudflare API Reference, Zone Settings",
        noted=True,
    ),
)
