"""Which property changes make a provider replace a resource instead of updating it.

What always replaces, and what only under a condition, stands in the row of a type (`sandbox/services/`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.derived.facts import replacement
from sandbox.model.checks import block
from sandbox.model.replacement import Replaced, Situation
from sandbox.protocol.wire import unwrap
from sandbox.providers.autonames import AUTONAMED, is_automatic, naming
from sandbox.services import ROWS, row_of
from sandbox.services.kubernetes.kinds import RELEASE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.protocol.diff import Change
    from sandbox.protocol.schema import ResourceSchema

_KUBERNETES_IDENTITY = ("metadata.name", "metadata.namespace")


def known_types() -> frozenset[str]:
    """The type tokens that have a replacement table."""
    return frozenset(row.token for row in ROWS.values() if row.replaced is not None)


def table_of(token: str, config: Mapping[str, Any] | None = None) -> Replaced:
    """What always replaces a type.

    Args:
        token: the Pulumi type token.
        config: the configuration of the type's provider; two switches of the Kubernetes provider matter.
    """
    table = _replaced(token)
    if token.startswith("aws:"):
        return replace(table, paths=(*table.paths, "region"), kept=(*table.kept, "region"))
    mutable = table.in_place
    if mutable is not None and str((config or {}).get(mutable.setting, False)).lower() == "true":
        table = replace(table, paths=mutable.still)
    if token.startswith("kubernetes:") and token != RELEASE:
        return replace(table, paths=(*table.paths, *_KUBERNETES_IDENTITY))
    return table


def _replaced(token: str) -> Replaced:
    row = row_of(token)
    return (row.replaced if row is not None else None) or replacement(token)[0]


def replacing(
    token: str,
    found: list[Change],
    old: dict[str, Any],
    new: dict[str, Any] | None = None,
    config: Mapping[str, Any] | None = None,
) -> frozenset[str]:
    """The paths among the changes that force a replacement.

    Args:
        token: the Pulumi type token.
        found: the changes between the old and the new inputs.
        old: the old inputs.
        new: the new inputs; conditional rules compare the two.
        config: the configuration of the type's provider.
    """
    if new is not None and new.get("immutable") is True:
        config = None  # the Kubernetes provider replaces an immutable ConfigMap or Secret whatever its switches say
    table = table_of(token, config)
    situation = Situation(unwrap(old), unwrap(new or {}))
    replaced = set()
    for change in found:
        condition = table.when.get(str(change.keys[0]))
        if (condition is not None and condition.forces(situation, change)) or _forces(table, change):
            replaced.add(change.path)
    return frozenset(replaced)


def deletes_first(
    token: str, logical: str, old: dict[str, Any], new: dict[str, Any], schema: ResourceSchema | None = None
) -> bool:
    """Whether a replacement would meet its own name, so that the old object must be deleted before the new one exists.

    The Kubernetes provider says so for a name that the program gave and that stays the same (`provider.go`, Diff); the
    Terraform bridge for every type with automatic names whose name the program gave (Pulumi documentation, Autonaming).

    Args:
        token: the Pulumi type token.
        logical: the logical name, the beginning of an automatic name.
        old: the old inputs.
        new: the new inputs.
        schema: the schema of the type.
    """
    if token == RELEASE:
        return False
    if token.startswith("kubernetes:"):
        before, after = block(old, "metadata"), block(new, "metadata")
        same = before.get("name") == after.get("name") and before.get("namespace") == after.get("namespace")
        return bool(same and AUTONAMED not in block(after, "annotations"))
    if _replaced(token).deleted_first:
        return True
    named = naming(token, schema)
    name = new.get(named.key) if named is not None else None
    return named is not None and isinstance(name, str) and not is_automatic(named, logical, name, new)


def _forces(table: Replaced, change: Change) -> bool:
    names = tuple(str(key) for key in change.keys if not isinstance(key, int))
    path = ".".join(names)
    if change.kind == "delete" and path in table.kept:
        return False
    if path in table.defaults:
        return bool(_or(change.old, table.defaults[path]) != _or(change.new, table.defaults[path]))
    if any(".".join(names[:length]) in table.paths for length in range(1, len(names) + 1)):
        return True
    # A whole object was added, removed or exchanged: what it holds decides.
    inner = [listed for listed in table.paths if listed.startswith(f"{path}.")]
    return any(_differs(table, change, listed, listed.removeprefix(f"{path}.").split(".")) for listed in inner)


def _differs(table: Replaced, change: Change, listed: str, keys: list[str]) -> bool:
    default = table.defaults.get(listed)
    return bool(_or(_inside(change.old, keys), default) != _or(_inside(change.new, keys), default))


def _or(value: Any, default: Any) -> Any:  # noqa: ANN401 - property values have any shape
    return default if value is None else value


def _inside(value: Any, keys: list[str]) -> Any:  # noqa: ANN401 - property values have any shape
    for key in keys:
        if isinstance(value, list) and value:
            value = value[0]
        value = value.get(key) if isinstance(value, dict) else None
    return value
