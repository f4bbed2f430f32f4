"""Policies of resources that let in somebody whom they did not let in, ask less of them, or refuse less."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from plan.tokens import ENDPOINT
from plan.unknown import is_unknown
from policies.documents import listed, statements
from policies.gate.model import ADMITS, LED, WEAKENED, found
from policies.gate.statements.readers import asks_less, reads_more
from policies.gate.statements.rights import rights
from policies.gate.statements.shuts import shut_out
from policies.principals import ACCOUNT, admitted
from policies.rules.policies import JUDGED_ELSEWHERE, POLICIES, TRUSTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.steps import Change
    from policies.gate.model import Finding

BUCKETS = JUDGED_ELSEWHERE - TRUSTS
"""Whose policy no rule over what stands asks for while it is not known."""

PERMISSIONS = frozenset(("aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy"))
"""Whose policy says what a role may do."""
MOST = 6
"""Actions that are named; more are counted."""
EVERY_ROLE = ":role/*"
LOOKS = re.compile(r"(?i)[a-z0-9-]+:(?:describe|list|lookup|view)[a-z]*\*")
"""Actions that say what there is, and nothing of what it holds."""
TAKES_ROLES = frozenset(("sts:assumerole", "iam:passrole"))
"""Actions by which somebody gets the rights of a role, in small letters (IAM User Guide, Grant a user permissions to
pass a role; Switch to a role)."""


def widened(change: Change) -> Iterator[Finding]:
    """What a change of a policy opens, of a resource that is there before and after."""
    before, after = change.before, change.after
    if before is None or after is None or before.leftover:
        return
    if change.type in PERMISSIONS:
        yield from _permits(change, before.inputs.get("policy"), after.inputs.get("policy"))
    for name in POLICIES.get(change.type, ()):
        old, new = before.inputs.get(name), after.inputs.get(name)
        if old is None or old == new or is_unknown(old):
            continue
        if is_unknown(new) and change.type in BUCKETS:
            says = f"{name} goes to what an update decides: whom it lets in, and what it refuses, is not known"
            yield found(ADMITS, change.urn, says, (name,), judged=False)
        elif not is_unknown(new):
            yield from _wider(change, name, old, new)
            yield from shut_out(change, name, old, new)
    if change.type == ENDPOINT and after.inputs.get("policy") != before.inputs.get("policy"):
        yield from shut_out(change, "policy", before.inputs.get("policy"), after.inputs.get("policy"))


def _permits(change: Change, old: object, new: object) -> Iterator[Finding]:
    """Every action of a service, on everything, that a policy of permissions did not allow before."""
    if is_unknown(old) or is_unknown(new):
        return
    before, after = (set(_wildcards(policy)) for policy in (old, new))
    for action in sorted(after - before):
        yield found(ADMITS, change.urn, f"policy would allow {action} on everything", ("policy",))
    yield from _permits_less(change, old, new)
    asked, asks = (_conditions(policy) for policy in (old, new))
    for what in sorted(asked.keys() & asks.keys()):
        if lost := sorted(asked[what] - asks[what]):
            says = f"policy would no longer ask for {', '.join(lost)} of {', '.join(what[0])[:120]}"
            yield found(ADMITS, change.urn, says, ("policy",))


def _permits_less(change: Change, old: object, new: object) -> Iterator[Finding]:
    """What a policy of permissions no longer allows: narrower rights are what people aim at, and pods may need them."""
    before, after = (list(_rights(policy)) for policy in (old, new))
    if before and not after:
        yield found(LED, change.urn, "policy would allow nothing any more", ("policy",))
    elif lost := sorted({action for action, on in before if not any(_covered(action, on, one) for one in after)}):
        more = f" and {len(lost) - MOST} more" if len(lost) > MOST else ""
        says = f"policy would no longer allow {', '.join(lost[:MOST])}{more} as it did; whoever has it may need them"
        yield found(LED, change.urn, says, ("policy",), noted=True)


def _rights(policy: object) -> Iterator[tuple[str, str]]:
    """Every action that a policy allows, with a resource."""
    for statement in statements(policy, "Allow") or ():
        for action in listed(statement.get("Action")):
            yield from ((str(action), str(on)) for on in listed(statement.get("Resource")))


def _covered(action: str, on: str, right: tuple[str, str]) -> bool:
    return fnmatchcase(action.lower(), right[0].lower()) and fnmatchcase(on, right[1])


def _conditions(policy: object) -> dict[tuple[tuple[str, ...], tuple[str, ...]], frozenset[str]]:
    """What statements ask for, by their actions and resources; of two about the same, what both ask for."""
    result: dict[tuple[tuple[str, ...], tuple[str, ...]], frozenset[str]] = {}
    for statement in statements(policy, "Allow") or ():
        about = (_sorted(statement.get("Action")), _sorted(statement.get("Resource")))
        tests = statement.get("Condition")
        asked = (
            frozenset(str(key) for one in (tests or {}).values() for key in one) if isinstance(tests, dict) else None
        )
        result[about] = result.get(about, asked or frozenset()) & (asked or frozenset())
    return result


def _sorted(value: object) -> tuple[str, ...]:
    return tuple(sorted(map(str, listed(value))))


def _wildcards(policy: object) -> Iterator[str]:
    for statement in statements(policy, "Allow") or ():
        actions, resources = ([str(one) for one in listed(statement.get(key))] for key in ("Action", "Resource"))
        if "*" in resources:
            yield from (action for action in actions if action.endswith("*") and not LOOKS.fullmatch(action))
        if any(one == "*" or one.endswith(EVERY_ROLE) for one in resources):
            yield from (f"{action} of every role" for action in actions if action.lower() in TAKES_ROLES)


def _wider(change: Change, name: str, old: object, new: object) -> Iterator[Finding]:
    allowed = [statements(policy, "Allow") for policy in (old, new)]
    if allowed[0] is None or allowed[1] is None:
        if new is not None:
            yield found(ADMITS, change.urn, f"{name} is no policy that can be read", (name,), judged=False)
        return
    before, after = admitted(allowed[0]), admitted(allowed[1])
    known = set(ACCOUNT.findall(json.dumps(old)))
    for who in sorted(after.keys() - before.keys()):
        accounts = set(ACCOUNT.findall(who))
        stranger = accounts - known if accounts else who.partition(" ")[0] != "Service"
        if stranger or change.type in TRUSTS:
            yield found(ADMITS, change.urn, f"{name} would let in {who[:120]}", (name,))
    yield from reads_more(change, name, old, new)
    yield from asks_less(change, name, old, new, trusts=change.type in TRUSTS)
    for who in sorted(after.keys() & before.keys()):
        if lost := sorted(key for _, key in before[who] - after[who]):
            yield found(ADMITS, change.urn, f"{name} would no longer ask {who[:120]} for {', '.join(lost)}", (name,))
    kept = rights(new, "Deny")
    for entry in statements(old, "Deny") or ():
        if not all(right.covered(kept) for right in rights({"Statement": entry}, "Deny")):
            says = f"{name} would no longer refuse as it did ({entry.get('Sid') or 'a statement without Sid'})"
            yield found(WEAKENED, change.urn, says, (name,))
