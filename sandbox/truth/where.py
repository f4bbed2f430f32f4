"""The file in which a type's row stands, or should."""

from __future__ import annotations

import sys
from functools import cache

from sandbox.model.rows import Row, Service
from sandbox.services import row_of

_ROOM = "sandbox.services"


def row_file(token: str) -> str:
    """The module of a type's row, as a path in this repository; for a type without one, the module to write it in."""
    row = row_of(token)
    found = _modules().get(token) if row is not None else None
    return f"{found.replace('.', '/')}.py" if found is not None else _wanted(token)


@cache
def _modules() -> dict[str, str]:
    """Type token -> the module whose tables hold its row; the deepest, since packages gather those of their modules."""
    found: dict[str, str] = {}
    names = sorted((name for name in sys.modules if name.startswith(_ROOM)), key=lambda name: name.count("."))
    for name in names:
        for value in list(vars(sys.modules[name]).values()):
            rows = value.rows if isinstance(value, Service) else value if isinstance(value, tuple) else ()
            found |= {row.token: _file(name) for row in rows if isinstance(row, Row)}
    return found


def _file(name: str) -> str:
    return f"{name}.__init__" if hasattr(sys.modules[name], "__path__") else name


def _wanted(token: str) -> str:
    package, _, rest = token.partition(":")
    service = rest.split("/", maxsplit=1)[0].split(":", maxsplit=1)[0]
    flat = package if service in {"index", package, ""} else f"{package}/{service}"
    return f"sandbox/services/{flat}.py"
