"""Judges the part that docs/add-a-part.md adds: in a copy of this repository, as it is and with each aspect left out.

    python -m tests.support.new_part

writes one JSON document: `whole`, what the guards say of the part as it is (nothing), and `without`, by aspect what
they say when that aspect is left out. Each guard is the function that its test calls.
"""

from __future__ import annotations

import ast
import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import components
from components.monitoring import catalog
from infra.settings import load
from plan.permissions import PERMISSIONS, without_permissions
from plan.types import TYPES
from plan.types.model import NOTHING
from policies.encryption import unencrypted
from sandbox.services import ROWS
from tests.stack.platform import test_alarms_mean_something, test_everything, test_watched
from tests.stack.platform.test_resource_types import counted
from tests.stack.sandbox.test_simulated_types import without_rows
from tests.support import identities, metric_shapes, targets
from tests.support.leaves import current
from tests.support.paths import ROOT
from tests.support.plans import edited, plan_of
from tests.support.recording import Recording
from tests.support.stack import EVERYTHING, raw, recorded
from tests.support.type_rows import contradictions, without_row, without_system

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TOKEN = "aws:sqs/queue:Queue"  # noqa: S105 - a type token
KIND = "queue"
SWITCH = "storage.queue"
LIST = "-".join(EVERYTHING)


def left_out(path: str, call: str, aspect: str) -> list[str]:
    """What Python says when a row is written without an aspect."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == call and TOKEN in ast.unparse(node):
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != aspect]
    try:
        exec(compile(tree, path, "exec"), {"__name__": "row"})  # noqa: S102 - a file of this repository
    except TypeError as error:
        at: Any = error.__traceback__
        while at.tb_next is not None and at.tb_next.tb_frame.f_code.co_filename == path:
            at = at.tb_next
        return [f"{at.tb_frame.f_code.co_filename}: {error}"]
    return []


def lists() -> list[str]:
    """What the lists of URNs say of the stack with everything."""
    found = recorded(*EVERYTHING)
    listed, waived = identities.listed(LIST), identities.waived(LIST)
    item = identities.difference(LIST, identities.identities(found), listed, identities.aliased(found), waived)
    return [str(item)] if item.added or item.lost else []


def write_list() -> None:
    """Bring the list of the stack with everything up to date."""
    lines = identities.identities(recorded(*EVERYTHING))
    (identities.LISTS / f"{LIST}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def switched_off(changes: Mapping[str, object] = NOTHING) -> list[str]:
    """The switch, where the stack with everything leaves it off for no reason."""
    stack = load({**raw(*EVERYTHING), **changes}, EVERYTHING[0])
    is_off = test_everything.off(current(stack, SWITCH)) and SWITCH not in test_everything.LEFT_OFF
    return [f"{SWITCH} is off in tests/data/everything.yaml"] if is_off else []


def unjudged() -> list[str]:
    return test_watched.unjudged([TOKEN])


def kind_without(**changes: object) -> list[str]:
    """What a kind lacks, with fields of it changed."""
    return targets.missing(KIND, replace(catalog.KINDS[KIND], **changes))  # type: ignore[arg-type]  # fields by name


def whole() -> list[str]:
    """What any guard says of the part as it is."""
    recording = recorded(*EVERYTHING)
    plan = plan_of(recording)
    used = sorted({item.type for item in plan if item.custom})
    return [
        *without_rows(used),
        *without_row(used),
        *without_permissions(tuple(used)),
        *contradictions(TYPES[TOKEN], counted().values()),
        *without_system(item.urn for item in plan),
        *unencrypted(plan),
        *unjudged(),
        *test_watched.silent(recording),
        *test_alarms_mean_something.wrong(recording),
        *targets.missing(KIND, catalog.KINDS[KIND]),
        *switched_off(),
        *lists(),
    ]


def without_alarms() -> Recording:
    """The stack with everything, without the alarm of the part."""
    return Recording(resources=[item for item in recorded(*EVERYTHING) if "failed-jobs" not in item.name])


def without_wiring() -> list[str]:
    return test_watched.silent(without_alarms())


def shapeless() -> list[str]:
    """The alarms of the stack with everything, where no shape is one of the part."""
    kept, others = metric_shapes.shapes, [shape for shape in metric_shapes.shapes() if KIND not in shape.of]
    metric_shapes.shapes = lambda: tuple(others)  # type: ignore[assignment]  # for this look only
    try:
        return test_alarms_mean_something.wrong(recorded(*EVERYTHING))
    finally:
        metric_shapes.shapes = kept


def unwatched() -> list[str]:
    test_watched.watched().pop(TOKEN)
    return unjudged()


def without_face() -> list[str]:
    kept = components.QueueTarget  # type: ignore[attr-defined]  # in the copy there is one
    components.QueueTarget = None  # type: ignore[attr-defined]  # as above
    try:
        return kind_without()
    finally:
        components.QueueTarget = kept  # type: ignore[attr-defined]  # as above


def with_another_page() -> list[str]:
    kind: Any = catalog.KINDS[KIND]
    return kind_without(alarms=lambda of: tuple(replace(spec, runbook="not-written") for spec in kind.alarms(of)))


def in_the_clear() -> list[str]:
    return unencrypted(edited(plan_of(recorded(*EVERYTHING)), TOKEN, "jobs-live", kmsMasterKeyId=None))


def unpermitted() -> list[str]:
    PERMISSIONS.pop(TOKEN)
    return without_permissions((TOKEN,))


def unsimulated() -> list[str]:
    ROWS.pop(TOKEN)
    return without_rows([TOKEN])


SIMULATED = {
    "naming": "name",
    "uniqueness": "unique",
    "references": "references",
    "replacement": "replaced",
    "refused inputs": "values",
}
"""Aspects of the simulated cloud's row, and its field."""
KNOWN = {"noun": "noun", "price": "bill", "encryption": "at_rest", "stateful": "holds", "quota": "quotas"}
"""Aspects of the row of `plan.types`, and its field."""
WITHOUT: dict[str, Callable[[], list[str]]] = {
    **{
        aspect: lambda field=field: left_out("sandbox/services/aws/sqs.py", "Row", field)  # type: ignore[misc]  # bound
        for aspect, field in SIMULATED.items()
    },
    **{
        aspect: lambda field=field: left_out("plan/types/aws.py", "ResourceType", field)  # type: ignore[misc]  # bound
        for aspect, field in KNOWN.items()
    },
    "simulated row": unsimulated,
    "known row": lambda: without_row([TOKEN], {token: row for token, row in TYPES.items() if token != TOKEN}),
    "permissions": unpermitted,
    "encrypted resource": in_the_clear,
    "alarm": lambda: kind_without(alarms=lambda _: ()),
    "dashboard": lambda: kind_without(panels=lambda _: {}),
    "runbook": with_another_page,
    "target": without_wiring,
    "shapes": shapeless,
    "watched": unwatched,
    "face": without_face,
    "switch": lambda: switched_off({"storage": {}}),
}
"""Every aspect, and what the guards say without it. The lists of URNs are looked at before they are written."""


def main() -> None:
    """Judge, and write what was found."""
    found = {"urn list": lists()}
    write_list()
    document = {"whole": whole(), "without": {**found, **{aspect: look() for aspect, look in WITHOUT.items()}}}
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
