"""Where and how the edge keeps answers, beside the cache rules of `rulesets`."""

from __future__ import annotations

from sandbox.model.checks import On
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Row, schema_only
from sandbox.services.cloudflare.zone import ON_OFF

_OF_ITS_ZONE = Replaced(("zoneId",))
_SWITCHED = On("edge-switch", source="Cloudflare API, Cache").one_of("value", ON_OFF)
_RESERVED = On("cache-reserve", source="Cloudflare API, Change Cache Reserve setting").one_of("value", ON_OFF)
_SWITCHES = {
    "cloudflare:index/argoSmartRouting:ArgoSmartRouting": _SWITCHED,
    "cloudflare:index/argoTieredCaching:ArgoTieredCaching": _SWITCHED,
    "cloudflare:index/tieredCache:TieredCache": _SWITCHED,
    "cloudflare:index/zoneCacheReserve:ZoneCacheReserve": _RESERVED,
}
ROWS = (
    *(
        Row(
            token=token,
            name=NONE,
            replaced=_OF_ITS_ZONE,
            references=(),
            unique=(),
            values=(rule,),
        )
        for token, rule in _SWITCHES.items()
    ),
    schema_only("cloudflare:index/regionalTieredCache:RegionalTieredCache", "no stack has it", _OF_ITS_ZONE),
    schema_only("cloudflare:index/zoneCacheVariants:ZoneCacheVariants", "no stack has it", _OF_ITS_ZONE),
)
