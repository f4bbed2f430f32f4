"""What stands at a place of a plan, and whether it is what the ledger says."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ops.answers.trace.nginx import directives
from plan.nginx import NginxError
from plan.unknown import is_hidden

if TYPE_CHECKING:
    from bailbondpro.guide import Place, Row
    from plan import Plan

_STEP = re.compile(r'\["([^"]+)"\]|\[(\d+)\]|\[(\w+)=([^\]]+)\]|([^.\[\]]+)')
_SHOWN = 120


class NotThereError(ValueError):
    """Nothing stands at the place; the message says how far the path leads."""


class NotKnownError(ValueError):
    """A preview does not say what stands at the place; the message says which."""


def difference(plan: Plan, row: Row, place: Place) -> str:
    """What of a plan is not as a row says; empty where it is.

    Args:
        plan: of the stack that the place names.
        row: the row.
        place: its place.

    Raises:
        NotKnownError: the plan does not say what stands there.
    """
    resource = place.resource
    named = [item for item in plan if (item.type, item.name) == (resource.type, resource.name) and item.op != "delete"]
    if not named:
        return f"the plan has no {resource.type} {resource.name}"
    try:
        begin = value_at(named[0].inputs, resource.path)
        if resource.reads == "nginx":
            return _of_nginx(str(begin), place.path, row)
        found = value_at(json.loads(str(begin)) if resource.reads == "json" else begin, place.path)
    except (NotThereError, NginxError, json.JSONDecodeError) as error:
        return f"{resource.type} {resource.name}: {error}"
    return _against(found, row, f"{resource.name} {place.path}")


def value_at(value: Any, path: str) -> Any:  # noqa: ANN401 - inputs of a resource and any part of them
    """What stands at a path: `spec.ports[name=http].port`, `data["nginx.conf"]`, `[0]`.

    Raises:
        NotThereError: nothing does.
        NotKnownError: a preview does not say what does.
    """
    walked = ""
    for match in _STEP.finditer(path):
        if is_hidden(value):
            raise NotKnownError(f"{walked.rstrip('.')}: a preview does not say it")
        quoted, index, name, wanted, key = match.groups()
        try:
            if name:
                value = next(item for item in value if str(item.get(name)) == wanted)
            else:
                value = value[int(index)] if index else value[quoted or key]
        except (KeyError, IndexError, TypeError, StopIteration, AttributeError):
            raise NotThereError(f"nothing stands at {walked}{match[0]}") from None
        walked += match[0] if match[0].startswith("[") else f"{match[0]}."
    return value


def _of_nginx(text: str, path: str, row: Row) -> str:
    if is_hidden(text):
        raise NotKnownError(f"{path}: a preview does not say it")
    said = [words for name, words in directives(text) if name == path]
    if not said:
        return f"the gateway's configuration has no {path}"
    if "value" in row.model_fields_set:
        if str(row.value) in said:
            return ""
        return f"{path} is {_short(' | '.join(said))}, the ledger says {row.value}"
    lost = [piece for piece in row.holds if not any(piece in words for words in said)]
    return f"{path} is {_short(' | '.join(said))}, without {', '.join(lost)}" if lost else ""


def _against(found: object, row: Row, where: str) -> str:
    if is_hidden(found):
        raise NotKnownError(f"{where}: a preview does not say it")
    if "value" in row.model_fields_set:
        return "" if found == row.value else f"{where} is {_short(found)}, the ledger says {_short(row.value)}"
    text = found if isinstance(found, str) else json.dumps(found, default=str)
    lost = [piece for piece in row.holds if piece not in text]
    return f"{where} is {_short(found)}, without {', '.join(lost)}" if lost else ""


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
