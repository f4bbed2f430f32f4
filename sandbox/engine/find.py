"""Which engine is used: PATH first, then this user's cache, then the official installer, then a build with Go."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sandbox.cache import cache_directory
from sandbox.engine import build, installer

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = "3.259.0"
"""The engine version that is installed or built; `tools/pulumi/go.mod` pins the same."""
OLDEST = (3, 229, 0)
"""The oldest engine accepted from PATH: the first that the Automation API of the pinned SDK can drive in full."""

Source = Literal["PATH", "cache", "official installer", "built with Go"]


@dataclass(frozen=True)
class Attempt:
    """One place that was looked at, and what came of it."""

    where: str
    result: str


@dataclass(frozen=True)
class Engine:
    """A usable engine."""

    command: Path
    version: str
    source: Source
    has_language_host: bool
    """Whether the Python language host stands beside it, so that the plain CLI can run the program, too."""
    tried: tuple[Attempt, ...]


class EngineNotFoundError(Exception):
    """No engine could be found, installed or built; `tried` says why, place by place."""

    def __init__(self, tried: tuple[Attempt, ...]) -> None:
        self.tried = tried
        lines = "\n".join(f"  - {attempt.where}: {attempt.result}" for attempt in tried)
        super().__init__(
            f"no Pulumi engine could be found, installed or built:\n{lines}\n"
            "Install one from https://www.pulumi.com/docs/install/ or put Go 1.26 or newer on PATH, then try again."
        )


def find_or_build(progress: Callable[[str], None], *, build_allowed: bool = True) -> Engine:
    """The engine to use; built only when nothing else is there (about 4 minutes on 2 cores, once per version).

    Args:
        progress: receives one line at a time while something long runs.
        build_allowed: False looks only at PATH and the cache.

    Raises:
        EngineNotFoundError: nothing worked.
    """
    tried: list[Attempt] = []
    if (engine := _on_path(tried)) or (engine := _in_cache(tried)):
        return engine
    if build_allowed:
        root = cache_directory() / "engine" / VERSION
        tried.append(Attempt("official installer", installer.install(root, VERSION, progress)))
        if (version := engine_version(root / "bin" / "pulumi")) is not None:
            return _engine(root / "bin" / "pulumi", version, "official installer", tried)
        tried.append(Attempt("build with Go", build.build(root, VERSION, progress)))
        if (version := engine_version(root / "bin" / "pulumi")) is not None:
            return _engine(root / "bin" / "pulumi", version, "built with Go", tried)
    raise EngineNotFoundError(tuple(tried))


def _on_path(tried: list[Attempt]) -> Engine | None:
    found = shutil.which("pulumi")
    if found is None:
        tried.append(Attempt("PATH", "no `pulumi` there"))
        return None
    version = engine_version(Path(found))
    if version is None:
        tried.append(Attempt("PATH", f"{found} does not answer `pulumi version`"))
        return None
    if not _fits(version):
        oldest = ".".join(map(str, OLDEST))
        tried.append(Attempt("PATH", f"{found} is {version}; {oldest} or newer (below 4) is needed"))
        return None
    tried.append(Attempt("PATH", f"{found}, version {version}"))
    return _engine(Path(found), version, "PATH", tried)


def _in_cache(tried: list[Attempt]) -> Engine | None:
    command = cache_directory() / "engine" / VERSION / "bin" / "pulumi"
    version = engine_version(command)
    if version is None:
        tried.append(Attempt("cache", "no engine there yet" if not command.exists() else f"{command} does not run"))
        return None
    tried.append(Attempt("cache", f"{command}, version {version}"))
    return _engine(command, version, "cache", tried)


def _engine(command: Path, version: str, source: Source, tried: list[Attempt]) -> Engine:
    host = (command.resolve().parent / "pulumi-language-python").exists()
    return Engine(command, version, source, has_language_host=host, tried=tuple(tried))


def _fits(version: str) -> bool:
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    return OLDEST <= numbers < (4, 0, 0)


def engine_version(command: Path) -> str | None:
    """What `pulumi version` says, without the leading v; None when it cannot run."""
    try:
        answer = subprocess.run(  # noqa: S603 - a fixed command, no shell
            [str(command), "version"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip().removeprefix("v") or None
