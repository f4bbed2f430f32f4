"""The functions of the std package: the standard library of Terraform's language (Terraform documentation, Functions).

`timestamp`, `uuid`, `bcrypt` and `rsadecrypt` answer differently every time or need a key: a seed file says theirs.
"""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import math
import os
import re
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from sandbox.invokes import networks
from sandbox.invokes.errors import LookUpError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.invokes.answers import Asked

Args = dict[str, Any]
_DURATION = re.compile(r"(-?\d+(?:\.\d+)?)(h|ms|m|s|us|ns)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


def _digest(kind: str, content: bytes) -> bytes:
    return hashlib.new(kind, content, usedforsecurity=False).digest()


def _hex(kind: str) -> Callable[[Args], str]:
    return lambda args: _digest(kind, _text(args).encode()).hex()


def _hexed(kind: str, content: bytes) -> str:
    return _digest(kind, content).hex()


def _based(kind: str) -> Callable[[Args], str]:
    return lambda args: base64.b64encode(_digest(kind, _text(args).encode())).decode()


def _file(make: Callable[[bytes], Any]) -> Callable[[Args], Any]:
    def answer(args: Args) -> Any:  # noqa: ANN401 - a text or a boolean
        try:
            return make(Path(_text(args)).read_bytes())
        except OSError as error:
            raise LookUpError(f"input: {_text(args)}: {error.strerror}") from error

    return answer


def _text(args: Args) -> str:
    return str(args.get("input") or "")


def _list(args: Args) -> list[Any]:
    return list(args.get("input") or ())


def _distinct(items: list[Any]) -> list[Any]:
    return [item for number, item in enumerate(items) if item not in items[:number]]


def _flat(items: list[Any]) -> list[Any]:
    return [inner for item in items for inner in (_flat(item) if isinstance(item, list) else [item])]


def _bool(value: Any) -> bool:  # noqa: ANN401 - a boolean or a text
    return value is True or str(value).lower() == "true"


def _number(value: Any) -> int | float:  # noqa: ANN401 - a number or a text
    number = float(value)
    return int(number) if number.is_integer() else number


def _written(value: Any) -> str:  # noqa: ANN401 - any plain value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _matched(found: re.Match[str]) -> Any:  # noqa: ANN401 - a text, a list or an object
    return found.groupdict() or (list(found.groups()) if found.groups() else found[0])


def _regex(args: Args) -> Any:  # noqa: ANN401 - as above
    found = re.search(_python(args["pattern"]), str(args["string"]))
    if found is None:
        raise LookUpError(f"pattern: did not match any part of the given string: {args['pattern']}")
    return _matched(found)


def _python(pattern: str) -> str:
    r"""A pattern of Go's for Python: named groups are written alike since Go 1.22, `\z` is `\Z`."""
    return str(pattern).replace(r"\z", r"\Z")


def _replace(args: Args) -> str:
    search, text, new = str(args["search"]), str(args["text"]), str(args["replace"])
    if len(search) > 1 and search.startswith("/") and search.endswith("/"):
        return re.sub(_python(search[1:-1]), re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", new), text)
    return text.replace(search, new)


def _range(args: Args) -> list[int | float]:
    start, limit = _number(args.get("start") or 0), _number(args["limit"])
    step = _number(args.get("step") or (1 if limit >= start else -1))
    count = math.ceil((limit - start) / step)
    return [start + number * step for number in range(max(count, 0))]


def _moment(text: Any) -> datetime:  # noqa: ANN401 - a text
    return datetime.fromisoformat(str(text))


def _later(args: Args) -> str:
    text = str(args["duration"])
    seconds = sum(float(amount) * _UNITS[unit] for amount, unit in _DURATION.findall(text.lstrip("-")))
    moved = _moment(args["timestamp"]) + timedelta(seconds=-seconds if text.startswith("-") else seconds)
    return moved.isoformat().replace("+00:00", "Z")


def _compared(args: Args) -> int:
    left, right = _moment(args["timestampa"]), _moment(args["timestampb"])
    return (left > right) - (left < right)


def _printed(text: str, values: list[Any]) -> str:
    left = iter(values)

    def one(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        value, verb = next(left), found[0][-1]
        if verb == "q":
            return json.dumps(_written(value))
        if verb in "vst":
            return f"{found[0][:-1].replace('#', '')}s" % _written(value)
        return found[0] % (int(value) if verb == "d" else _number(value))

    return re.sub(r"%%|%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]", one, text)


def _format_list(args: Args) -> list[str]:
    given = list(args.get("args") or ())
    length = max((len(item) for item in given if isinstance(item, list)), default=1)
    rows = [[item[number] if isinstance(item, list) else item for item in given] for number in range(length)]
    return [_printed(_text(args), row) for row in rows]


def _transposed(args: Args) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, values in (args.get("input") or {}).items():
        for value in values:
            found.setdefault(value, []).append(key)
    return dict(sorted((key, sorted(names)) for key, names in found.items()))


def _merged(args: Args) -> dict[str, Any]:
    return {key: value for item in _list(args) for key, value in item.items()}


def _substr(args: Args) -> str:
    text, offset, length = _text(args), int(args.get("offset") or 0), int(args["length"])
    start = offset if offset >= 0 else len(text) + offset
    return text[start:] if length < 0 else text[start : start + length]


def _found(args: Args) -> Any:  # noqa: ANN401 - any value
    has = args.get("map") or {}
    if args["key"] not in has and args.get("default") is None:
        raise LookUpError(f"key: there is no {args['key']!r}, and no default is given")
    return has.get(args["key"], args.get("default"))


def _element(args: Args) -> Any:  # noqa: ANN401 - any value
    items = _list(args)
    if not items:
        raise LookUpError("input: cannot use element function with an empty list")
    return items[int(args["index"]) % len(items)]


def _index(args: Args) -> int:
    if args["element"] not in _list(args):
        raise LookUpError(f"element: {args['element']!r} is not in the list")
    return _list(args).index(args["element"])


def _first(args: Args) -> Any:  # noqa: ANN401 - any value
    found = next((item for item in _list(args) if item not in (None, "", [])), None)
    if found is None:
        raise LookUpError("input: no non-null, non-empty-string arguments")
    return found


def _json(value: Any) -> str:  # noqa: ANN401 - any value
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def _indented(args: Args) -> str:
    return _text(args).replace("\n", "\n" + " " * int(args["spaces"]))


_MAKERS: dict[str, Callable[[Args], Any]] = {
    "abs": lambda args: abs(_number(args["input"])),
    "abspath": lambda args: os.path.abspath(_text(args)),  # noqa: PTH100 - as Go's filepath.Abs: links stay
    "alltrue": lambda args: all(map(_bool, _list(args))),
    "anytrue": lambda args: any(map(_bool, _list(args))),
    "base64decode": lambda args: base64.b64decode(_text(args)).decode(),
    "base64encode": lambda args: base64.b64encode(_text(args).encode()).decode(),
    "base64gzip": lambda args: base64.b64encode(gzip.compress(_text(args).encode(), mtime=0)).decode(),
    "base64sha256": _based("sha256"),
    "base64sha512": _based("sha512"),
    "basename": lambda args: Path(_text(args)).name,
    "ceil": lambda args: math.ceil(_number(args["input"])),
    "chomp": lambda args: _text(args).rstrip("\r\n"),
    "chunklist": lambda args: [
        _list(args)[at : at + int(args["size"])] for at in range(0, len(_list(args)), int(args["size"]))
    ],
    "cidrhost": networks.host,
    "cidrnetmask": networks.netmask,
    "cidrsubnet": networks.subnet,
    "cidrsubnets": networks.subnets,
    "coalesce": _first,
    "coalescelist": lambda args: next((item for item in _list(args) if item), []),
    "compact": lambda args: [item for item in _list(args) if item not in (None, "")],
    "concat": lambda args: [inner for item in _list(args) for inner in item],
    "contains": lambda args: args["element"] in _list(args),
    "csvdecode": lambda args: _rows(_text(args)),
    "dirname": lambda args: os.path.dirname(_text(args)) or ".",  # noqa: PTH120 - a text, not a path of this machine
    "distinct": lambda args: _distinct(_list(args)),
    "element": _element,
    "endswith": lambda args: _text(args).endswith(str(args["suffix"])),
    "file": _file(lambda content: content.decode()),
    "filebase64": _file(lambda content: base64.b64encode(content).decode()),
    "filebase64sha256": _file(lambda content: base64.b64encode(_digest("sha256", content)).decode()),
    "filebase64sha512": _file(lambda content: base64.b64encode(_digest("sha512", content)).decode()),
    "fileexists": lambda args: Path(_text(args)).is_file(),
    **{f"file{kind}": _file(partial(_hexed, kind)) for kind in ("md5", "sha1", "sha256", "sha512")},
    "flatten": lambda args: _flat(_list(args)),
    "floor": lambda args: math.floor(_number(args["input"])),
    "format": lambda args: _printed(_text(args), list(args.get("args") or ())),
    "formatlist": _format_list,
    "indent": _indented,
    "index": _index,
    "join": lambda args: str(args.get("separator") or "").join(map(_written, _list(args))),
    "jsondecode": lambda args: json.loads(_text(args)),
    "jsonencode": lambda args: _json(args.get("input")),
    "keys": lambda args: sorted(args.get("input") or {}),
    "length": lambda args: len(args.get("input") or ()),
    "log": lambda args: math.log(_number(args["input"])) / math.log(_number(args["base"])),
    "lookup": _found,
    "lower": lambda args: _text(args).lower(),
    "matchkeys": lambda args: [
        value for value, key in zip(args["values"], args["keys"], strict=True) if key in args["searchList"]
    ],
    "max": lambda args: max(map(_number, _list(args))),
    "md5": _hex("md5"),
    "merge": _merged,
    "min": lambda args: min(map(_number, _list(args))),
    "parseint": lambda args: int(_text(args), int(args.get("base") or 10)),
    "pathexpand": lambda args: os.path.expanduser(_text(args)),  # noqa: PTH111 - the text comes back as it is
    "pow": lambda args: _number(_number(args["base"]) ** _number(args["exponent"])),
    "range": _range,
    "regex": _regex,
    "regexall": lambda args: [_matched(one) for one in re.finditer(_python(args["pattern"]), str(args["string"]))],
    "replace": _replace,
    "reverse": lambda args: list(reversed(_list(args))),
    "setintersection": lambda args: [
        item for item in _distinct(_list(args)[0]) if all(item in other for other in _list(args)[1:])
    ],
    "sha1": _hex("sha1"),
    "sha256": _hex("sha256"),
    "sha512": _hex("sha512"),
    "signum": lambda args: (_number(args["input"]) > 0) - (_number(args["input"]) < 0),
    "slice": lambda args: list(args["list"])[int(args["from"]) : int(args["to"])],
    "sort": lambda args: sorted(map(str, _list(args))),
    "split": lambda args: str(args["text"]).split(str(args["separator"])),
    "startswith": lambda args: _text(args).startswith(str(args["prefix"])),
    "strrev": lambda args: _text(args)[::-1],
    "substr": _substr,
    "sum": lambda args: sum(map(_number, _list(args))),
    "timeadd": _later,
    "timecmp": _compared,
    "title": lambda args: re.sub(r"(?<!\S)(\w)", lambda found: found[1].upper(), _text(args)),
    "tobool": lambda args: _bool(args.get("input")),
    "tolist": _list,
    "tonumber": lambda args: _number(args["input"]),
    "toset": lambda args: _distinct(_list(args)),
    "tostring": lambda args: _written(args.get("input")),
    "transpose": _transposed,
    "trim": lambda args: _text(args).strip(str(args["cutset"])),
    "trimprefix": lambda args: _text(args).removeprefix(str(args["prefix"])),
    "trimspace": lambda args: _text(args).strip(),
    "trimsuffix": lambda args: _text(args).removesuffix(str(args["suffix"])),
    "upper": lambda args: _text(args).upper(),
    "urlencode": lambda args: quote_plus(_text(args)),
    "values": lambda args: [value for _, value in sorted((args.get("input") or {}).items())],
    "zipmap": lambda args: dict(zip(args["keys"], args["values"], strict=True)),
    "map": lambda args: dict(zip(*[iter(args.get("args") or ())] * 2, strict=True)),
}


def _answer(name: str, make: Callable[[Args], Any]) -> Callable[[Asked], dict[str, Any]]:
    if name == "abspath" or name.startswith("file"):
        return lambda asked: {"result": make({"input": str(asked.folder / Path(_text(asked.args)).expanduser())})}
    return lambda asked: {"result": make(asked.args)}


FUNCTIONS = {f"std:index:{name}": _answer(name, make) for name, make in _MAKERS.items()}
