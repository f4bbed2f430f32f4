"""What changes of a resource, property by property: old and new, short enough to read, secrets never."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plan.tokens import KUBERNETES_SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plan import PlannedResource

LONGEST = 72
"""Characters of a value that are shown; of a longer text, what differs and some of what surrounds it."""
AROUND = 12
"""Characters that stay on both sides of a difference."""
NOTHING = "-"
"""Stands for what is not there."""
LATER = "known after the update"
HIDDEN = "(secret)"
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine writes a value that it does not know yet (pulumi/pulumi, sdk/go/common/resource/plugin/rpc.go)."""
_SECRET = ("[secret]", "4dabf18193072939515e22adb298388d")
"""How the engine writes a secret: masked in previews; its signature elsewhere (pulumi/pulumi, sdk/go/common/resource/
sig/sig.go)."""
_SECRET_NAME = re.compile(
    r"(password|passphrase|passwd|secret|secretkey|secretstring|secretbinary|token|privatekey|privatekeypem|credentials?)"
    r"(wo)?$"
)
"""Names of texts that nobody may read, in lower case without `_` and `-`; `passwordWoVersion` is none."""
_LOGIN = re.compile(r"://[^/@\s:]*:[^/@\s]+@")
"""An address with a password in it."""
_NAMES = ("name", "key", "id", "ref", "mountPath", "containerPort", "port", "ip")
"""By which property entries of a list are told apart, the first that all have."""
_SKIPPED = ("__defaults", "__internal")


@dataclass(frozen=True)
class PropertyChange:
    """One property and what becomes of it.

    Attributes:
        path: the property; entries of a list by their name where they have one.
        old: what it was, for people; `-` where it was not there.
        new: what it becomes.
        forces: whether it cannot change in place.
    """

    path: str
    old: str
    new: str
    forces: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.old} → {self.new}"


def property_changes(item: PlannedResource) -> tuple[PropertyChange, ...]:
    """What changes of a resource that exists and stays: what forces a replacement first.

    What the engine names and the inputs do not show (a value of the provider's own) is named without values.
    """
    forcing = [path for path, kind in item.changed if kind.endswith("replace")]
    found = []
    for path, old, new in _differences("", _read(item.old_inputs), _read(item.inputs)):
        forces = any(_top(path) == _top(one) for one in forcing)
        hidden = item.type == KUBERNETES_SECRET and _top(path) in {"data", "stringData"}
        found.append(PropertyChange(path, *((HIDDEN, HIDDEN) if hidden else _pair(path, old, new)), forces))
    seen = {_top(change.path) for change in found}
    for path, _ in item.changed:
        if _top(path) not in seen:
            secret = _marked(item.inputs.get(_top(path))) or _marked(item.old_inputs.get(_top(path)))
            found.append(PropertyChange(path, *((HIDDEN, HIDDEN) if secret else ("?", LATER)), path in forcing))
    return tuple(sorted(found, key=lambda change: (not change.forces, change.path)))


def _top(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


_MISSING = object()


def _differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - inputs have any shape
    if isinstance(old, dict) and isinstance(new, dict):
        for key in (*old, *(key for key in new if key not in old)):
            if key in _SKIPPED:
                continue
            below = f"{path}.{key}" if path else str(key)
            yield from _differences(below, old.get(key, _MISSING), new.get(key, _MISSING))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(path, old, new)
    elif old is _MISSING or new is _MISSING or old != new or type(old) is not type(new):
        yield (path, old, new)


def _of_lists(path: str, old: list[Any], new: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    name = _named_by(old, new)
    if name is not None:
        before, after = ({str(item[name]): item for item in items} for items in (old, new))
        for key in (*before, *(key for key in after if key not in before)):
            one, other = before.get(key, _MISSING), after.get(key, _MISSING)
            yield from _differences(f"{path}[{key}]", one, other)
        if list(before) != list(after) and sorted(before) == sorted(after):
            yield (f"{path} (order)", list(before), list(after))
    elif all(isinstance(item, str | int | float | bool) for item in (*old, *new)):
        yield from _of_entries(path, old, new)
    else:
        for index in range(max(len(old), len(new))):
            one = old[index] if index < len(old) else _MISSING
            other = new[index] if index < len(new) else _MISSING
            yield from _differences(f"{path}[{index}]", one, other)


def _of_entries(path: str, old: list[Any], new: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    """Of a longer list only the entries that come or go."""
    gone, come = [item for item in old if item not in new], [item for item in new if item not in old]
    if not gone and not come:
        if old != new:
            yield (f"{path} (order)", old, new)
    elif len(gone) == len(old) or len(come) == len(new):
        yield (path, old, new)
    else:
        yield (f"{path} (entries)", gone or _MISSING, come or _MISSING)


def _named_by(old: Sequence[Any], new: Sequence[Any]) -> str | None:
    if not all(isinstance(item, dict) for item in (*old, *new)):
        return None
    for name in _NAMES:
        values = [[item.get(name) for item in items] for items in (old, new)]
        texts = all(isinstance(value, str | int) and value != _UNKNOWN for side in values for value in side)
        if texts and all(len(set(map(str, side))) == len(side) for side in values):
            return name
    return None


def _read(inputs: Any) -> Any:  # noqa: ANN401 - inputs have any shape
    """Inputs with the JSON documents in their texts read, such as policies and dashboards."""
    if isinstance(inputs, dict):
        return {key: _read(value) for key, value in inputs.items()}
    if isinstance(inputs, list):
        return [_read(value) for value in inputs]
    if isinstance(inputs, str) and inputs[:1] in {"{", "["} and inputs[-1:] in {"}", "]"}:
        try:
            return _read(json.loads(inputs))
        except (ValueError, RecursionError):
            return inputs
    return inputs


def _pair(path: str, old: Any, new: Any) -> tuple[str, str]:  # noqa: ANN401 - inputs have any shape
    if _is_secret(path, old, new) or any(_marked(value) for value in (old, new)):
        return tuple(NOTHING if value is _MISSING else HIDDEN for value in (old, new))  # type: ignore[return-value]  # two in, two out
    one, other = _text(old), _text(new)
    if isinstance(old, str) and isinstance(new, str) and max(len(one), len(other)) > LONGEST:
        return _between(one, other)
    return _cut(one), _cut(other)


def _is_secret(path: str, *values: Any) -> bool:  # noqa: ANN401 - inputs have any shape
    """Whether a text's property, or the entry of a list that it is in, has the name of a secret."""
    last = re.findall(r"[^.\[\]]+", path)[-1:]
    entries = re.findall(r"\[([^\]]+)\]\.?[^.\[\]]*$", path)
    named = any(_SECRET_NAME.search(name.lower().replace("_", "").replace("-", "")) for name in (*last, *entries))
    return named and any(isinstance(value, str) for value in values)


def _marked(value: Any) -> bool:  # noqa: ANN401 - inputs have any shape
    if isinstance(value, dict):
        return any(key in _SECRET or _is_secret(str(key), item) or _marked(item) for key, item in value.items())
    if isinstance(value, list):
        return any(map(_marked, value))
    return isinstance(value, str) and (any(mark in value for mark in _SECRET) or _LOGIN.search(value) is not None)


def _text(value: Any) -> str:  # noqa: ANN401 - inputs have any shape
    if value is _MISSING or value is None:
        return NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str):
        return LATER if value == _UNKNOWN else " ".join(value.replace(_UNKNOWN, "?").split()) or '""'
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(map(_text, value)) or "none"
    return json.dumps(_without_marks(value), sort_keys=True, ensure_ascii=False)


def _without_marks(value: Any) -> Any:  # noqa: ANN401 - inputs have any shape
    if isinstance(value, dict):
        return {key: _without_marks(item) for key, item in value.items() if key not in _SKIPPED}
    if isinstance(value, list):
        return list(map(_without_marks, value))
    return "?" if value == _UNKNOWN else value


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _between(old: str, new: str) -> tuple[str, str]:
    """Two long texts: what differs, with some of what they share on both sides."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    head = max(start - AROUND, 0)

    def shown(text: str) -> str:
        tail = len(text) - max(end - AROUND, 0)
        middle = text[head:tail]
        return f"{'…' if head else ''}{_cut(middle)}{'…' if tail < len(text) else ''}"

    return shown(old), shown(new)
