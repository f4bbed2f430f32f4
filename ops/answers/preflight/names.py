"""Whether the physical names that the plan chooses are free, or taken by this stack itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ops.answers.preflight.finders import NAME_KINDS
from ops.answers.preflight.model import Answer, Permission, Question, met, not_asked, not_judged, not_met
from ops.answers.preflight.subject import chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.preflight.finders import Existing, NameKind
    from ops.answers.preflight.model import Clouds
    from ops.answers.preflight.subject import Subject
    from plan import PlannedResource

AREA = "names"
GLOBAL = frozenset({"iam"})


def questions(subject: Subject) -> Iterator[Question]:
    """One for each kind of name and region, and one for the names that nobody looks up."""
    for kind in NAME_KINDS:
        by_region: dict[str, list[PlannedResource]] = {}
        for item in subject.of(kind.type):
            if chosen(item, kind.key):
                by_region.setdefault(subject.region_of(item), []).append(item)
        for region, items in sorted(by_region.items()):
            count = len({chosen(item, kind.key) for item in items})
            yield Question(
                area=AREA,
                name=f"{count} {kind.noun} in {region}",
                why="a name that is taken stops an update where it is made",
                needs=_needs(subject, kind, region, items),
                ask=partial(_names, subject, kind, region, tuple(items)),
            )
    known = {kind.type for kind in NAME_KINDS}
    others = [item for item in subject.resources.values() if _named_otherwise(item, known)]
    if others:
        kinds = ", ".join(sorted({item.type.split(":")[-1] for item in others}))
        yield Question(
            area=AREA,
            name=f"{len(others)} other chosen names",
            why="a name that is taken stops an update where it is made",
            ask=lambda _: not_asked(f"nobody here looks up names of {kinds}"),
        )


def _named_otherwise(item: PlannedResource, known: set[str]) -> bool:
    return item.custom and item.type.startswith("aws:") and item.type not in known and bool(chosen(item, "name"))


def _needs(subject: Subject, kind: NameKind, region: str, items: list[PlannedResource]) -> tuple[Permission, ...]:
    if not kind.service:
        buckets = [f"arn:{subject.partition}:s3:::{chosen(item, kind.key)}" for item in items if kind.key == "bucket"]
        return tuple(Permission(read, arn) for read in kind.asked for arn in sorted(buckets) or ["*"])
    service, _, pattern = kind.service.partition(":")
    where = "" if service in GLOBAL else region
    arns = sorted({subject.arn(service, where, pattern.format(chosen(item, kind.key))) for item in items})
    return tuple(Permission(read, arn) for read in kind.asked for arn in arns)


def _names(subject: Subject, kind: NameKind, region: str, items: tuple[PlannedResource, ...], clouds: Clouds) -> Answer:
    free, own = 0, []
    taken: list[str] = []
    fixes: list[str] = []
    unclear: list[str] = []
    for item in items:
        name = chosen(item, kind.key)
        found = kind.find(clouds.aws, region, name)
        if found is None:
            free += 1
        elif found.blocks:
            taken.append(f"{name}: {found.blocks}")
            fixes.append(found.fix)
        elif subject.owns(item, found.tags or {}):
            own.append(name)
        elif found.tags is None or not subject.tags_of(item):
            unclear.append(name)
        else:
            taken.append(f"{name} exists and does not carry this stack's tags{_whose(found)}")
            fixes.append(f"pulumi import {item.type} {item.name} {name}, or delete it")
    if taken:
        return not_met("; ".join(taken), "; ".join(dict.fromkeys(fixes)))
    if unclear:
        said = f"{', '.join(unclear)} exist, and nothing tells whether they are this stack's"
        return not_judged(said, "look for them in `pulumi stack --show-urns`; tag everything with the stack's name")
    if own:
        return met(f"{free} free; {len(own)} carry this stack's tags: {', '.join(own)}")
    return met("free")


def _whose(found: Existing) -> str:
    stack = (found.tags or {}).get("Stack")
    return f" (Stack: {stack})" if stack else ""
