"""Whether a preview does what was reviewed, and nothing else.

A plan is made again before it is deployed: others were merged meanwhile, somebody turned a knob by hand, or an update
ended in its middle. What is left of the reviewed steps may be done; a step, a property or a value that nobody saw may
not. Secrets are masked on both sides: that one changes was reviewed, its value never is. What an autoscaler sets
meanwhile is no part of a review (`policies.drift`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plan.unknown import is_unknown
from policies.drift import owner_of
from policies.gate.environment import of_production
from policies.gate.model import NOT_REVIEWED, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.steps import Change, Preview, State
    from policies.gate.model import Finding

_WEIGHT = {"same": 0, "read": 0, "create": 1, "update": 1, "forget": 2, "delete": 2, "replace": 3, "unknown": 4}
_PART = re.compile(r'^([^.\[]+)|^\["([^"]+)"\]')


def unreviewed(preview: Preview, reviewed: Preview) -> Iterator[Finding]:
    """Every step that was not among the reviewed ones, or does more than was reviewed.

    Args:
        preview: of what is about to be deployed.
        reviewed: of the same stack, as somebody saw it.
    """
    if reviewed.stack and preview.stack and reviewed.stack != preview.stack:
        yield found(NOT_REVIEWED, preview.stack, f"the reviewed plan is that of another stack, {reviewed.stack}")
        return
    if reviewed.unread or reviewed.errors:
        why = reviewed.errors[0] if reviewed.errors else reviewed.unread[0].why
        yield found(NOT_REVIEWED, preview.stack, f"the reviewed plan is no whole one: {why}", judged=False)
    seen = {change.urn: change for change in reviewed.changes if not change.leftover}
    if of_production(preview) != of_production(reviewed):
        yield found(NOT_REVIEWED, preview.stack, "the reviewed plan is that of another environment", ("environment",))
    for change in preview.changes:
        if change.kind in {"same", "read"}:
            if manner := _options(change, seen.get(change.urn)):
                yield found(NOT_REVIEWED, change.urn, manner)
            continue
        says = _beyond(change, seen.get(change.urn))
        if says:
            yield found(NOT_REVIEWED, change.urn, says[0], says[1])


def _beyond(change: Change, seen: Change | None) -> tuple[str, tuple[str, ...]] | None:
    """What a step does that the reviewed one did not; None for nothing."""
    if seen is None or _WEIGHT[seen.kind] == 0:
        return f"{change.kind} was not among the reviewed steps", ()
    if change.leftover:
        # The old copy of what was replaced goes in a later update, where the first one ended in its middle.
        return None if seen.kind == "replace" else ("its old copy goes, and no replacement was reviewed", ())
    if change.kind != seen.kind and not (seen.kind == "replace" and change.kind == "create"):
        return f"{change.kind} was reviewed as {seen.kind}", ()
    if anew := _made_anew(change, seen):
        return anew, ()
    if change.kind in {"delete", "forget"}:
        return None
    if manner := _manner(change, seen):
        return manner, ()
    more = tuple(path for path in change.forced if path not in seen.forced) if change.kind == "replace" else ()
    if more:
        return "other properties force its replacement than were reviewed", more
    differing = tuple(sorted(_differing(change, seen)))
    return ("other values than were reviewed", differing) if differing else None


def _options(change: Change, seen: Change | None) -> str:
    """Which option of a resource changes otherwise than was reviewed, where no property does; empty for none."""
    before, after = change.before, change.after
    if before is None or after is None or before.leftover:
        return ""
    changing = [name for name, value in _kept_by(after).items() if value != _kept_by(before)[name]]
    if seen is None or seen.after is None:
        return f"{changing[0]} changes, and was not among the reviewed steps" if changing else ""
    known = _kept_by(seen.after)
    return next((f"{name} was reviewed otherwise" for name in changing if _kept_by(after)[name] != known[name]), "")


def _kept_by(state: State) -> dict[str, object]:
    """What the engine keeps of a resource beside its properties."""
    return {
        "protect": state.protect,
        "retainOnDelete": state.retained,
        "ignoreChanges": tuple(sorted(state.ignored)),
        "provider": state.provider.rpartition("::")[0],
    }


def _made_anew(change: Change, seen: Change) -> str:
    """Whether it is another thing than the one that was reviewed, under the same name in the program; empty if not."""
    if change.before is None or seen.before is None:
        return ""
    before, now = seen.before.id, change.before.id
    if not before or not now or before == now:
        return ""
    return f"it was made anew since the review: {before} was looked at, and this is {now}"


def _manner(change: Change, seen: Change) -> str:
    """In which other way a step of the same kind is done; empty for none."""
    if "import" in "".join(change.ops) and "import" not in "".join(seen.ops):
        return "it takes over something that exists, and making it was reviewed"
    if change.gone_first and not seen.gone_first:
        return "the old one goes before there is a new one, and the other order was reviewed"
    if change.after is None or seen.after is None:
        return ""
    if change.after.retained != seen.after.retained:
        return "what happens to it when it leaves the program (retainOnDelete) was reviewed otherwise"
    known = _kept_by(seen.after)
    differing = (name for name, value in _kept_by(change.after).items() if value != known[name])
    return next((f"{name} was reviewed otherwise" for name in differing), "")


def _differing(change: Change, seen: Change) -> Iterator[str]:
    """Top-level properties whose value is another than the reviewed one, of those that the step sets."""
    after = change.after.inputs if change.after is not None else {}
    expected = seen.after.inputs if seen.after is not None else {}
    before = change.before.inputs if change.before is not None else {}
    known = seen.before.inputs if seen.before is not None else {}
    whole = change.kind in {"create", "replace"}
    for name in after.keys() | expected.keys() if whole else _tops(change):
        if name in after and name in before and after[name] == before[name] and not whole:
            continue
        # Where it comes from counts as well: an old deployment started again would set back what came after it.
        from_another = change.kind == "update" and not _same(before.get(name), known.get(name), change.type, name)
        if from_another or not _same(after.get(name), expected.get(name), change.type, name):
            yield name


def _tops(change: Change) -> set[str]:
    found = (_PART.match(path) for path in change.changed)
    return {match[1] or match[2] for match in found if match is not None}


def _same(now: Any, reviewed: Any, token: str, path: str) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a value is the reviewed one, one that nobody could know yet, or one that something else owns."""
    if is_unknown(reviewed) or owner_of(token, path) is not None:
        return True
    if isinstance(reviewed, dict) and isinstance(now, dict):
        return now.keys() == reviewed.keys() and all(
            _same(now[key], reviewed[key], token, f"{path}.{key}") for key in now
        )
    if isinstance(reviewed, list) and isinstance(now, list):
        pairs = zip(now, reviewed, strict=False)
        each = (_same(one, other, token, f"{path}[{index}]") for index, (one, other) in enumerate(pairs))
        return len(now) == len(reviewed) and all(each)
    return bool(now == reviewed) and isinstance(now, bool) == isinstance(reviewed, bool)
