"""The keys of what an engine writes, letter by letter.

Go's readers take `Protect` for `protect`, "preferring an exact match but also accepting a case-insensitive match" (Go
source, `encoding/json`, decode.go; read 2026-11-30), and its writers never write it. Whoever reads such a document
letter by letter sees the harmless key alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

PREVIEW = frozenset(("steps", "changeSummary", "duration", "diagnostics", "config", "maybeCorrupt"))
"""Of a preview (Pulumi 3.259, `display.PreviewDigest`)."""
STEP = frozenset(
    ("op", "urn", "provider", "oldState", "newState", "diffReasons", "replaceReasons", "detailedDiff"),
)
"""Of a step (Pulumi 3.259, `auto.PreviewStep`)."""
STATE = frozenset(
    (
        *("urn", "custom", "delete", "id", "type", "inputs", "outputs", "parent", "protect", "taint", "external"),
        *("dependencies", "initErrors", "provider", "propertyDependencies", "pendingReplacement", "deletedWith"),
        *("additionalSecretOutputs", "aliases", "customTimeouts", "importID", "retainOnDelete", "replaceWith"),
        *("created", "modified", "sourcePosition", "stackTrace", "ignoreChanges", "hideDiff", "replaceOnChanges"),
        *("replacementTrigger", "refreshBeforeUpdate", "viewOf", "resourceHooks", "extensionRef", "snippetID"),
    )
)
"""Of a resource (Pulumi 3.259, `apitype.ResourceV3`)."""


def other_letters(found: Mapping[str, Any], known: AbstractSet[str]) -> str:
    """A key that is one of the known ones in other letters, in words; empty where there is none."""
    if known >= found.keys():
        return ""
    folded = {key.casefold(): key for key in known}
    wrong = next((key for key in found if folded.get(str(key).casefold(), key) != key), None)
    return "" if wrong is None else f"the key {str(wrong)[:80]!r} is {folded[str(wrong).casefold()]!r} in other letters"


def twice(found: Mapping[str, Any]) -> str:
    """Two keys that differ in their letters alone, in words; empty where there are none."""
    seen: dict[str, str] = {}
    for key in map(str, found):
        if seen.setdefault(key.casefold(), key) != key:
            return f"the keys {seen[key.casefold()][:80]!r} and {key[:80]!r} differ in capital letters alone"
    return ""
