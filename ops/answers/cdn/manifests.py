"""What a deployment changed: two lists of a build's files with their hashes, as `sha256sum` writes them.

Files whose names have their content's hash are new files after a change, never changed ones: nothing of them needs to
be purged, and pages that were opened before the deployment still ask for those that are gone. What is left is what was
replaced under its name, or is gone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bailbondpro.edge.cache_classes import IMAGES_FOLDER
from bailbondpro.edge.exchange import normalise_path
from bailbondpro.edge.policy import STATIC_PREFIX
from ops.answers.cdn.error import CdnError
from ops.answers.cdn.paths import unheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from bailbondpro.edge.policy import EdgePolicy

_LINE = re.compile(r"(?P<hash>[0-9A-Fa-f]{32,128})\s+\*?(?P<path>\S.*)")

_PARTS = re.compile(r"[/._~-]+")
_HEX_HASH = re.compile(r"(?=.*[0-9])(?=.*[a-f])[0-9a-f]{4,}")
_MIXED_HASH = re.compile(r"(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])[0-9A-Za-z]{8,}")
"""Parts of a name that are a hash, as builds write them: `3f9a`, `BfX2k9aQ`. A year or a word is none: a file is rather
purged in vain than kept."""


@dataclass(frozen=True)
class Changed:
    """Paths by what became of them, sorted."""

    replaced: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def to_purge(self) -> tuple[str, ...]:
        """What the edge may still hold as it was; of a path that it never stores it holds nothing."""
        gone = (path for path in self.removed if not is_hashed(path))
        return tuple(sorted(path for path in (*self.replaced, *gone) if not unheld(f"https://any{path}")))

    @property
    def to_warm(self) -> tuple[str, ...]:
        """What visitors are about to ask for."""
        return tuple(sorted((*self.replaced, *self.added)))


def is_hashed(path: str) -> bool:
    """Whether a path is that of one content for good: below the folder of hashed files, with a hash in its name."""
    parts = _PARTS.split(path.removeprefix(STATIC_PREFIX)) if path.startswith(STATIC_PREFIX) else ()
    return any(_HEX_HASH.fullmatch(part) or _MIXED_HASH.fullmatch(part) for part in parts)


def changed(before: Path, after: Path) -> Changed:
    """What differs between two manifests.

    Raises:
        CdnError: a file is no manifest, with its first wrong line; or one is empty, so that everything would differ.
        OSError: a file cannot be read.
    """
    old, new = manifest(before), manifest(after)
    return Changed(
        replaced=tuple(sorted(path for path in old if path in new and new[path] != old[path])),
        removed=tuple(sorted(old.keys() - new.keys())),
        added=tuple(sorted(new.keys() - old.keys())),
    )


def manifest(file: Path) -> Mapping[str, str]:
    """The hash of each path; paths begin with a slash, relative ones lie below the build's folder.

    Raises:
        CdnError: the file is no manifest, or is empty.
        OSError: it cannot be read.
    """
    found: dict[str, str] = {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise CdnError(f"{file} is no UTF-8 text (byte {error.start}); write it with sha256sum") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            wanted = "a hash, spaces and a path, as sha256sum writes it"
            raise CdnError(f"{file}, line {number}: {line[:80]!r} is not {wanted}")
        path = normalise_path("/" + match["path"].removeprefix("./").lstrip("/"))
        if found.setdefault(path, match["hash"].lower()) != match["hash"].lower():
            raise CdnError(f"{file}, line {number}: {path} is there twice with two hashes")
    if not found:
        raise CdnError(f"{file} lists no file; write it in the build's folder: find . -type f -exec sha256sum {{}} +")
    return found


def on_hosts(policy: EdgePolicy, paths: Iterable[str]) -> tuple[str, ...]:
    """Paths as the edge has them: those of the application's folder of images also below the image host's root."""
    found: list[str] = []
    for path in paths:
        found.append(path)
        if path.startswith(IMAGES_FOLDER):
            found.append(f"https://{policy.hosts.images}/{path.removeprefix(IMAGES_FOLDER)}")
    return tuple(found)
