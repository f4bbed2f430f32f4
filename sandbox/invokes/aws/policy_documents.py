"""IAM policy documents as `aws.iam.get_policy_document` prints them.

Semantics after the documentation of the function and the behaviour of terraform-provider-aws (July 2026): sets come
sorted backwards, single values flat, the version of the newest document wins, statements replace those of their Sid.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, Any

from sandbox.invokes.errors import LookUpError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.invokes.answers import Asked

_VERSIONS = ("2008-10-17", "2012-10-17")
_SID = re.compile(r"[a-zA-Z0-9]*")
_VARIABLE = "&{"
_ORDER = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition")
_SETS = (("actions", "Action"), ("notActions", "NotAction"), ("resources", "Resource"), ("notResources", "NotResource"))
Statement = dict[str, Any]


def policy_document(asked: Asked) -> dict[str, Any]:
    """The document, printed with indentation and without."""
    args = asked.args
    version = str(args.get("version") or _VERSIONS[-1])
    if version not in _VERSIONS:
        raise LookUpError(f"version: {version!r} is none of: {', '.join(_VERSIONS)}")
    for name in ("overrideJson", "sourceJson"):
        if args.get(name):
            raise LookUpError(f"{name}: is not used any more and must be empty; give a list of documents instead")
    own = [
        _statement(item, f"statements[{number}]", version) for number, item in enumerate(args.get("statements") or ())
    ]
    _unrepeated(own, "statements")
    merged = _Merged()
    sources = [_parsed(text, f"sourcePolicyDocuments[{n}]") for n, text in _given(args, "sourcePolicyDocuments")]
    _unrepeated([item for source in sources for item in source["Statement"]], "sourcePolicyDocuments")
    for source in sources:
        merged.add(source)
    merged.add({"Version": version, "Id": str(args.get("policyId") or ""), "Statement": own})
    for number, text in _given(args, "overridePolicyDocuments"):
        merged.add(_parsed(text, f"overridePolicyDocuments[{number}]"))
    document = merged.document()
    printed = _escaped(json.dumps(document, indent=2, ensure_ascii=False))
    return {
        **args,
        "version": version,
        "json": printed,
        "minifiedJson": _escaped(json.dumps(document, separators=(",", ":"), ensure_ascii=False)),
        "id": str(zlib.crc32(printed.encode())),
    }


def _given(args: dict[str, Any], name: str) -> Iterator[tuple[int, str]]:
    return ((number, str(text)) for number, text in enumerate(args.get(name) or ()) if text)


def _escaped(text: str) -> str:
    """As Go prints JSON: what would matter inside of HTML is escaped (encoding/json, Marshal)."""
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


class _Merged:
    """Documents merged one after the other."""

    def __init__(self) -> None:
        self.version = self.identity = ""
        self.statements: list[Statement] = []

    def add(self, document: dict[str, Any]) -> None:
        self.identity = document.get("Id") or self.identity
        self.version = max(self.version, document.get("Version") or "")
        for new in document["Statement"]:
            places = [n for n, old in enumerate(self.statements) if new.get("Sid") and old.get("Sid") == new["Sid"]]
            if places:
                self.statements[places[0]] = new
            else:
                self.statements.append(new)

    def document(self) -> dict[str, Any]:
        found = {
            "Version": self.version,
            "Id": self.identity,
            "Statement": [_ordered(item) for item in self.statements],
        }
        return {key: value for key, value in found.items() if value}


def _ordered(statement: Statement) -> Statement:
    return {key: statement[key] for key in _ORDER if statement.get(key)}


def _unrepeated(statements: list[Statement], where: str) -> None:
    seen: set[str] = set()
    for item in statements:
        sid = item.get("Sid") or ""
        if sid and sid in seen:
            raise LookUpError(f"{where}: duplicate Sid ({sid}). Remove the Sid or ensure Sids are unique.")
        seen.add(sid)


def _statement(item: dict[str, Any], where: str, version: str) -> Statement:
    sid, effect = str(item.get("sid") or ""), str(item.get("effect") or "Allow")
    if not _SID.fullmatch(sid):
        raise LookUpError(f"{where}.sid: must only include alphanumeric characters, got {sid!r}")
    if effect not in {"Allow", "Deny"}:
        raise LookUpError(f"{where}.effect: {effect!r} is none of: Allow, Deny")
    found: Statement = {"Sid": sid, "Effect": effect}
    for name, key in _SETS:
        values = _set(item.get(name))
        found[key] = values if "ction" in name else _variables(values, f"{where}.{name}", version)
    for name, key in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        found[key] = _principals(item.get(name) or (), f"{where}.{name}", version)
    found["Condition"] = _conditions(item.get("conditions") or (), f"{where}.conditions", version)
    return found


def _set(values: Any) -> Any:  # noqa: ANN401 - a text or a list of texts
    """One value flat, several without repetition and sorted backwards."""
    kept = sorted({str(value) for value in values or ()}, reverse=True)
    return kept[0] if len(kept) == 1 else kept


def _variables(values: Any, where: str, version: str) -> Any:  # noqa: ANN401 - a text or a list of texts
    """`&{...}` stands for the variables of policies, whose own notation means something else to Terraform."""
    texts = [values] if isinstance(values, str) else values
    if version == _VERSIONS[0] and (wrong := next((text for text in texts if _VARIABLE in text), None)):
        raise LookUpError(
            f"{where}: found &{{ sequence in ({wrong}), which is not supported in document version {version}"
        )
    replaced = [text.replace(_VARIABLE, "${") for text in texts]
    return replaced[0] if isinstance(values, str) else replaced


def _principals(items: Any, where: str, version: str) -> Any:  # noqa: ANN401 - "*" or an object
    pairs = [(str(item["type"]), _variables(_set(item.get("identifiers")), where, version)) for item in items]
    unique = sorted({(kind, tuple(ids) if isinstance(ids, list) else ids) for kind, ids in pairs}, key=repr)
    return _parties([(kind, list(ids) if isinstance(ids, tuple) else ids) for kind, ids in unique])


def _parties(pairs: list[tuple[str, Any]]) -> Any:  # noqa: ANN401 - "*" or an object
    if len(pairs) == 1 and pairs[0][0] == "*" and pairs[0][1] in ("*", ["*"]):
        return "*"
    found: dict[str, Any] = {}
    for kind, ids in pairs:
        old = found.get(kind)
        if old is None and isinstance(ids, str):
            found[kind] = ids
        else:
            before = [] if old is None else [old] if isinstance(old, str) else old
            found[kind] = [*before, *([ids] if isinstance(ids, str) else sorted(ids, reverse=True))]
    return dict(sorted(found.items()))


def _conditions(items: Any, where: str, version: str) -> dict[str, Any]:  # noqa: ANN401 - a list of objects
    triples = [
        (str(item["test"]), str(item["variable"]), [_word(value) for value in item.get("values") or ()])
        for item in items
    ]
    checked = [(test, name, list(_variables(values, where, version))) for test, name, values in triples]
    return _grouped(checked)


def _grouped(triples: list[tuple[str, str, list[str]]]) -> dict[str, Any]:
    found: dict[str, dict[str, list[str]]] = {}
    for test, name, values in triples:
        found.setdefault(test, {}).setdefault(name, []).extend(values)
    return {
        test: {name: values[0] if len(values) == 1 else values for name, values in sorted(names.items())}
        for test, names in sorted(found.items())
    }


def _word(value: Any) -> str:  # noqa: ANN401 - a text, a number or a boolean
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parsed(text: str, where: str) -> dict[str, Any]:
    """A document of somebody's, as the provider reads it: members that it does not know are dropped."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise LookUpError(f"{where}: no JSON: {error}") from error
    if not isinstance(document, dict):
        raise LookUpError(f"{where}: a policy document is an object, got {text[:40]!r}")
    given = document.get("Statement") or []
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise LookUpError(f"{where}: cannot unmarshal Statement: the provider wants a list of objects here")
    statements = [_read(item, where) for item in given]
    return {"Version": document.get("Version") or "", "Id": document.get("Id") or "", "Statement": statements}


def _read(item: Statement, where: str) -> Statement:
    found = {key: item[key] for key in _ORDER if key in item}
    for key in ("Principal", "NotPrincipal"):
        if isinstance(found.get(key), str):
            found[key] = "*"
        elif isinstance(found.get(key), dict):
            found[key] = _parties(sorted(found[key].items()))
        elif key in found:
            raise LookUpError(f"{where}: {key} must be a text or an object")
    if "Condition" in found:
        found["Condition"] = _grouped(
            [
                (test, name, [_word(value) for value in (values if isinstance(values, list) else [values])])
                for test, names in found["Condition"].items()
                for name, values in names.items()
            ]
        )
    return found


FUNCTIONS = {"aws:iam/getPolicyDocument:getPolicyDocument": policy_document}
