"""What people hand over: the application's addresses, its variables, a body, headers."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bailbondpro.contract import contract
from ops.answers.contract.client import Application
from ops.answers.contract.run import Options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


MAX_PORT = 65_535
MOST_DIGITS = 15
"""Of a number that everybody reads alike."""
_DIGITS = re.compile(r"[0-9]{1,20}")
_HOST = re.compile(r"[^\s/?#@]+")
_PATH = re.compile(r"/[!-~]*")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110, 5.6.2."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class InputsError(ValueError):
    """Something that was handed over cannot be used; the message says what and how."""


def options(
    *,
    env_file: Path | None,
    page: str,
    write: str | None,
    body: Path | None,
    headers: Path | None,
    log: Path | None,
    pid: int | None,
) -> Options:
    """What a test is told.

    Raises:
        InputsError: a file cannot be read, or holds something else; one of a pair is missing.
    """
    if (write is None) != (body is None):
        raise InputsError("--write and --body belong together: a path, and the file of the JSON object that it gets")
    for name, path in (("--page", page), ("--write", write)):
        if path is not None and not _PATH.fullmatch(path):
            raise InputsError(
                f"{name} {path}: a path begins with / and has no spaces; other letters are escaped, as %C3%BC"
            )
    sent = b"{}" if body is None else _object(body)
    variables = None if env_file is None else _variables(env_file)
    for number in ("CACHE_TTL_SECONDS", "CACHE_CHECK_PERIOD_SECONDS"):
        _whole(number, variables)
    for variable in contract().variables:
        if variable.name.startswith("DATABASE_POOL_"):
            _whole(variable.name, variables)
    signed = {} if headers is None else _headers(headers)
    return Options(variables=variables, page=page, write=write, body=sent, headers=signed, log=log, pid=pid)


def parts(url: str, api: str | None, started: Options) -> Application:
    """The application's two addresses; see the command's `--api`.

    Raises:
        InputsError: an address is no URL of HTTP.
    """
    host = _address(url)
    if api is not None:
        _address(api)
        return Application(url, api)
    examples = {variable.name: variable.example for variable in contract().variables}
    port = (started.variables or {}).get("API_PORT", examples["API_PORT"])
    if not _DIGITS.fullmatch(port) or not 1 <= int(port) <= MAX_PORT:
        raise InputsError(f"API_PORT is {port}, no port from 1 to {MAX_PORT}")
    scheme = urlsplit(url).scheme
    return Application(url, f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}")


def _address(url: str) -> str:
    if "@" in url:  # what stands before it may be a password: it is not shown again
        shown = re.sub(r"(//)?.*@", r"\1...@", url, count=1, flags=re.DOTALL)
        raise InputsError(f"{shown} has a name or a password: leave both out; --headers FILE signs --write in")
    try:
        found = urlsplit(url)
        host = found.hostname or ""
        host.encode("idna")  # refuses what no resolver may be asked for: empty parts, and parts of more than 63 letters
        usable = _HOST.fullmatch(host) and found.scheme in {"http", "https"} and found.port != 0 and url.isprintable()
    except ValueError:
        usable = False
    if not usable or found.path.strip("/") or "?" in url or "#" in url:
        raise InputsError(f"{url} is no address: scheme, host and port, such as http://localhost:3000")
    return host


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputsError(f"{file} cannot be read: {error}") from error


def _object(file: Path) -> bytes:
    text = _text(file)
    try:
        document = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise InputsError(f"{file} is no JSON: {error}") from error
    except RecursionError as error:
        raise InputsError(f"{file} is nested too deeply") from error
    except ValueError as error:
        raise InputsError(f"{file}: {error}") from error
    if not isinstance(document, dict):
        raise InputsError(f"{file} must hold a JSON object")
    return text.encode()


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number of JSON")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise ValueError(f"{twice!a} stands there twice")
    return found


def _pairs(file: Path, separator: str, form: str) -> dict[str, str]:
    found = {}
    for number, line in enumerate(_text(file).splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, middle, value = line.partition(separator)
        if not middle or not name.strip():
            raise InputsError(f"{file}, line {number}: must be {form}")
        if name.strip() in found:
            raise InputsError(f"{file}, line {number}: {name.strip()} stands there twice: leave one")
        found[name.strip()] = value.strip()
    return found


def _headers(file: Path) -> dict[str, str]:
    found = _pairs(file, ":", "Name: value")
    for name, value in found.items():
        if not _TOKEN.fullmatch(name) or not (value.isascii() and value.isprintable()):
            raise InputsError(f"{file}: {name} is no header: a name without spaces, and a value of printable ASCII")
    return found


def _variables(file: Path) -> dict[str, str]:
    found = _pairs(file, "=", "NAME=value")
    for name in found:
        if not _VARIABLE.fullmatch(name):
            raise InputsError(f"{file}: {name} is no variable: lines are NAME=value, without export")
    return found


def _whole(name: str, variables: Mapping[str, str] | None) -> None:
    value = (variables or {}).get(name, "0")
    if not _DIGITS.fullmatch(value) or len(value) > MOST_DIGITS:
        raise InputsError(f"{name} is {value}, no whole number")
