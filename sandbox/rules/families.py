"""Families of instance classes and node types that the managed services offer, as of November 2026.

Sources: Amazon RDS User Guide, DB instance class types; Amazon ElastiCache User Guide, Supported node types. A family
that is launched later must be added here before the sandbox accepts it.
"""

from __future__ import annotations

_GENERAL = "m3 m4 m5 m5d m6g m6gd m6i m6id m6idn m6in m7g m7i m8a m8g m8gd m8i m9g"
_MEMORY = "r3 r4 r5 r5b r5d r6g r6gd r6i r6id r6idn r6in r7g r7i r8a r8g r8gd r8i"
_OTHER = "m1 m2 t1 t2 t3 t4g x1 x1e x2g x2idn x2iedn x2iezn x2m z1d"
_CACHE = "m4 m5 m6g m7g m8g r4 r5 r6g r6gd r7g r8g t2 t3 t4g c7gn c8gn"


def _split(*texts: str) -> frozenset[str]:
    return frozenset(" ".join(texts).split(" "))


DATABASE_FAMILIES = _split(_GENERAL, _MEMORY, _OTHER)
CACHE_FAMILIES = _split(_CACHE)
