"""Reads an engine's preview step by step: what is not understood is named, and nothing is left out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from plan.keys import PREVIEW, STATE, STEP, other_letters, twice
from plan.model import COUNTED, Op, Plan, PlannedResource
from plan.steps import KINDS, OPS, PARTS, STACK, WEIGHT, Change, Preview, State, Unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class PreviewError(Exception):
    """A document is no preview; the message says what it is and how to make one."""


ALONE = frozenset(("same", "update", "create", "delete", "read", "import"))
"""Operations of which a resource has one: a second would hide the first. Replacements and refreshes have several."""
HOW = "make one: `pulumi preview --json --show-sames > plan.json`"
LITERAL = ("aws:", "cloudflare:", "random:", "tls:", "pulumi:providers:")
"""Providers whose properties have one name each: of theirs, two that differ in capital letters alone are one."""


def read_preview(document: Mapping[str, Any], origin: str = "this preview") -> Preview:
    """The steps of a preview.

    Args:
        document: what `pulumi preview --json` printed, parsed. A preview of nothing at all has no `steps`.
        origin: how to call it in an error.

    Raises:
        PreviewError: it is no preview.
    """
    steps = document.get("steps", [] if {"changeSummary", "duration"} & document.keys() else None)
    if not isinstance(steps, list):
        raise PreviewError(f"{origin} is no engine preview, {_looks_like(document)}; {HOW}")
    if wrong := _misshapen(document):
        raise PreviewError(f"{origin} is no engine preview, {wrong}; {HOW}")
    read = list(_once(_read(steps)))
    unread = tuple(item for item in read if isinstance(item, Unread))
    changes = tuple(_merged([item for item in read if isinstance(item, Change) and item.type != STACK]))
    known = {str(key): str(value) for key, value in _mapping(document.get("config")).items()}
    hidden = _hidden(document, read)
    return Preview(
        changes=changes,
        unread=unread,
        hidden=hidden,
        lost=tuple(_lost(document, read)),
        errors=tuple(_errors(document.get("diagnostics"))),
        corrupt=document.get("maybeCorrupt") is True,
        before=Plan(tuple(_planned_before(changes)), known, hidden),
        after=Plan(tuple(_planned_after(changes)), known, hidden),
        stack=_stack(read),
    )


def _looks_like(document: Mapping[str, Any]) -> str:
    if "deployment" in document:
        return "it is an exported state (`pulumi stack export`)"
    if "resourcePlans" in document:
        return "it is an update plan (`--save-plan`), which does not hold what was"
    if "sequence" in document:
        return "it is one event of the engine"
    if "resource_changes" in document:
        return "it is a plan of Terraform"
    if "findings" in document and "verdict" in document:
        return "it is an answer of `./bbp gate --json`"
    return "its `steps` are no list" if "steps" in document else "it has no `steps`"


def _misshapen(document: Mapping[str, Any]) -> str:
    """What of a preview beside its steps has another form than the engine's; empty where nothing has.

    Passed over, it would be a count that nobody compares, or an error that nobody sees.
    """
    if wrong := other_letters(document, PREVIEW):
        return wrong
    counts, diagnostics = document.get("changeSummary"), document.get("diagnostics")
    for key in ("changeSummary", "config"):
        if not isinstance(document.get(key), dict | None):
            return f"its `{key}` is no object"
    for op, count in (counts or {}).items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            return f"its `changeSummary` counts no number of {op[:80]}"
    if not isinstance(diagnostics, list | None) or not all(isinstance(entry, dict) for entry in diagnostics or ()):
        return "its `diagnostics` are no list of messages"
    if not isinstance(document.get("maybeCorrupt"), bool | None):
        return "its `maybeCorrupt` is neither true nor false"
    return ""


def _read(steps: list[Any]) -> Iterator[Change | Unread]:
    for number, step in enumerate(steps):
        urn = step.get("urn") if isinstance(step, dict) else None
        named = urn if isinstance(urn, str) and urn.startswith("urn:pulumi:") and urn.count("::") >= PARTS else ""
        try:
            yield _change(number, named, step)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            yield Unread(number=number, urn=named or f"step {number}", why=str(error))


def _once(read: Iterable[Change | Unread]) -> Iterator[Change | Unread]:
    """Every step, and in place of a second one of a resource that has one only, that nobody can read it.

    What is gone from the cloud is deleted and created.
    """
    seen: dict[str, Change] = {}
    for item in read:
        if not isinstance(item, Change) or item.ops[0] not in ALONE or item.leftover:
            yield item
            continue
        first = seen.setdefault(item.urn, item)
        if first is item or {first.ops[0], item.ops[0]} == {"delete", "create"}:
            yield item
        else:
            why = f"{item.ops[0]} stands beside {first.ops[0]} of the same resource, in step {first.number}"
            yield Unread(number=item.number, urn=item.urn, why=why)


def _change(number: int, urn: str, step: object) -> Change:
    if not isinstance(step, dict):
        raise TypeError("a step is an object")
    if wrong := other_letters(step, STEP):
        raise ValueError(wrong)
    if not urn:
        raise ValueError(f"{str(step.get('urn'))[:80]!r} is no URN")
    op = step.get("op")
    if not isinstance(op, str):
        raise TypeError("it has no operation")
    before, after = _state(step, "oldState"), _state(step, "newState")
    if before is None and after is None:
        raise ValueError("it has neither an old nor a new state")
    kind = KINDS.get(op, "unknown")
    if kind in {"update", "replace", "delete"} and before is None and op not in {"create-replacement", "replace"}:
        raise ValueError(f"{op} without an old state")
    if (kind in {"create", "update"} and after is None) or (op == "same" and after is None):
        raise ValueError(f"{op} without a new state")
    detailed = {str(path): entry for path, entry in _mapping(step.get("detailedDiff")).items()}
    kinds = {path: str(_mapping(entry).get("kind", "update")) for path, entry in detailed.items()}
    reasons = (*_texts(step.get("replaceReasons")), *sorted(path for path in kinds if kinds[path].endswith("replace")))
    differing = (*sorted(kinds), *_texts(step.get("diffReasons")))
    if op == "refresh":
        kind = "delete" if after is None else "update" if kinds else kind
    if kind == "delete" and before is not None and not before.leftover and (before.external or before.retained):
        kind = "forget"
    return Change(
        urn=urn,
        kind=kind,
        ops=(op,),
        before=before,
        after=None if kind in {"delete", "forget"} else after,
        forced=_without_parents(reasons) if kind in {"replace", "unknown"} else (),
        changed=_without_parents(differing),
        number=number,
        gone_first=op == "delete-replaced",
    )


def _without_parents(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Each path once; a property as a whole is left out where a part of it is named (`tags` beside `tags.Name`)."""
    once = dict.fromkeys(paths)
    parents = {path[:end] for path in once for end, sign in enumerate(path) if sign in ".[" and end}
    return tuple(path for path in once if path not in parents)


def _state(step: dict[str, Any], side: str) -> State | None:
    found = step.get(side)
    if found is None:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("type"), str):
        raise TypeError(f"its {side} has no type")
    if wrong := other_letters(found, STATE):
        raise ValueError(f"of its {side}, {wrong}")
    urn, token = str(found.get("urn") or step.get("urn")), found["type"]
    if urn.split("::")[2].rsplit("$", 1)[-1] != token:
        raise ValueError(f"the type of its {side}, {token[:80]}, is not the one in its URN")
    inputs = found.get("inputs")
    if inputs is not None and not isinstance(inputs, dict):
        raise TypeError(f"the inputs of its {side} are no object")
    if token.startswith(LITERAL) and (wrong := twice(inputs or {})):
        raise ValueError(f"of the inputs of its {side}, {wrong}")
    for name in ("protect", "retainOnDelete", "delete", "external", "custom", "pendingReplacement"):
        if not isinstance(found.get(name, False), bool):
            raise TypeError(f"{name} of its {side} is neither true nor false")
    return State(
        type=token,
        urn=urn,
        inputs=inputs or {},
        # The engine writes it of everything (`apitype.ResourceV3`): what does not say it is held to be real.
        custom=found.get("custom", True),
        protect=found.get("protect", False),
        retained=found.get("retainOnDelete", False),
        leftover=found.get("delete", False),
        external=found.get("external", False),
        parent=str(found.get("parent") or ""),
        provider=str(found.get("provider") or ""),
        dependencies=_texts(found.get("dependencies")),
        id=str(found.get("id") or ""),
        replacing=found.get("pendingReplacement", False),
        ignored=_texts(found.get("ignoreChanges")),
        replaced_on=_texts(found.get("replaceOnChanges")),
    )


def _merged(changes: list[Change]) -> list[Change]:
    """One change for each resource, and one more for each old copy of it."""
    found: dict[tuple[str, int], Change] = {}
    for item in changes:
        key = (item.urn, item.number if item.leftover and item.kind == "delete" else -1)
        found[key] = _together(found[key], item) if key in found else item
    return list(found.values())


def _together(first: Change, second: Change) -> Change:
    """Two steps of one resource: what the engine does in several, such as the three of a replacement."""
    kind = max(first.kind, second.kind, key=WEIGHT.index)
    if {first.kind, second.kind} == {"delete", "create"}:
        kind = "replace"
    created = any("create" in op or op.startswith("import") for op in first.ops)
    return Change(
        urn=first.urn,
        kind=kind,
        ops=(*first.ops, *second.ops),
        before=first.before or second.before,
        after=second.after or first.after,
        forced=tuple(dict.fromkeys((*first.forced, *second.forced))),
        changed=tuple(dict.fromkeys((*first.changed, *second.changed))),
        number=first.number,
        gone_first=first.gone_first or (second.gone_first and not created),
    )


def _planned_before(changes: tuple[Change, ...]) -> Iterator[PlannedResource]:
    for item in changes:
        if item.before is not None and not item.before.leftover:
            yield _planned(item, item.before, "same")


def _planned_after(changes: tuple[Change, ...]) -> Iterator[PlannedResource]:
    standing = {item.urn for item in changes if not item.leftover}
    for item in changes:
        if not (item.leftover and item.urn in standing):
            yield _planned(item, item.state, OPS[item.kind])


def _planned(item: Change, state: State, op: Op) -> PlannedResource:
    forced = set(item.forced)
    old = item.before.inputs if op != "same" and item.before is not None else {}
    return PlannedResource(
        urn=item.urn,
        type=state.type,
        name=item.name,
        op=op,
        inputs=state.inputs,
        parent=state.parent,
        dependencies=state.dependencies,
        protect=state.protect,
        provider=state.provider,
        changed=()
        if op == "same"
        else tuple((path, "update-replace" if path in forced else "update") for path in (*item.changed, *item.forced)),
        custom=state.custom,
        old_inputs=old,
    )


def _hidden(document: Mapping[str, Any], read: list[Change | Unread]) -> int:
    """Unchanged resources that are in the preview's own count and not among its steps."""
    same = _mapping(document.get("changeSummary")).get("same")
    named = sum(isinstance(item, Change) and item.ops == ("same",) for item in read)
    return max(same - named, 0) if isinstance(same, int) else 0


def _lost(document: Mapping[str, Any], read: list[Change | Unread]) -> Iterator[str]:
    """Changes that the preview counts more of than it names: somebody took steps out, or lost them."""
    named = Counter(op for item in read if isinstance(item, Change) for op in item.ops)
    unread = sum(isinstance(item, Unread) for item in read)
    for op in COUNTED:
        told = _mapping(document.get("changeSummary")).get(op)
        if isinstance(told, int) and told > named[op] + unread:
            yield f"{told} {op} are counted and {named[op]} named"
    # Counts would tell of steps that are left out; without them, what others hang on does.
    if "changeSummary" not in document:
        known = {item.urn for item in read}
        known |= {side.urn for item in read if isinstance(item, Change) for side in (item.before, item.after) if side}
        hung = {urn for item in read if isinstance(item, Change) for urn in _hung_on(item)}
        yield from (
            f"{urn} is what others hang on, and no step is about it"
            for urn in sorted(hung - known)[:3]
            if f"::{STACK}::" not in urn
        )


def _hung_on(change: Change) -> Iterator[str]:
    for side in (change.before, change.after):
        if side is not None:
            yield from (side.parent, *side.dependencies) if side.parent else side.dependencies


def _errors(diagnostics: object) -> Iterator[str]:
    for entry in diagnostics if isinstance(diagnostics, list) else ():
        if str(_mapping(entry).get("severity")).lower() == "error":
            yield " ".join(str(entry.get("message", "")).split())[:300]


def _stack(read: list[Change | Unread]) -> str:
    """URN of the stack: its own step has it, and every other URN tells its name and the project's."""
    urn = next((item.urn for item in read if item.urn.startswith("urn:pulumi:")), "")
    if not urn:
        return ""
    stack, project = urn.removeprefix("urn:pulumi:").split("::")[:2]
    return f"urn:pulumi:{stack}::{project}::{STACK}::{project}-{stack}"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
