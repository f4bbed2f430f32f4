"""What is made and leads out of the account, or is too weak by itself.

Sources are the Pulumi Registry and the vendors' documentation; unverified 2026-12-01.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plan import tokens
from plan.types.weaker.model import TRUE, number
from policies.gate.model import LED, WEAKENED, found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from plan.steps import Change
    from policies.gate.model import Finding

    Inputs = Mapping[str, Any]

_OF_AWS = re.compile(r"(?:com\.amazonaws|aws)\.(?!vpce\b)[a-z0-9-]+\.(?!vpce)[a-z0-9.-]+")
"""How services of AWS are named; those of others have `vpce` in their names (AWS PrivateLink Guide)."""
SHORTEST = 16
"""Characters of a password that nobody guesses (NIST SP 800-63B, 5.1.1, asks for 8 where logins are limited; ours)."""


def leads_out(changes: Iterable[Change]) -> Iterator[Finding]:
    """Every new way out of the account, and every new password that is too short.

    Args:
        changes: what happens to each resource.
    """
    for change in changes:
        judge = _JUDGES.get(change.type)
        if judge is not None and change.kind == "create" and change.before is None and change.after is not None:
            yield from judge(change, change.after.inputs)


def _endpoint(change: Change, inputs: Inputs) -> Iterator[Finding]:
    name = inputs.get("serviceName")
    if isinstance(name, str) and not _OF_AWS.fullmatch(name):
        says = f"serviceName would be {name[:120]}, which is no service of AWS: what is sent to it leaves the account"
        yield found(LED, change.urn, says, ("serviceName",))
    if inputs.get("privateDnsEnabled") in TRUE:
        for part in ("securityGroupIds", "subnetIds"):
            if not inputs.get(part):
                says = (
                    f"{part} would be unset: everybody in the network would be led to an endpoint that answers nobody"
                )
                yield found(LED, change.urn, says, (part,))


def _subscription(change: Change, inputs: Inputs) -> Iterator[Finding]:
    if inputs.get("protocol") == "http":
        says = "protocol would be http: what the topic says could be read and changed on its way"
        yield found(WEAKENED, change.urn, says, ("protocol",))


def _password(change: Change, inputs: Inputs) -> Iterator[Finding]:
    length = number(inputs.get("length"))
    if length is not None and length < SHORTEST:
        says = f"length would be {length:g}, of {SHORTEST} at least: it could be guessed"
        yield found(WEAKENED, change.urn, says, ("length",))


_JUDGES: Mapping[str, Callable[[Change, Inputs], Iterator[Finding]]] = {
    tokens.ENDPOINT: _endpoint,
    tokens.TOPIC_SUBSCRIPTION: _subscription,
    tokens.PASSWORD: _password,
}
