"""Reads a state: what `pulumi stack export` wrote, or the object that the engine keeps in a bucket.

Forms and names are those of Pulumi 3.259 (`sdk/go/common/apitype/core.go`, `pkg/resource/stack/deployment.go`).
"""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.answers.state.model import StateError, Trouble
from plan.keys import STATE, other_letters
from plan.strict_json import ForeignJsonError, RepeatedKeyError, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ops.answers.state.model import Level

HOW = "make one: `pulumi stack export --file state.json --stack STACK`"
EARLIER = "take an earlier version of it: `./bbp state plan corrupted STACK` prints the commands"
MOST_BYTES = 200_000_000
"""Of a state, unpacked; the largest of this platform has about 3 MB."""
SCHEMAS = (3, 4)
"""Forms of a deployment that are read here: the engine writes 3, and 4 where a feature needs it."""
FEATURES = frozenset(
    (
        *("refreshBeforeUpdate", "views", "hooks", "taint", "replaceWith", "snippets-prototype"),
        *("extensionParameterization", "byteString"),
    )
)
"""Features of form 4 that the pinned engine takes; it refuses a state with any other."""
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
"""First bytes of compressed states (RFC 1952; RFC 8878)."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One resource of a state.

    Attributes:
        number: its place in the document, from 0.
        urn: its URN; empty where it has none.
        type: its type token; empty where it has none.
        id: its physical id; empty where it has none.
        custom: False for components.
        leftover: whether it is the old copy of something that was replaced (`delete`).
        replacing: whether it was deleted and its replacement was not made (`pendingReplacement`).
        protect: whether the engine refuses to delete it.
        external: whether it was only read.
        failed: what went wrong when it was made or changed last (`initErrors`).
        provider: URN and id of its provider.
        needs: (what for, URN) of everything that must stand before it, its provider left out.
    """

    number: int
    urn: str
    type: str
    id: str
    custom: bool
    leftover: bool
    replacing: bool
    protect: bool
    external: bool
    failed: tuple[str, ...]
    provider: str
    needs: tuple[tuple[str, str], ...]

    @property
    def where(self) -> str:
        """How it is named."""
        return self.urn or f"resource {self.number}"


@dataclass(frozen=True, kw_only=True)
class Pending:
    """An operation that had begun when the engine was stopped: `creating`, `updating`, `deleting` or `reading`."""

    urn: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class State:
    """A state, as far as it can be read.

    Attributes:
        entries: its resources, in its order.
        pending: operations that had begun.
        magic: what the engine checks the version against; empty where there is none.
        engine: version of the engine that wrote it.
        written: when.
        secrets: type of the secrets provider; empty where there is none.
        sealed: how many values are encrypted.
        bare: how many secrets stand there in the clear.
        broken: what cannot be read of it.
    """

    entries: tuple[Entry, ...] = ()
    pending: tuple[Pending, ...] = ()
    magic: str = ""
    engine: str = ""
    written: str = ""
    secrets: str = ""
    sealed: int = 0
    bare: int = 0
    broken: tuple[Trouble, ...] = ()


def read_state(path: Path) -> State:
    """The state in a file; one that is damaged says so in `broken`.

    Raises:
        StateError: there is no file, or it is something else.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror}; {HOW}") from error
    if content.startswith(_ZSTD):
        raise StateError(f"{path} is compressed with zstd: unpack it (`zstd -d`) and ask again")
    if len(content) > MOST_BYTES:
        raise StateError(f"{path} has {len(content):,} bytes, and at most {MOST_BYTES:,} are read; {HOW}")
    if content.startswith(_GZIP):
        unpacked = _unpacked(content)
        if unpacked is None:
            return _damaged("it is cut off or damaged: what is packed in it does not come out whole")
        content = unpacked
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _damaged(f"it is no text in UTF-8 (byte {error.start})")
    return _of_text(path, text)


def _of_text(path: Path, text: str) -> State:
    if not text.strip():
        return _damaged("it is empty")
    try:
        document = parsed(text)
    except RecursionError:
        return _damaged("it is nested too deeply")
    except RepeatedKeyError as error:
        # The engine takes it, with the last value of each.
        return _damaged(f"no engine writes it so, and which value is right nobody knows: {error}", "not judged")
    except ForeignJsonError as error:
        return _damaged(f"no engine writes it so: {error}")
    except ValueError as error:
        return _damaged(f"it is cut off, or no JSON: {error}")
    return _state(path, document)


def _unpacked(content: bytes) -> bytes | None:
    engine = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        found = engine.decompress(content, MOST_BYTES)
    except (zlib.error, gzip.BadGzipFile):
        return None
    return found if engine.eof else None


def _damaged(says: str, level: Level = "broken") -> State:
    return State(broken=(Trouble(level=level, where="state", says=says, fix=EARLIER),))


def _state(path: Path, document: object) -> State:
    if not isinstance(document, dict):
        return _damaged(f"it holds a {type(document).__name__}, not an object")
    if isinstance(checkpoint := document.get("checkpoint"), dict):
        latest = checkpoint.get("latest")
        deployment: object = {} if latest is None else latest
    elif "deployment" in document:
        deployment = document["deployment"]
    else:
        raise StateError(f"{path} is no state, {_looks_like(document)}; {HOW}")
    if deployment is None:
        return State()
    if not isinstance(deployment, dict):
        return _damaged(f"its deployment is a {type(deployment).__name__}, not an object")
    manifest = _mapping(deployment.get("manifest"))
    resources, pending = deployment.get("resources"), deployment.get("pending_operations")
    broken = [*_schema(document), *_lists(resources, pending)]
    entries: list[Entry] = []
    for number, item in enumerate(resources if isinstance(resources, list) else ()):
        if isinstance(item, dict) and (wrong := other_letters(item, STATE)):
            # The engine takes it, as the key that it resembles.
            says = f"no engine writes it so, and which value is right nobody knows: {wrong}"
            where = str(item.get("urn") or f"resource {number}")
            broken.append(Trouble(level="not judged", where=where, says=says, fix=EARLIER))
        try:
            entries.append(_entry(number, item))
        except (TypeError, ValueError) as error:
            where = str(item.get("urn") or "") if isinstance(item, dict) else ""
            broken.append(
                Trouble(level="broken", where=where or f"resource {number}", says=str(error), fix=EARLIER),
            )
    sealed, bare = _secrets(deployment)
    return State(
        entries=tuple(entries),
        pending=tuple(_pending(pending if isinstance(pending, list) else [])),
        magic=str(manifest.get("magic") or ""),
        engine=str(manifest.get("version") or ""),
        written=str(manifest.get("time") or ""),
        secrets=str(_mapping(deployment.get("secrets_providers")).get("type") or ""),
        sealed=sealed,
        bare=bare,
        broken=tuple(broken),
    )


def _looks_like(document: dict[str, Any]) -> str:
    if "steps" in document or "changeSummary" in document:
        return "it is a preview (`pulumi preview --json`)"
    if "resourcePlans" in document:
        return "it is an update plan (`--save-plan`)"
    if "terraform_version" in document:
        return "it is a state of Terraform"
    if "nameTable" in document or "resources" in document:
        return "it is a list of resources to import"
    return "it has neither `deployment` nor `checkpoint`"


def _schema(document: dict[str, Any]) -> Iterator[Trouble]:
    version, features = document.get("version"), document.get("features") or []
    if not isinstance(version, int) or isinstance(version, bool):
        yield Trouble(
            level="broken", where="state", says=f"its version is {_said(version)}, no whole number", fix=EARLIER
        )
    elif version not in SCHEMAS:
        newer = version > SCHEMAS[-1]
        says = f"its form is version {version}; versions {', '.join(map(str, SCHEMAS))} are known here"
        fix = "ask an engine of the version that wrote it" if newer else f"let the engine write it anew: {HOW}"
        yield Trouble(level="not judged", where="state", says=says, fix=fix)
    unknown = sorted(set(map(str, features)) - FEATURES) if isinstance(features, list) else [str(features)]
    if unknown:
        says = f"it needs features that the pinned engine has not: {', '.join(unknown)}"
        yield Trouble(level="not judged", where="state", says=says, fix="use the engine that wrote it")


def _said(value: object) -> str:
    """A value as it stands in the file."""
    return json.dumps(value)[:80]


def _lists(resources: object, pending: object) -> Iterator[Trouble]:
    for name, found in (("resources", resources), ("pending_operations", pending)):
        if found is not None and not isinstance(found, list):
            yield Trouble(level="broken", where="state", says=f"its {name} are no list", fix=EARLIER)


def _entry(number: int, item: object) -> Entry:
    if not isinstance(item, dict):
        raise TypeError("a resource is an object")
    texts = {key: _text(item, key) for key in ("urn", "type", "id", "provider", "parent", "deletedWith")}
    flags = {key: _flag(item, key) for key in ("custom", "delete", "pendingReplacement", "protect", "external")}
    needs = [("parent", texts["parent"]), ("deletedWith", texts["deletedWith"])]
    needs += [("dependency", urn) for urn in _urns(item, "dependencies")]
    for key, urns in sorted(_object(item, "propertyDependencies").items()):
        needs += [(f"property {key}", urn) for urn in _urns({key: urns}, key)]
    needs += [("replaceWith", urn) for urn in _urns(item, "replaceWith")]
    return Entry(
        number=number,
        urn=texts["urn"],
        type=texts["type"],
        id=texts["id"],
        custom=flags["custom"],
        leftover=flags["delete"],
        replacing=flags["pendingReplacement"],
        protect=flags["protect"],
        external=flags["external"],
        failed=tuple(_urns(item, "initErrors")),
        provider=texts["provider"],
        needs=tuple(dict.fromkeys((what, urn) for what, urn in needs if urn)),
    )


def _text(item: dict[str, Any], key: str) -> str:
    found = item.get(key)
    if found is not None and not isinstance(found, str):
        raise TypeError(f"its {key} is a {type(found).__name__}, no text")
    return found or ""


def _flag(item: dict[str, Any], key: str) -> bool:
    found = item.get(key, False)
    if not isinstance(found, bool):
        raise TypeError(f"its {key} is neither true nor false")
    return found


def _object(item: dict[str, Any], key: str) -> dict[str, Any]:
    found = item.get(key)
    if found is not None and not isinstance(found, dict):
        raise TypeError(f"its {key} is no object")
    return found or {}


def _urns(item: dict[str, Any], key: str) -> list[str]:
    found = item.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise TypeError(f"its {key} is no list of texts")
    return found


def _pending(found: list[Any]) -> Iterator[Pending]:
    for item in found:
        document = _mapping(item)
        resource = _mapping(document.get("resource"))
        yield Pending(urn=str(resource.get("urn") or "no URN"), kind=str(document.get("type") or "unknown"))


def _mapping(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


_SIGNATURE, _OF_A_SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""Key and value that mark a secret (`sdk/go/common/resource/sig`)."""


def _secrets(document: object) -> tuple[int, int]:
    """How many secrets are encrypted, and how many stand in the clear."""
    sealed = bare = 0
    waiting = [document]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting += found
        elif isinstance(found, dict):
            if found.get(_SIGNATURE) == _OF_A_SECRET:
                sealed += "ciphertext" in found
                bare += "plaintext" in found
            else:
                waiting += found.values()
    return sealed, bare
