"""What a step takes away: data, what others run on, names, numbers, protection."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plan.tokens import ADDON, PASSWORD, RELEASE
from plan.types import TYPES
from plan.types.weaker.model import number
from plan.types.weaker.rows import WEAKER
from plan.unknown import is_unknown
from policies.gate.model import (
    BEARING_DELETE,
    BEARING_REPLACE,
    ELSEWHERE,
    NAME_CHANGED,
    ONE_WAY,
    PROTECTION_LOST,
    SHRINKS,
    STATEFUL_DELETE,
    STATEFUL_REPLACE,
    UNKNOWN_STEP,
    UNKNOWN_TYPE,
    URN_DISAPPEARS,
    WEAKENED,
    found,
)
from policies.rules.policies import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan.steps import Change, State
    from plan.types.model import Guard, Holds
    from policies.gate.model import Finding

PROVIDER = "pulumi:providers:"
DEFAULT = "default"
"""How the engine names providers that no program names: they go and come with every version of an SDK."""
COUNTS = (
    *("backupRetentionPeriod", "snapshotRetentionLimit", "recoveryWindowInDays", "deletionWindowInDays"),
    "minRetentionDays",
)
"""Numbers of days for which something can be brought back."""
KEPT_BY = {
    "aws:s3/bucketVersioning:BucketVersioning": "overwritten objects can be brought back",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": "nobody can delete objects before their time",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": "nobody can delete recovery points before their time",
    "aws:backup/plan:Plan": "recovery points are made",
    "aws:backup/selection:Selection": "the plan of backups finds what to back up",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": "backups lie in a second region",
}
"""Resources that are a protection themselves, with what holds while they are there."""
SWITCHES = {"aws:s3/bucketVersioning:BucketVersioning": ("versioningConfiguration", "status", "Enabled")}
"""Of those, what is switched by a value: the path, and what is on."""


MEANT = frozenset(
    (
        *("engineVersion", "parameterGroupName", "requestedValidity", "validityPeriodHours"),
        "scalingConfig.desiredSize",
    )
)
"""Properties that the program itself has passed over: the version that an upgrade brings step by step, the time of a
certificate that is not the newest, and the number of nodes, which their autoscaler sets."""

LABELS = frozenset(("tags", "tagsAll", "description"))
"""What others than the program write, and what nothing is lost by."""
CHARTS = {RELEASE: ("values", "version", "repositoryOpts", "chart"), ADDON: ("configurationValues",)}
"""Properties that the rules of charts judge (`policies.gate.charts`), or that say whose chart it is."""


def losses_of(change: Change) -> Iterator[Finding]:
    """What one change takes away."""
    if change.kind == "unknown":
        words = ", ".join(dict.fromkeys(change.ops))
        yield found(UNKNOWN_STEP, change.urn, f"nobody here knows what the operation {words} does")
    if change.kind not in {"same", "read"} and change.state.custom and _undescribed(change):
        yield found(
            UNKNOWN_TYPE, change.urn, f"{change.kind} of a {change.type}, of which nobody knows what it holds or opens"
        )
    yield from _ends(change)
    yield from _unmanaged(change)
    if change.before is not None and change.after is not None and change.kind != "replace":
        yield from _in_place(change)
    if change.before is not None:
        yield from _protection(change)


def _undescribed(change: Change) -> bool:
    return change.type not in TYPES and not change.type.startswith(PROVIDER)


def _ends(change: Change) -> Iterator[Finding]:
    """Deleted, replaced, or forgotten."""
    if change.before is None or not change.before.custom:
        return
    row = TYPES.get(change.before.type)
    holds, bears = (row.holds, row.bears) if row is not None else (None, "")
    if change.kind == "forget":
        cleared = change.before.replacing and "remove-pending-replace" in change.ops
        if not change.before.external and not cleared:
            yield found(URN_DISAPPEARS, change.urn, "leaves the state; the thing itself stays, and nobody manages it")
    elif change.kind == "replace":
        yield from _replaced(change, holds, bears)
    elif change.kind == "delete" and change.leftover:
        if holds is not None and not holds.carries:
            says = f"the old {holds.what}, which was replaced before, would be deleted"
            yield found(STATEFUL_DELETE, change.urn, says)
    elif change.kind == "delete":
        yield from _deleted(change, holds, bears)


def _unmanaged(change: Change) -> Iterator[Finding]:
    """What the program only reads from now on: it stays in the cloud and in the state, and nothing manages it."""
    before, after = change.before, change.after
    if before is not None and after is not None and before.custom and after.external and not before.external:
        yield found(URN_DISAPPEARS, change.urn, "would only be read from now on, and nobody manages it")


def _replaced(change: Change, holds: Holds | None, bears: str) -> Iterator[Finding]:
    why = _why_replaced(change) + (", and it is gone before the other is there" if change.gone_first else "")
    if holds is not None:
        rule = BEARING_REPLACE if holds.carries else STATEFUL_REPLACE
        says = f"{holds.what} would be replaced: {why}"
        yield found(rule, change.urn, says, change.forced, noted=_next_generation(change))
    elif bears:
        yield found(BEARING_REPLACE, change.urn, f"{bears} while it is replaced: {why}", change.forced)


def _next_generation(change: Change) -> bool:
    """Whether a password is made anew because somebody raised its generation by one, and nothing else of it changes.

    That is how passwords are rotated (docs/runbooks/rotate-secrets.md). Whether pods still have a login meanwhile is
    for `policies.turns`. One that is two further skips a turn, and one that is lower goes back to what was retired.
    """
    before, after = change.before, change.after
    if change.type != PASSWORD or before is None or after is None or before.leftover:
        return False
    sides = [{**side.inputs, "keepers": None} for side in (before, after)]
    keepers = [side.inputs.get("keepers") for side in (before, after)]
    if sides[0] != sides[1] or not all(isinstance(kept, dict) and kept.keys() == {"generation"} for kept in keepers):
        return False
    old, new = (number(kept["generation"]) for kept in keepers if isinstance(kept, dict))
    return old is not None and new == old + 1


def _deleted(change: Change, holds: Holds | None, bears: str) -> Iterator[Finding]:
    gone = "refresh" in change.ops
    says = "is gone in the cloud already" if gone else "would be deleted: the program no longer contains it"
    if holds is not None:
        rule = BEARING_DELETE if holds.carries else STATEFUL_DELETE
        yield found(rule, change.urn, f"{holds.what} {says}")
    elif bears:
        yield found(BEARING_DELETE, change.urn, f"{bears}: it {'is gone' if gone else 'would be deleted'}")
    elif not (change.type.startswith(PROVIDER) and change.name.startswith(DEFAULT)):
        yield found(URN_DISAPPEARS, change.urn, says)


def _why_replaced(change: Change) -> str:
    if change.forced:
        return f"{', '.join(change.forced)} cannot change in place"
    if change.before is not None and change.before.leftover:
        return "an earlier replacement goes on"
    return "the engine does not say which property forces it"


def _in_place(change: Change) -> Iterator[Finding]:
    row = TYPES.get(change.type)
    if row is None or row.holds is None or change.before is None or change.after is None:
        return
    yield from _renamed(change, row.holds)
    for name in row.holds.grows:
        old, new = change.before.inputs.get(name), change.after.inputs.get(name)
        if is_unknown(new) and number(old) is not None:
            yield found(SHRINKS, change.urn, f"{name} goes from {old} to what an update decides", (name,), judged=False)
        elif _less(old, new) or (number(old) is not None and new is None):
            yield found(SHRINKS, change.urn, f"{name} would go from {old} to {_said(new)}", (name,))
    for path, reason in row.holds.one_way.items():
        if any(item == path or item.startswith((f"{path}.", f"{path}[")) for item in change.changed):
            yield found(ONE_WAY, change.urn, f"{path} changes: {reason}", (path,))


def _renamed(change: Change, holds: Holds) -> Iterator[Finding]:
    for name in holds.names:
        if name in change.changed:
            says = f"{name} would change, and with it the name that clients of this {holds.what} connect to"
            yield found(NAME_CHANGED, change.urn, says, (name,))


def _protection(change: Change) -> Iterator[Finding]:
    """Protection that stood before and does not stand after; what goes altogether is said elsewhere."""
    before, after = change.before, change.after
    if before is None or before.leftover:
        return
    kept = KEPT_BY.get(before.type)
    if kept and (
        change.kind in {"delete", "replace"}
        or (after is not None and _switched_off(before.type, before.inputs, after.inputs))
    ):
        yield found(PROTECTION_LOST, change.urn, f"it would no longer hold that {kept}", change.changed)
    if after is None:
        return
    if before.protect and not after.protect:
        yield found(PROTECTION_LOST, change.urn, "Pulumi would no longer protect it (protect goes off)", ("protect",))
    if before.retained and not after.retained:
        yield found(
            PROTECTION_LOST,
            change.urn,
            "a deletion would no longer leave it (retainOnDelete goes off)",
            ("retainOnDelete",),
        )
    row = TYPES.get(change.type)
    guarded = row.holds.guards if row is not None and row.holds is not None else ()
    yield from _passed_over(change, before, after)
    yield from _replaced_by_more(change, before, after)
    rows = change.type in POLICIES or any(one.token == change.type for one in WEAKER)
    if rows or (row is not None and (row.holds is not None or row.bears)):
        yield from _through_another(change, before, after)
    for guard in guarded:
        yield from _guard(change, guard, before.inputs.get(guard.property), after.inputs.get(guard.property))
    for name in COUNTS:
        old, new = before.inputs.get(name), after.inputs.get(name)
        if _less(old, new) and number(new):
            yield found(PROTECTION_LOST, change.urn, f"{name} would go from {old} to {new}", (name,))


def _passed_over(change: Change, before: State, after: State) -> Iterator[Finding]:
    """Properties that must not become weaker, and of which the engine passes over every change from now on."""
    row = TYPES.get(change.type)
    guarded = {guard.property for guard in row.holds.guards} if row is not None and row.holds is not None else set()
    weighed = {".".join(map(str, one.path)) for one in WEAKER if one.token == change.type and one.path}
    if row is not None and row.holds is not None:
        weighed |= {*row.holds.names, *row.holds.grows, *row.holds.one_way, *COUNTS}
    weighed |= {*POLICIES.get(change.type, ()), *CHARTS.get(change.type, ())}
    known = {_plain(path) for path in before.ignored}
    blind = [path for path in after.ignored if _plain(path) not in known]
    lost = tuple(path for path in blind if any(_within(path, one) for one in guarded))
    others = tuple(
        path
        for path in blind
        if path not in lost and _plain(path) not in MEANT and any(_within(path, one) for one in weighed)
    )
    for rule, paths in ((PROTECTION_LOST, lost), (WEAKENED, others)):
        if paths:
            says = "a change of it by hand would never be put right (ignoreChanges names it)"
            yield found(rule, change.urn, says, paths)


def _replaced_by_more(change: Change, before: State, after: State) -> Iterator[Finding]:
    """Properties of which from now on a change replaces what holds data, or what others run on."""
    row = TYPES.get(change.type)
    more = tuple(path for path in after.replaced_on if path not in before.replaced_on)
    if more and row is not None and (row.holds is not None or row.bears):
        says = "a later change of it would replace the whole (replaceOnChanges names it)"
        yield found(PROTECTION_LOST, change.urn, says, more)


def _plain(path: str) -> str:
    """A path of a property as rows write it: `["a"].b[0]` and `a["b"][0]` are `a.b.0`."""
    return ".".join(part.strip("\"'") for part in re.split(r"[.\[\]]+", path) if part)


def _within(path: str, known: str) -> bool:
    """Whether a path and a property that is compared have a part of the plan in common."""
    mine, other = _plain(path).split("."), known.split(".")
    return all(one in {two, "*"} for one, two in zip(mine, other, strict=False))


def _through_another(change: Change, before: State, after: State) -> Iterator[Finding]:
    """That what holds data would be asked for through another provider; the engine's own ones change with their SDK."""
    was, becomes = (side.provider.rpartition("::")[0] for side in (before, after))
    if was and becomes and was != becomes and not all(_of_the_engine(urn) for urn in (was, becomes)):
        says = f"it would be looked for through another provider, {becomes.rpartition('::')[2]}"
        yield found(ELSEWHERE, change.urn, says, ("provider",))


def _of_the_engine(provider: str) -> bool:
    return provider.rpartition("::")[2].startswith(DEFAULT)


def _guard(change: Change, guard: Guard, old: object, new: object) -> Iterator[Finding]:
    if not guard.decided(old) or not guard.holds(old):
        return
    if not guard.decided(new):
        says = f"{guard.property} goes from {_said(old)} to what an update decides"
        yield found(PROTECTION_LOST, change.urn, says, (guard.property,), judged=False)
    elif not guard.holds(new):
        says = f"{guard.property} would go from {_said(old)} to {_said(new)}"
        yield found(PROTECTION_LOST, change.urn, says, (guard.property,))


def _switched_off(token: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    part, name, on_value = SWITCHES.get(token, ("", "", ""))
    if not part:
        return False
    old, new = before.get(part), after.get(part)
    was = isinstance(old, dict) and old.get(name) == on_value
    return was and not (isinstance(new, dict) and new.get(name) == on_value)


def _said(value: object) -> str:
    if value is None:
        return "unset"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _less(old: object, new: object) -> bool:
    first, second = number(old), number(new)
    return first is not None and second is not None and second < first
