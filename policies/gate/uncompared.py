"""What changes of production without anybody comparing before and after: it stops, but for what changes every week."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plan.differing import bare_path, differing, part_of, with_one, with_part, written_path
from plan.placement import states_placement
from plan.tokens import CACHE, CONFIG_MAP, DATABASE, KUBERNETES_SECRET, NAMESPACE, RELEASE, SECRET_VERSION
from plan.types import TYPES
from plan.types.weaker.kubernetes.alertmanager import configurations
from plan.types.weaker.kubernetes.charts import is_weighed, values_of
from plan.types.weaker.kubernetes.pods import PODS
from plan.types.weaker.kubernetes.ways import configured_less
from plan.types.weaker.model import changes, gains, keeps_all, number
from plan.unknown import SECRET, UNKNOWN, is_unknown
from policies.documents import statements
from policies.gate.charts import charts_weaker
from policies.gate.losses import COUNTS
from policies.gate.model import STRANGE, UNCOMPARED, UNJUDGED, found
from policies.gate.ordinary import is_ordinary
from policies.gate.weaker import ROWS, value_at
from policies.rules.policies import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from plan.differing import Steps
    from plan.steps import Change
    from plan.types.weaker.model import Weaker
    from policies.gate.model import Finding

    Inputs = Mapping[str, Any]

HARMLESS = ("tags.Name", "tagsAll", "description", "alarmDescription", "comment")
"""Properties that describe: nothing reads them to decide who reaches what, or what is kept. `tagsAll` follows from an
object's own tags and from its provider's, and each of them is compared where it is written."""
RECOMMENDED = "metadata.labels.app.kubernetes.io/"
"""Labels that describe (Kubernetes documentation, Recommended Labels); those of a namespace are selected by."""
ONE_WAY = (changes, configured_less, gains, keeps_all)
"""Ways to compare that say nothing of what comes where nothing was, or beside what is there."""
READ = ".containers.image"
"""A text that rows read as a whole: where an image comes from, and by what it is named. Releases change the rest."""
DOCUMENT = ("{", "[")
"""How a document of JSON begins."""
_NUMBER = re.compile(r"\b\d+(?:\.\d+)?\b")
EXTREMES = (0, 10**15)
"""Numbers of which a row that weighs numbers finds one weaker than any other."""
FACTOR = 10
"""How many times as large or as small a number may become that a row finds no weaker, before it is named (ours)."""
CHECKSUM = "checksum/"
"""Annotations that only say that something else changed, which is judged where it stands."""
VALUES = "values"
"""What a release of a chart is told."""
READ_AS_SECRETS = frozenset(
    (KUBERNETES_SECRET, SECRET_VERSION, "aws:ssm/parameter:Parameter", CONFIG_MAP, DATABASE, CACHE)
)
"""Types whose secrets are passwords, keys and what programs read: each turn changes them."""
MOST = 6
"""Properties that are named; more are counted."""


def uncompared(change: Change, *, production: bool, told: Iterable[str] = ()) -> Iterator[Finding]:
    """The properties of one change that no row compares.

    Args:
        change: what happens.
        production: whether the plan is of production.
        told: properties for which it stops already.
    """
    before, after = change.before, change.after
    if not production or before is None or after is None or before.leftover or change.kind == "same":
        return
    row = TYPES.get(change.type)
    if row is None:  # `unknown-type` stops what is of such a type
        return
    known = {*HARMLESS, *_judged(change.type, before.inputs, after.inputs)}
    if row.holds is not None:
        known |= {
            *row.holds.names,
            *row.holds.grows,
            *row.holds.one_way,
            *(guard.property for guard in row.holds.guards),
        }
    if _draws(after.inputs) and _draws(before.inputs):
        known |= {"data"}
    rows = [one for one in ROWS.get(change.type, ()) if one.path or one.label]
    places = [at for at in differing(before.inputs, after.inputs) if not _stated(at, before.inputs, after.inputs)]
    if change.type != NAMESPACE:
        places = [at for at in places if not bare_path(at).startswith(RECOMMENDED)]
    routes = [path for path, _ in configurations(after.inputs.get(VALUES))] if change.type == RELEASE else []
    told = {*told, *(path for finding in charts_weaker(change, production=True) for path in finding.properties)}
    changed = {
        path: tuple(part_of(side.inputs, at, after=side is after) for side in (before, after))
        for at in places
        if not _compared(at, known, rows, before.inputs, after.inputs)
        for path in [written_path(at)]
        if path not in told and re.split(r"[.\[]", path, maxsplit=1)[0] not in told
    }
    if change.type == RELEASE:
        changed = {path: sides for path, sides in changed.items() if not path.startswith(VALUES)}
        changed |= {path: sides for path, sides in _of_charts(before.inputs, after.inputs) if not _within(path, told)}
    weekly = {
        path
        for path, (old, new) in changed.items()
        if is_ordinary(change.type, path, old, new, after.inputs)
        or (change.type == RELEASE and (is_weighed(path) or _within(path, routes)))
    }
    for rule, names in ((UNCOMPARED, weekly), (UNJUDGED, changed.keys() - weekly)):
        if paths := sorted(names):
            says = f"nothing here compares before and after of {_some(paths)}"
            yield found(rule, change.urn, says, tuple(paths))
    hidden = {name: alone for name, alone in _masked(change.changed, before.inputs, after.inputs) if name not in known}
    for name, alone in sorted(hidden.items()):
        says = f"{name} would change, and is masked as a secret: nothing here has read it"
        # What programs read is masked every week. Of a whole that has a secret in it, something else may have changed.
        rule = UNCOMPARED if alone or change.type in READ_AS_SECRETS else UNJUDGED
        yield found(rule, change.urn, says, (name,))


def _of_charts(old: Inputs, new: Inputs) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """The values of a chart that differ, each by itself, also of a part that comes or goes as a whole."""
    before, after = (
        {path: value for path, value in values_of(side.get(VALUES)) if value not in ({}, None)} for side in (old, new)
    )
    for path in {*before, *after}:
        if before.get(path) != after.get(path):
            yield path, (before.get(path), after.get(path))


def _within(path: str, told: Iterable[str]) -> bool:
    """Whether a value stands at a place of which something was told, or below it."""
    return any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in told)


def _judged(token: str, old: Inputs, new: Inputs) -> Iterator[str]:
    """Properties that rules over steps read: numbers of days, and policies as far as they can be read."""
    sides = (old, new)
    yield from (name for name in COUNTS if all(number(side.get(name)) for side in sides))
    for name in POLICIES.get(token, ()):
        if all(is_unknown(side.get(name)) or statements(side.get(name), "Allow") is not None for side in sides):
            yield name


def _draws(inputs: Inputs) -> bool:
    """Whether this is a dashboard, by which nothing is decided (Grafana's chart, values `sidecar.dashboards.label`)."""
    return value_at(inputs, ("metadata", "labels", "grafana_dashboard")) is not None


def _some(names: list[str]) -> str:
    return ", ".join(names[:MOST]) + (f" and {len(names) - MOST} more" if len(names) > MOST else "")


def _masked(paths: Iterable[str], old: Inputs, new: Inputs) -> Iterator[tuple[str, bool]]:
    """Properties that change, as the engine says, and that a preview writes alike before and after.

    With each it says whether the secret alone changes: the engine names the place of it.
    """
    for path in paths:
        top = re.split(r"[.\[]", path, maxsplit=1)[0]
        if top in new and old.get(top) == new[top] and _has_secret(new[top]):
            yield top, value_at(new, tuple(path.split("."))) == SECRET


def _has_secret(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_secret, value.values()))
    return any(map(_has_secret, value)) if isinstance(value, list) else value == SECRET


def _stated(at: Steps, old: Inputs, new: Inputs) -> bool:
    """Whether a place says where clients' rows lie, before and after: `policies.placement` compares it."""
    return all(states_placement(part_of(side, at, after=side is new)) for side in (old, new))


def _compared(at: Steps, known: set[str], rows: Iterable[Weaker], old: Inputs, new: Inputs) -> bool:
    path = bare_path(at)
    if CHECKSUM in path or any(path == one or path.startswith(f"{one}.") for one in known):
        return True
    sides = [part_of(side, at, after=side is new) for side in (old, new)]
    alike = _like(*sides)
    numbers = alike and all(number(side) is not None for side in sides)
    other: Inputs | None = None
    for row in rows:
        about = _about(row)
        if path == about or path.startswith(f"{about}.") or about.startswith(f"{path}.") or not about:
            other = with_one(old, new, at) if other is None else other
            exact = path == about
            if _sees(row, old, other, backwards=alike and (exact or sides[0] is not None)):
                return True
            if exact and (path.endswith(READ) or (numbers and _weighs(row, at, old, EXTREMES))):
                return True
            if alike and _weighs(row, at, old, _with_other_numbers(*sides)):
                return True
    return False


def _like(old: object, new: object) -> bool:
    """Whether two values are so much alike that the better one is no news: nothing goes, and no part comes.

    A number that is far from the other one is a slip of a unit at least as often as it is better.
    """
    if new is None or (old is None and isinstance(new, (dict, list))):
        return False
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new)
    if isinstance(old, str) and isinstance(new, str) and old[:1] in DOCUMENT:
        return old[:1] == new[:1]
    before, after = number(old), number(new)
    if before is None or after is None:
        return True
    return 1 / FACTOR <= (after / before if before else 0) <= FACTOR


def _weighs(row: Weaker, at: Steps, old: Inputs, extremes: Iterable[object]) -> bool:
    """Whether a row weighs the numbers that stand here: it finds others weaker, or stronger."""
    return any(_sees(row, old, with_part(old, at, one)) for one in extremes)


def _with_other_numbers(old: object, new: object) -> list[str]:
    """A text with far larger numbers, where it differs from another one in numbers alone."""
    if not isinstance(old, str) or not isinstance(new, str) or _NUMBER.sub("#", old) != _NUMBER.sub("#", new):
        return []
    return [_NUMBER.sub(lambda found: f"{float(found[0]) * EXTREMES[1]:f}", old)]


def _about(row: Weaker) -> str:
    """The path of what a row compares; of a row over whole pods the one part of them that it is about."""
    path = ".".join(map(str, row.path))
    return f"{path}.{row.shown}" if row.path == PODS.get(row.token) else path


def _sees(row: Weaker, old: Inputs, new: Inputs, *, backwards: bool = True) -> bool:
    """Whether a row tells two values from each other, whichever comes first: one over a whole compares parts."""
    if row.where is not None and row.where[1] not in {old.get(row.where[0]), UNKNOWN}:
        return False
    first, second = (value_at(side, row.path) for side in (old, new))
    try:
        return bool(row.than(first, second) or (backwards and row.than not in ONE_WAY and row.than(second, first)))
    except STRANGE:
        return False
