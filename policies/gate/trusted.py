"""Authorities that clients would trust beside those that they trust already, and that nobody here makes.

Whoever has such an authority answers in the name of a database. One that the program makes in the same update is known
to no preview of an engine; where a preview knows it none the less, as many may come as are made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.tokens import CONFIG_MAP
from plan.types.weaker.configured import trusted
from policies.gate.model import WEAKENED, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plan.steps import Change
    from policies.gate.model import Finding

AUTHORITY = "tls:index/selfSignedCert:SelfSignedCert"
MADE = frozenset(("create", "replace"))


def trusts_more(changes: Iterable[Change]) -> Iterator[Finding]:
    """Every bundle of authorities with more new ones than the update makes.

    Args:
        changes: what happens to each resource.
    """
    known = list(changes)
    made = sum(change.type == AUTHORITY and change.kind in MADE for change in known)
    for change in known:
        before, after = change.before, change.after
        if change.type != CONFIG_MAP or before is None or after is None or before.leftover:
            continue
        old, new = trusted(before.inputs.get("data")), trusted(after.inputs.get("data"))
        if old & new and len(new - old) > made:
            says = f"data.ca.crt would have {len(new - old)} more: clients trust no authority that nobody here makes"
            yield found(WEAKENED, change.urn, says, ("data.ca.crt",))
