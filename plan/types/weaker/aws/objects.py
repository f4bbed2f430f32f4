"""Objects of buckets: how long they and their versions are kept, and how soon they can be read.

Sources are the documentation of Amazon S3; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan.types.weaker.model import Weaker, number, written

if TYPE_CHECKING:
    from collections.abc import Callable

_ARCHIVES = frozenset(("GLACIER", "DEEP_ARCHIVE"))
"""Classes from which an object is restored before it is read (Amazon S3 User Guide, Storage classes; unverified)."""
_READ_FOR = 90
"""Days in which objects are read (ours): as long as the platform's own rules leave them where they came."""
_LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def _sooner_deleted(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether objects, or versions of them, are deleted sooner than before, or at all, or fewer versions are kept."""
    before, after = _deleted_after(old), _deleted_after(new)
    if any(days < before.get(key, float("inf")) for key, days in after.items()):
        return True
    kept_before, kept_after = _versions_kept(old), _versions_kept(new)
    return any(kept_after[key] < count for key, count in kept_before.items() if key in kept_after)


def _deleted_after(rules: object) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for rule in _enabled(rules):
        for part, key in (("expiration", "days"), ("noncurrentVersionExpiration", "noncurrentDays")):
            ends = rule[part] if isinstance(rule.get(part), dict) else {}
            count = number(ends.get(key))
            if count or ends.get("newerNoncurrentVersions"):  # A number of versions alone ends the others at once.
                known = (written(rule.get("filter")), part)
                found[known] = min(count or 0, found.get(known, float("inf")))
        day = rule["expiration"].get("date") if isinstance(rule.get("expiration"), dict) else None
        if day is not None:
            found[written(rule.get("filter")), f"on {day}"] = 0
    return found


def _versions_kept(rules: object) -> dict[str, float]:
    """How many old versions outlive their days, of rules by which old versions end."""
    found: dict[str, float] = {}
    for rule in _enabled(rules):
        ends = rule.get("noncurrentVersionExpiration")
        if isinstance(ends, dict):
            found[written(rule.get("filter"))] = number(ends.get("newerNoncurrentVersions")) or 0
    return found


def _enabled(rules: object) -> list[dict[str, Any]]:
    listed = rules if isinstance(rules, list) else ()
    return [rule for rule in listed if isinstance(rule, dict) and rule.get("status") != "Disabled"]


def _put_away(soon: bool) -> Callable[[Any, Any], bool]:  # noqa: FBT001 - which of two rows it is
    """Weaker where objects go sooner to a class from which nobody reads them within hours."""

    def than(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
        before, after = _archived_after(old), _archived_after(new)
        sooner = [days for key, days in after.items() if days < before.get(key, float("inf"))]
        return any((days < _READ_FOR) is soon for days in sooner)

    return than


def _archived_after(rules: object) -> dict[str, float]:
    """Days after which objects are in an archive, by their filter; those of a date are there at once."""
    found: dict[str, float] = {}
    for rule in _enabled(rules):
        steps = rule.get("transitions")
        for step in steps if isinstance(steps, list) else ():
            if isinstance(step, dict) and step.get("storageClass") in _ARCHIVES:
                key, days = written(rule.get("filter")), number(step.get("days")) or 0
                found[key] = min(days, found.get(key, float("inf")))
    return found


STORED_WEAKER: tuple[Weaker, ...] = (
    Weaker(
        token=_LIFECYCLE,
        path=("rules",),
        than=_sooner_deleted,
        made="bucket",
        says="objects and their versions were kept for longer",
        loses="copies",
        source="Amazon S3 User Guide, Expiring objects",
    ),
    *(
        Weaker(
            token=_LIFECYCLE,
            path=("rules",),
            than=_put_away(soon),
            made="bucket",
            says="objects are read at once, and not restored from an archive first",
            loses="way",
            source="Amazon S3 User Guide, Transitioning objects using Amazon S3 Lifecycle",
            noted=not soon,
        )
        for soon in (True, False)
    ),
)
