"""Ways in which containers of pods, times of CronJobs and settings of programs compare."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plan.tolerance import much_less
from plan.types.weaker.model import number, written
from plan.unknown import is_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plan.types.weaker.model import Loses

    Than = Callable[[Any, Any], bool]
    Row = tuple[str, tuple[str, ...], Than, str, Loses, str]

_LISTS = ("containers", "initContainers", "ephemeralContainers")
_DIGEST = "@sha256:"
_HALF = 0.5
_FIELDS = ((60, 0), (24, 0), (31, 1), (12, 1), (7, 0))
"""Values and the first one of each field of a schedule (Kubernetes documentation, CronJob, Schedule syntax)."""
_NAMED_SCHEDULES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


def of_containers(than: Than, *path: str) -> Than:
    """Compares one property of each container of a pod; one that comes is compared with those that are there.

    Args:
        than: how.
        path: where it stands in a container.
    """

    def weaker(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
        before, after = dict(containers(old)), dict(containers(new))
        for name, container in after.items():
            value = deep(container, *path)
            known = [before[name]] if name in before else list(before.values())
            if known and all(than(deep(one, *path), value) for one in known):
                return True
        return False

    return weaker


def containers(pod: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every container of a pod's specification, by its name."""
    for part in _LISTS:
        found = pod.get(part) if isinstance(pod, dict) else None
        for one in found if isinstance(found, list) else ():
            if isinstance(one, dict):
                yield str(one.get("name")), one


def deep(value: Any, *path: str) -> Any:  # noqa: ANN401 - any value of a plan
    """What stands at a path of objects; None for nothing."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def from_elsewhere(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where an image comes from another repository than before, or nobody knows from which."""
    return bool(old) and not is_unknown(old) and (is_unknown(new) or repository(old) != repository(new))


def from_another_registry(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where an image comes from another registry, as far as the plan says."""
    if not new or is_unknown(new) or is_unknown(old):
        return False
    return bool(old) and repository(old).partition("/")[0] != repository(new).partition("/")[0]


def moves(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where an image was named by its content and is named by a tag, which may be moved."""
    return _DIGEST in str(old) and not is_unknown(new) and _DIGEST not in str(new)


def repository(image: object) -> str:
    """The registry and the repository of an image (Docker documentation, docker image tag; unverified)."""
    name = str(image).partition("@")[0]
    first, slash, rest = name.partition("/")
    if not slash or not (set(".:") & set(first) or first == "localhost"):
        first, rest = "docker.io", name
    if first == "docker.io" and "/" not in rest:
        rest = f"library/{rest}"
    return f"{first}/{rest.partition(':')[0]}"


def halved(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a number is less than half of what it was."""
    before, after = number(old), number(new)
    return before is not None and after is not None and after < before * _HALF


def less_often(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a schedule has far fewer times in a year, or cannot be read any more."""
    before, after = times(old), times(new)
    return before is not None and (after is None or much_less(before, after))


def times(schedule: object) -> float | None:
    """About how often a schedule of a CronJob starts in a year; None for none that can be read."""
    text = str(schedule)
    fields = _NAMED_SCHEDULES.get(text, text).split()
    if len(fields) != len(_FIELDS):
        return None
    counts = [_count(field, size, first) for field, (size, first) in zip(fields, _FIELDS, strict=True)]
    if any(count is None for count in counts):
        return None
    minutes, hours, days, months, weekdays = (float(count or 0) for count in counts)
    return minutes * hours * months * days * weekdays / 7


def _count(field: str, size: int, first: int) -> int | None:
    """How many values a field of a schedule has."""
    found: set[int] = set()
    for part in field.split(","):
        match = re.fullmatch(r"(\*|\?|\w+)(?:-(\w+))?(?:/(\d+))?", part)
        if match is None or match[3] == "0":
            return None
        if match[1] in {"*", "?"}:
            begin, end = first, first + size - 1
        elif match[1].isdigit() and (match[2] or "0").isdigit():
            begin = int(match[1])
            end = int(match[2]) if match[2] else (first + size - 1 if match[3] else begin)
        else:
            return size if match[2] else 1
        found.update(range(begin, end + 1, int(match[3] or 1)))
    return len(found)


def configured_less(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where of a program's settings one that was on is off, a number is less, or anything is gone."""
    if isinstance(old, dict):
        return not isinstance(new, dict) or any(configured_less(part, new.get(key)) for key, part in old.items())
    if new is None:
        return old is not None
    if isinstance(old, list):
        return not isinstance(new, list) or any(written(part) not in set(map(written, new)) for part in old)
    before, after = number(old), number(new)
    if before is not None and after is not None:
        return after < before
    return str(old).lower() in {"true", "on", "enabled"} and str(old).lower() != str(new).lower()
