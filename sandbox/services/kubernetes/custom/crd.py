"""Definitions of custom resources that a program brings itself, and its resources held against them.

Server-side apply refuses a field that a definition does not declare ("field not declared in schema"). What is not
understood of a schema (`oneOf`, `not`, longer rules in CEL) is not judged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, given, items
from sandbox.model.replacement import Replaced
from sandbox.model.rows import Deletion
from sandbox.protocol.diff import format_path
from sandbox.protocol.validate import Keys, describe, nearest
from sandbox.services.kubernetes.kinds import DEFINITION, is_custom, kind_of, row
from sandbox.services.kubernetes.names import label_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.rows import Effect
    from sandbox.services.kubernetes.kinds import Kind

_OBJECT = frozenset({"apiVersion", "kind", "metadata", "status"})
"""Properties of every object, which a definition need not declare."""
_FIXED = ("group", "scope")
_TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int, float),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}


_LENGTHS = (
    (str, "minLength", "maxLength"),
    (list, "minItems", "maxItems"),
    (dict, "minProperties", "maxProperties"),
)


def _definition(context: Context) -> Iterator[Violation]:
    spec, name = block(context.inputs, "spec"), block(context.inputs, "metadata").get("name")
    names, group = block(spec, "names"), spec.get("group")
    wanted = f"{names.get('plural')}.{group}"
    if isinstance(name, str) and isinstance(group, str) and isinstance(names.get("plural"), str) and name != wanted:
        yield Violation("metadata.name", f'{name!r}: must be spec.names.plural+"."+spec.group, here {wanted!r}')
    if isinstance(group, str) and "." not in group:
        yield Violation("spec.group", f"{group!r}: should be a domain with at least one dot (Invalid value)")
    for key in ("plural", "singular"):
        value = names.get(key)
        if isinstance(value, str) and value and (reason := label_problem(value)):
            yield Violation(f"spec.names.{key}", reason)
    versions = items(spec, "versions")
    stored = [version for version in versions if version.get("storage") is True]
    if versions and len(stored) != 1 and all(known(version.get("storage", False)) for version in versions):
        yield Violation(
            "spec.versions", f"{len(stored)} storage versions: must have exactly one version marked as storage version"
        )
    seen: set[object] = set()
    for index, version in enumerate(versions):
        if known(version.get("name")) and version.get("name") in seen:
            yield Violation(f"spec.versions[{index}].name", f"{version['name']!r}: must contain unique version names")
        seen.add(version.get("name"))
        yield from _schema(version, f"spec.versions[{index}]")
    if context.token.endswith("/v1:CustomResourceDefinition"):
        yield from _conversion(block(spec, "conversion"), len(versions))


def _schema(version: dict[str, Any], at: str) -> Iterator[Violation]:
    schema = block(version, "schema").get("openAPIV3Schema")
    if "schema" in version and not known(version["schema"]):
        return
    if not given(block(version, "schema"), "openAPIV3Schema"):
        yield Violation(f"{at}.schema.openAPIV3Schema", "schemas are required (Required value)")
    elif isinstance(schema, dict) and schema.get("type") != "object" and known(schema.get("type", "")):
        yield Violation(f"{at}.schema.openAPIV3Schema.type", "must be object at the root (Invalid value)")


def _conversion(conversion: dict[str, Any], versions: int) -> Iterator[Violation]:
    strategy = conversion.get("strategy", "None")
    if known(strategy) and strategy not in {"None", "Webhook"}:
        yield Violation("spec.conversion.strategy", f"{strategy!r}: supported values: None, Webhook")
    if strategy == "Webhook" and not given(conversion, "webhook"):
        yield Violation("spec.conversion.webhook", "required when strategy is set to Webhook (Required value)")
    if strategy == "None" and given(conversion, "webhook") and versions:
        yield Violation("spec.conversion.webhook", "should not be set when strategy is not set to Webhook (Forbidden)")


def _changed(context: Context) -> Iterator[Violation]:
    if context.old is None:
        return
    before, after = block(context.old, "spec"), block(context.inputs, "spec")
    for key in _FIXED:
        if known(before.get(key)) and known(after.get(key)) and before[key] != after[key]:
            yield Violation(f"spec.{key}", f"{before[key]!r} to {after[key]!r}: field is immutable (Invalid value)")
    names = {version.get("name") for version in items(after, "versions")}
    for version in items(before, "versions") if names else ():
        if version.get("storage") is True and all(map(known, names)) and version.get("name") not in names:
            yield Violation(
                "spec.versions",
                f"objects may be stored as {version.get('name')}, which is gone (Invalid value: status.storedVersions: "
                "must appear in spec.versions); keep it with served and storage false until they are written anew",
            )


def marked(schema: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - any property
    """An extension of a schema; the SDKs' types write its name with underscores."""
    found = schema.get(f"x-kubernetes-{name}")
    return schema.get(f"x_kubernetes_{name.replace('-', '_')}") if found is None else found


def definition_of(cloud: Cloud, kind: Kind) -> dict[str, Any] | None:
    """The schema that an object of the program gives a custom kind in this version, or None."""
    for item in cloud.of_type(DEFINITION):
        spec = block(item.inputs, "spec")
        if spec.get("group") != kind.group or block(spec, "names").get("kind") != kind.name:
            continue
        for version in items(spec, "versions"):
            if version.get("name") == kind.version:
                found = block(version, "schema").get("openAPIV3Schema")
                return found if isinstance(found, dict) else None
    return None


def _resource(context: Context) -> Iterator[Violation]:
    kind = kind_of(context.token)
    if context.cloud is None or kind is None or not is_custom(context.token):
        return
    schema = definition_of(context.cloud, kind)
    if schema is None:
        return
    inputs = {key: value for key, value in context.inputs.items() if key not in _OBJECT and not key.startswith("__")}
    outer = {key: inner for key, inner in block(schema, "properties").items() if key not in _OBJECT}
    required = [key for key in schema.get("required") or () if key not in _OBJECT]
    yield from _value({**schema, "properties": outer, "required": required}, inputs, ())
    if context.old is not None:
        yield from _kept(schema, context.old, context.inputs, ())


def _value(schema: dict[str, Any], value: Any, at: Keys) -> Iterator[Violation]:  # noqa: ANN401 - any property
    if not known(value):
        return
    kind = schema.get("type")
    if marked(schema, "int-or-string"):
        kind = None
    expected = _TYPES.get(str(kind))
    wrong = expected is not None and not isinstance(value, expected)
    if wrong or (isinstance(value, bool) and kind in {"integer", "number"}):
        yield Violation(format_path(at) or "spec", f"Invalid value: {describe(value)}: must be of type {kind}")
        return
    yield from _limits(schema, value, format_path(at) or "spec")
    yield from _rules(schema, value, format_path(at) or "spec")
    if isinstance(value, dict):
        yield from _fields(schema, value, at)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, item in enumerate(value):
            yield from _value(schema["items"], item, (*at, index))


def _fields(schema: dict[str, Any], value: dict[str, Any], at: Keys) -> Iterator[Violation]:
    properties, more = block(schema, "properties"), schema.get("additionalProperties")
    free = marked(schema, "preserve-unknown-fields") or more or marked(schema, "embedded-resource")
    for name in schema.get("required") or ():
        if value.get(name) is None:
            yield Violation(format_path((*at, name)), "Required value")
    for name, inner in value.items():
        if isinstance(properties.get(name), dict):
            yield from _value(properties[name], inner, (*at, name))
        elif isinstance(more, dict):
            yield from _value(more, inner, (*at, name))
        elif not free and known(inner):
            yield Violation(
                format_path((*at, name)),
                f"field not declared in schema{nearest(name, [str(key) for key in properties])}",
            )


def _limits(schema: dict[str, Any], value: Any, at: str) -> Iterator[Violation]:  # noqa: ANN401 - any property
    allowed = schema.get("enum")
    if isinstance(allowed, list) and value not in allowed and not isinstance(value, (dict, list)):
        listed = ", ".join(map(str, allowed))
        yield Violation(
            at, f"Unsupported value: {value!r}: supported values: {listed}{nearest(str(value), listed.split(', '))}"
        )
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        low, high = schema.get("minimum"), schema.get("maximum")
        if isinstance(low, (int, float)) and value < low:
            yield Violation(at, f"Invalid value: {value:g}: should be greater than or equal to {low:g}")
        if isinstance(high, (int, float)) and value > high:
            yield Violation(at, f"Invalid value: {value:g}: should be less than or equal to {high:g}")
    for kind, least, most in _LENGTHS:
        if not isinstance(value, kind):
            continue
        if isinstance(schema.get(least), (int, float)) and len(value) < schema[least]:
            yield Violation(at, f"Invalid value: {len(value)} long, should be at least {schema[least]:g} ({least})")
        if isinstance(schema.get(most), (int, float)) and len(value) > schema[most]:
            yield Violation(at, f"Invalid value: {len(value)} long, may not be longer than {schema[most]:g} ({most})")
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and isinstance(value, str) and _matches(pattern, value) is False:
        yield Violation(at, f"Invalid value: {value!r}: should match '{pattern}'")


def _matches(pattern: str, value: str) -> bool | None:
    """Whether a text matches an expression of RE2; None for one that Python reads in another way."""
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return None


_PATH = r"self((?:\.[A-Za-z_]\w*)+)"
_COMPARED = re.compile(rf"\s*{_PATH}\s*(<=|>=|<|>|==|!=)\s*(?:{_PATH}|(-?\d+(?:\.\d+)?)|'([^']*)')\s*")
_ORDERED = {
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _rules(schema: dict[str, Any], value: Any, at: str) -> Iterator[Violation]:  # noqa: ANN401 - any property
    """Rules in CEL that compare two fields, or a field with a constant; no other is read."""
    for rule in marked(schema, "validations") or ():
        found = _COMPARED.fullmatch(str(block({"x": rule}, "x").get("rule")))
        if found is None:
            continue
        left = _at(value, found[1])
        right = _at(value, found[3]) if found[3] else float(found[4]) if found[4] else found[5]
        numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
        texts = isinstance(left, str) and isinstance(right, str)
        if (numbers or texts) and not _ORDERED[found[2]](left, right):
            yield Violation(at, f"Invalid value: {rule.get('message') or 'failed rule: ' + str(rule['rule'])}")


def _at(value: Any, path: str) -> Any:  # noqa: ANN401 - any property
    for key in path.strip(".").split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _kept(schema: dict[str, Any], old: Any, new: Any, at: Keys) -> Iterator[Violation]:  # noqa: ANN401 - any property
    """Fields that a rule `self == oldSelf` holds immutable."""
    if not known(old) or not known(new):
        return
    for rule in marked(schema, "validations") or ():
        found = block({"x": rule}, "x")
        if re.fullmatch(r"\s*(self\s*==\s*oldSelf|oldSelf\s*==\s*self)\s*", str(found.get("rule"))) and old != new:
            yield Violation(format_path(at), f"Invalid value: {found.get('message') or 'failed rule: self == oldSelf'}")
    if isinstance(old, dict) and isinstance(new, dict):
        for key, inner in block(schema, "properties").items():
            if isinstance(inner, dict):
                yield from _kept(inner, old.get(key), new.get(key), (*at, key))


def _resources(cloud: Cloud, item: CloudObject) -> list[Effect]:
    """A definition takes its resources along (Kubernetes documentation, Delete a CustomResourceDefinition)."""
    spec = block(item.inputs, "spec")
    group, name = spec.get("group"), block(spec, "names").get("kind")
    return [_forget(other) for other in cloud.all() if _is_of(other, group, name)]


def _is_of(item: CloudObject, group: object, name: object) -> bool:
    kind = kind_of(item.token)
    return kind is not None and kind.group == group and kind.name == name


def _forget(item: CloudObject) -> Effect:
    return lambda cloud: cloud.delete(item.token, item.id)


_on = On(
    "definition",
    source="Kubernetes documentation, Extend the Kubernetes API with CustomResourceDefinitions; "
    "apiextensions-apiserver, pkg/apis/apiextensions/validation",
)
ROWS = (
    row(
        DEFINITION,
        Replaced(),
        _on.one_of("spec.scope", ("Cluster", "Namespaced"), "Unsupported value"),
        _on.custom("spec", _definition),
        _on.custom("update", _changed, "Kubernetes documentation, Versions in CustomResourceDefinitions"),
        deletion=Deletion(effects=_resources),
    ),
)
STATE = (
    Rule(
        "definition-schema",
        "Kubernetes documentation, Extend the Kubernetes API with CustomResourceDefinitions, Validation; Server-Side "
        "Apply, typed patch objects",
        ("kubernetes:*",),
        _resource,
    ),
)
"""What the API server refuses of a resource whose definition the program brings."""
