"""What several processes of one test run need and one makes: kept in the run's folder, for the sources as they are.

`./bbp test` names the folder; pytest alone has none, and every process makes its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from ops.answers.test.lanes import SHARED
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOURCES = ("bailbondpro", "components", "infra", "plan", "sandbox", "tests/data", "tests/support")
"""What a whole stack under mocks is made from, beside the stack files."""
T = TypeVar("T")


def kept(name: str, make: Callable[[], T]) -> T:
    """What `make` makes, by whichever process of the run came first; do not change what it holds.

    Args:
        name: of the thing, a file's name.
        make: its result can be pickled, and follows from the sources alone.
    """
    if (folder := os.environ.get(SHARED)) is None:
        return make()
    place = Path(folder) / f"{name}-{_sources()}"
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if place.exists():
            return cast("T", pickle.loads(place.read_bytes()))  # noqa: S301 - written by this run
        made = make()
        place.with_suffix(".part").write_bytes(pickle.dumps(made))
        place.with_suffix(".part").rename(place)
        return made


@cache
def _sources() -> str:
    """Another text after any change of the sources: somebody may be at work while tests run."""
    stamps = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in _files()]
    return hashlib.sha256(repr(stamps).encode()).hexdigest()[:16]


def _files() -> Iterator[Path]:
    for folder in SOURCES:
        yield from (path for path in sorted((ROOT / folder).rglob("*")) if path.is_file() and path.suffix != ".pyc")
    yield from sorted(ROOT.glob("Pulumi*.yaml"))
