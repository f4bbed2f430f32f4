"""Fills the list that `pulumi preview --import-file` writes with the ids that follow from a plan's names."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops import exits
from ops.answers.gate.reading import read_document_of_plan
from ops.answers.preflight.subject import PROVIDER, Subject, chosen
from ops.answers.state.identifiers import BY_NAME, BY_TAGS, LOST, how_to_find, parts_of
from ops.answers.state.model import StateError
from ops.jsonable import picked
from plan.preview import PreviewError, read_preview
from plan.strict_json import parsed
from plan.unknown import UNKNOWN, is_hidden

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plan import Plan, PlannedResource

PLACEHOLDER = "<PLACEHOLDER>"
"""What the engine writes for an id (Pulumi 3.259, `cmd/pulumi/operations/preview.go`)."""
HOW = "make one: `pulumi preview --import-file import.json --stack STACK`"
KUBERNETES = "kubernetes:"
NAMESPACE = "kubernetes:core/v1:Namespace"
_ACCOUNT = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, kw_only=True)
class Missing:
    """One resource without an id.

    Attributes:
        name: its name in the list.
        type: its type token.
        how: what finds its id, or why there is none.
    """

    name: str
    type: str
    how: str


@dataclass(frozen=True, kw_only=True)
class ImportFile:
    """A list of resources to import, as far as their ids are known.

    Attributes:
        document: what `pulumi import --file` takes; what has no id is left out.
        filled: how many ids follow from names.
        given: how many stood there already.
        made: components and providers, which have none.
        sought: what has to be looked up.
        lost: what nothing can be imported of.
    """

    document: dict[str, Any]
    filled: int
    given: int
    made: int
    sought: tuple[Missing, ...]
    lost: tuple[Missing, ...]

    @property
    def exit_code(self) -> int:
        """3 where ids have to be looked up, else 0."""
        return exits.UNKNOWN if self.sought else 0

    @property
    def headline(self) -> str:
        """The answer in one line."""
        known = self.filled + self.given
        every = known + len(self.sought) + len(self.lost)
        if not every:
            return "OK: nothing is to be imported"
        told = f"{known} of {every} ids are known, {self.filled} of them by names of the plan"
        left = [f"{len(self.sought)} have to be looked up"] if self.sought else []
        left += [f"{len(self.lost)} cannot be imported"] if self.lost else []
        return "; ".join((told, *left))

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer; the list itself is in the file."""
        counts = picked(self, "headline", "exit_code", "filled", "given", "made")
        missing = {
            key: [picked(one, "name", "type", "how") for one in getattr(self, key)] for key in ("sought", "lost")
        }
        return {**counts, **missing}


def fill(source: Path, plan: Path, account: str | None = None) -> ImportFile:
    """The list with every id that is known.

    Args:
        source: what `pulumi preview --import-file` wrote; ids that somebody wrote into it stay.
        plan: a preview of the same stack.
        account: the account's number; None for the one that the plan's provider allows.

    Raises:
        StateError: the list is none.
        GateError: the plan is none.
    """
    if account is not None and not _ACCOUNT.fullmatch(account):
        raise StateError(f"--account {account}: the number of an AWS account, 12 digits")
    document = _read(source)
    raw = read_document_of_plan(plan)
    try:
        after = read_preview(raw, str(plan)).after
    except PreviewError as error:
        raise StateError(str(error)) from error
    known = _Known(Subject(plan=after, settings=None), raw, account)
    kept, counts = [], {"filled": 0, "given": 0, "made": 0}
    sought, lost = [], []
    for spec, urn in zip(document["resources"], _urns(document, after), strict=True):
        token = spec["type"]
        if spec.get("component") or token.startswith("pulumi:providers:"):
            counts["made"] += 1
            kept.append(spec)
        elif spec.get("id", PLACEHOLDER) not in {PLACEHOLDER, ""}:
            counts["given"] += 1
            kept.append(spec)
        elif found := known.id_of(urn, token):
            counts["filled"] += 1
            kept.append({**spec, "id": found})
        elif why := next((reason for start, reason in LOST.items() if token.startswith(start)), ""):
            lost.append(Missing(name=spec["name"], type=token, how=why))
        else:
            sought.append(Missing(name=spec["name"], type=token, how=known.how(token, urn)))
    return ImportFile(
        document={**document, "resources": _with_parents(kept)},
        **counts,
        sought=tuple(sought),
        lost=tuple(lost),
    )


def refuse_inputs(out: Path, *inputs: Path) -> None:
    """Refuse to write over what was read: the list without what is sought, in the place of the whole one.

    Raises:
        StateError: the file to write is one of those.
    """
    for path in inputs:
        if out.exists() and path.exists() and out.samefile(path):
            raise StateError(f"--out {out} is what is read here, and would be written over: choose another name")


def _read(path: Path) -> dict[str, Any]:
    try:
        document = parsed(path.read_text("utf-8-sig"))
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror}; {HOW}") from error
    except (ValueError, RecursionError) as error:
        raise StateError(f"{path} is no JSON: {error}; {HOW}") from None
    if isinstance(document, dict) and set(document) <= {"nameTable", "providerInputs", "resources"}:
        document = {"resources": [], **document}
        found, table = document["resources"] or [], document.get("nameTable") or {}
        if isinstance(found, list) and all(_is_spec(item) for item in found) and isinstance(table, dict):
            return {**document, "resources": found}
    raise StateError(f"{path} is no list of resources to import; {HOW}")


def _is_spec(item: object) -> bool:
    texts = ("type", "name", "id", "parent", "provider", "logicalName")
    return (
        isinstance(item, dict)
        and all(isinstance(item.get(key, ""), str) for key in texts)
        and all(item.get(key) for key in ("type", "name"))
        and isinstance(item.get("component", False), bool)
    )


def _urns(document: dict[str, Any], plan: Plan) -> Iterator[str]:
    """The URN of each entry, found by type and logical name; empty where the plan has none, or several."""
    by_name: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in plan:
        by_name[item.type, item.name].append(item.urn)
    for spec in document["resources"]:
        found = by_name[spec["type"], spec.get("logicalName") or spec["name"]]
        yield found[0] if len(found) == 1 else ""


def _with_parents(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without components that nothing of the list is below."""
    needed = {spec[key] for spec in kept if not spec.get("component") for key in ("parent", "provider") if key in spec}
    parents = {spec["name"]: spec.get("parent") for spec in kept}
    waiting = list(needed)
    while waiting:
        above = parents.get(waiting.pop())
        if above and above not in needed:
            needed.add(above)
            waiting.append(above)
    return [spec for spec in kept if spec["name"] in needed or _stands_alone(spec)]


def _stands_alone(spec: dict[str, Any]) -> bool:
    return not spec.get("component") and not spec["type"].startswith("pulumi:providers:")


class _Known:
    """What a plan tells of physical ids."""

    def __init__(self, subject: Subject, raw: dict[str, Any], account: str | None) -> None:
        self.subject = subject
        accounts = subject.accounts
        self._account = account or (accounts[0] if len(accounts) == 1 else "")
        self._sources = {
            step["urn"]: _sources(step["newState"].get("propertyDependencies"))
            for step in raw.get("steps") or ()
            if isinstance(step, dict) and isinstance(step.get("newState"), dict) and isinstance(step.get("urn"), str)
        }

    def id_of(self, urn: str, token: str) -> str:
        """The id; empty where it does not follow from names."""
        item = self.subject.resources.get(urn)
        if item is None or (token.startswith("aws:") and self.subject.region_of(item) != self.subject.region):
            return ""
        if token.startswith(KUBERNETES):
            return _object_id(item, self._namespace(item))
        form = BY_NAME.get(token, "")
        values = {part: self._value(item, part) for part in parts_of(form)}
        return form.format_map(values) if form and all(values.values()) else ""

    def _value(self, item: PlannedResource, key: str) -> str:
        if key == "account":
            return self._account
        value = item.inputs.get(key)
        if isinstance(value, str) and not is_hidden(value):
            return chosen(item, key)
        # Not known before an update: it is another resource's name, where it comes from one alone whose id is its name.
        sources = self._sources.get(item.urn, {}).get(key, [])
        if value is None or len(sources) != 1 or sources[0] == item.urn:
            return ""
        source = self.subject.resources.get(sources[0])
        if source is None or len(parts_of(BY_NAME.get(source.type, ""))) != 1:
            return ""
        return self.id_of(source.urn, source.type)

    def _namespace(self, item: PlannedResource) -> str:
        """The one namespace that a Kubernetes object depends on; empty where there are others, or none."""
        found = {urn for urn in item.dependencies if urn.rpartition("::")[0].endswith(NAMESPACE)}
        return self.id_of(found.pop(), NAMESPACE) if len(found) == 1 else ""

    def how(self, token: str, urn: str) -> str:
        """What finds the id of a resource."""
        item = self.subject.resources.get(urn)
        named = parts_of(BY_NAME.get(token, ""))
        if item is not None and len(named) == 1 and token not in BY_TAGS and item.inputs.get(named[0]):
            return f"Pulumi chose its name: {item.name} and a random part behind it; look for it in the service's list"
        providers = self.subject.of(PROVIDER)
        tags = self.subject.tags_of(providers[0]) if providers else {}
        return how_to_find(token, tags.get("Stack", self.subject.stack), self.subject.region)


def _sources(found: object) -> dict[str, list[str]]:
    """What each property comes from, as far as a step says it in the engine's form."""
    if not isinstance(found, dict):
        return {}
    return {key: [urn for urn in urns if isinstance(urn, str)] for key, urns in found.items() if isinstance(urns, list)}


def _object_id(item: PlannedResource, above: str) -> str:
    """Namespace and name of a Kubernetes object; empty where the API server, or the SDK, chooses the name.

    Args:
        item: the object.
        above: its namespace, where only an update knows the one that stands in it.
    """
    metadata = item.inputs.get("metadata")
    if item.type.startswith("kubernetes:helm.sh/") or not isinstance(metadata, dict):
        name, namespace = item.inputs.get("name"), item.inputs.get("namespace")
    else:
        annotations = metadata.get("annotations")
        named = not (isinstance(annotations, dict) and annotations.get("pulumi.com/autonamed"))
        name, namespace = metadata.get("name") if named else None, metadata.get("namespace")
    if is_hidden(namespace):
        namespace = above or UNKNOWN
    if not isinstance(name, str) or not name or is_hidden(name) or namespace == UNKNOWN:
        return ""
    return f"{namespace}/{name}" if isinstance(namespace, str) and namespace else name
