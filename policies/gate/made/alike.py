"""What is made of production says what something of its type says already: of the rest, nobody judged anything.

A change is compared with what was. What is made is compared with everything of its type that stands, property by
property: a value that stands there already, and what each has of its own (`policies.gate.made.own`), is ordinary. The
first of its type, a property that none of them has, one that all of them have, and another value stop as `not-judged`.
Where no pods run yet, or no database stands, the stack is being made and serves nobody; its first deployments may fail
half-way.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.selectors import namespace_of
from plan.types import TYPES
from plan.types.weaker.kubernetes.pods import PODS, SERVICE_ACCOUNT, labels_of
from plan.types.weaker.kubernetes.ways import containers, deep, repository
from plan.types.weaker.model import number
from policies.gate.made import own, values
from policies.gate.model import UNJUDGED, found
from policies.gate.weaker import value_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from plan.steps import Change, Preview, State
    from policies.gate.model import Finding

MOST = 6
"""Properties that are named; more are counted."""
_FILES = (tokens.KUBERNETES_SECRET, tokens.CONFIG_MAP)
"""Types that pods have as files."""
Leaf = tuple[str, Any]
"""Where a value stands, with `[]` for an entry of a list, and the value."""


@dataclass
class _Kind:
    """What all that stands of one type says.

    Attributes:
        said: values by their paths.
        always: paths that each of them has.
    """

    said: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    always: set[str] | None = None

    def learn(self, leaves: Iterable[Leaf]) -> None:
        paths = set()
        for path, value in leaves:
            self.said[path].add(_written(value))
            paths.add(path)
        self.always = paths if self.always is None else self.always & paths


def unlike(preview: Preview) -> Iterator[Finding]:
    """Everything that is made and says something that nothing of its type says.

    Args:
        preview: what happens to each resource.
    """
    new = [change for change in preview.changes if _is_made(change)]
    stand = [one.before for one in preview.changes if one.before is not None and one.before.custom]
    if not new or not _serves(side.type for side in stand):
        return
    wanted = {kind for change in new for kind, _ in _parts(change.type, change.state.inputs)}
    kinds: dict[str, _Kind] = defaultdict(_Kind)
    for side in stand:
        if side.leftover:
            continue
        for kind, part in _parts(side.type, side.inputs):
            if kind in wanted:
                kinds[kind].learn(_leaves(part))
    around = _around(preview.changes, new)
    for change in new:
        yield from _judged(change, kinds, around)


def _judged(change: Change, kinds: Mapping[str, _Kind], around: values.Around) -> Iterator[Finding]:
    inputs = change.state.inputs
    space = namespace_of(inputs) if change.type.startswith("kubernetes:") else ""
    new: set[str] = set()
    for kind, part in _parts(change.type, inputs):
        known = kinds.get(kind)
        if known is None and kind not in own.FIRST:
            says = f"it would be the first {change.type.rpartition(':')[2]}: nothing that stands says what is ordinary"
            yield found(UNJUDGED, change.urn, says)
            return
        leaves = list(_leaves(part))
        said = known.said if known is not None else {}
        for path, value in leaves:
            seen = not own.is_exclusive(kind, path) and _written(value) in said.get(path, ())
            if not seen and not own.is_own(kind, path, value, around, space):
                new.add(path)
        if kind == own.PODS and not _runs_as(part, space, around):
            new.add("spec.serviceAccountName")
        if known is not None and known.always is not None:
            new |= {path for path in known.always if not (_says(leaves, path) or own.may_be_left_out(kind, path))}
    if new:
        names = sorted(new)
        says = f"nothing of its type that stands says what it would say of {_some(names)}"
        yield found(UNJUDGED, change.urn, says, tuple(names))


def _runs_as(template: object, space: str, around: values.Around) -> bool:
    """Whether an account comes with the pods that it is for, or runs the same programs on the same files already."""
    account = str(deep(template, "spec", "serviceAccountName"))
    if (SERVICE_ACCOUNT, space, account) in around.made:
        return True
    made = {name for token, where, name in around.made if where == space and token in _FILES}
    files = {name for name in _mounted(template) if name not in made and (space, account, name) not in around.mounts}
    return not files and (space, *_programs(template)) in around.programs


def _programs(template: object) -> tuple[str, tuple[str, ...]]:
    """An account, and the images, commands and arguments of its containers."""
    pod = deep(template, "spec")
    found = (f"{repository(one.get('image'))} {one.get('command')} {one.get('args')}" for _, one in containers(pod))
    return str(deep(pod, "serviceAccountName")), tuple(sorted(found))


def _mounted(template: object) -> set[str]:
    """The Secrets and ConfigMaps that pods have as files."""
    found = deep(template, "spec", "volumes")
    volumes = found if isinstance(found, list) else []
    names = (deep(one, *where) for one in volumes for where in (("secret", "secretName"), ("configMap", "name")))
    return {str(name) for name in names if name is not None}


def _is_made(change: Change) -> bool:
    return (
        change.kind == "create"
        and change.before is None
        and change.after is not None
        and change.after.custom
        and change.type in TYPES
    )


def _serves(types: Iterable[str]) -> bool:
    """Whether a stack serves somebody: pods run, and there is a database behind them."""
    known = set(types)
    return tokens.DATABASE in known and not known.isdisjoint(PODS)


def _around(changes: Iterable[Change], new: Iterable[Change]) -> values.Around:
    found: dict[str, set[Any]] = defaultdict(set)
    for change in changes:
        if change.type == tokens.NAMESPACE and change.after is not None:
            found["namespaces"].add(str(value_at(change.after.inputs, ("metadata", "name"))))
        if change.type == tokens.DATABASE:
            found["databases"].add(str(change.state.inputs.get("identifier")))
        before = change.before
        if before is None or before.leftover:
            continue
        _learn(before, found)
    for change in new:
        inputs = change.state.inputs
        name = str(value_at(inputs, ("metadata", "name")))
        found["made"].add((change.type, "" if change.type == tokens.NAMESPACE else namespace_of(inputs), name))
        found["names"] |= {(change.type, change.name), (change.type, str(inputs.get("name") or change.name))}
    return values.Around(
        made=frozenset(found["made"]),
        names=frozenset(found["names"]),
        namespaces=frozenset({"default", *found["namespaces"]}),
        programs=frozenset(found["programs"]),
        mounts=frozenset(found["mounts"]),
        databases=frozenset(found["databases"]),
        apps=frozenset(found["apps"]),
        images=frozenset(found["images"]),
        subnets=frozenset(found["subnets"]),
        regions=frozenset(found["regions"]),
        domains=frozenset(found["domains"]),
        networks=values.networks(found["cidrs"]),
    )


def _learn(before: State, found: dict[str, set[Any]]) -> None:
    """What one thing that stands says of what may be referred to."""
    inputs = before.inputs
    if region := inputs.get("region"):
        found["regions"].add(str(region))
    if before.type in PODS:
        _of_pods(before, found)
    elif before.type == tokens.NODE_GROUP:
        found["subnets"] |= set(map(str, inputs.get("subnetIds") or ()))
    elif before.type == tokens.VPC:
        found["cidrs"].add(str(inputs.get("cidrBlock")))
    elif before.type in {tokens.DNS_RECORD, tokens.TOPIC_SUBSCRIPTION}:
        name = str(inputs.get("name") or inputs.get("endpoint")).rpartition("@")[2].lower()
        found["domains"].add(".".join(name.split(".")[-2:]))


def _of_pods(before: State, found: dict[str, set[Any]]) -> None:
    """What is known of pods that run."""
    space, template = namespace_of(before.inputs), value_at(before.inputs, PODS[before.type][:-1])
    account, programs = _programs(template)
    found["apps"] |= set(map(str, labels_of(before.type, before.inputs).values()))
    found["images"] |= {repository(one["image"]) for _, one in containers(deep(template, "spec")) if one.get("image")}
    found["programs"].add((space, account, programs))
    found["mounts"] |= {(space, account, name) for name in _mounted(template)}


def _parts(token: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """An object by itself, and the template of its pods, which is one of all pods."""
    if token not in PODS:
        yield token, inputs
        return
    path = PODS[token][:-1]
    yield token, _without(inputs, path)
    yield own.PODS, value_at(inputs, path)


def _without(value: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - any value of a plan
    if not isinstance(value, dict):
        return value
    if len(path) == 1:
        return {name: part for name, part in value.items() if name != path[0]}
    return {name: _without(part, path[1:]) if name == path[0] else part for name, part in value.items()}


def _leaves(value: Any, at: str = "") -> Iterator[Leaf]:  # noqa: ANN401 - any value of a plan
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _leaves(part, f"{at}.{name}" if at else str(name))
    elif isinstance(value, list) and value:
        for part in value:
            yield from _leaves(part, f"{at}[]")
    else:
        yield at, value


def _written(value: object) -> str:
    """A value as a text, so that 1 and 1.0 are one, and "1" is another."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(number(value))
    return json.dumps(value, sort_keys=True)


def _says(leaves: Iterable[Leaf], path: str) -> bool:
    """Whether something says anything of a property; an empty list says that there is nothing."""
    return any(
        one == path or one.startswith((f"{path}.", f"{path}[")) or path.startswith(f"{one}[") for one, _ in leaves
    )


def _some(names: list[str]) -> str:
    return ", ".join(names[:MOST]) + (f" and {len(names) - MOST} more" if len(names) > MOST else "")
