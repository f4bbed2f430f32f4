"""What a refresh found, and whether it is drift."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.answers.gate.reading import GateError, read_document_of_plan
from ops.exits import UNKNOWN, UNSAFE
from ops.jsonable import picked
from plan.preview import PreviewError, read_preview
from policies.drift import drifted

if TYPE_CHECKING:
    from pathlib import Path

    from policies.drift import Drifted

OPERATIONS = frozenset(("refresh", "update", "delete", "same"))
"""What stands in the document of a refresh (Pulumi 3.259, `display.ShowPreviewDigest`): a preview of the program has
others, and says what a deployment would do instead."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """What a refresh found.

    Attributes:
        found: every resource that it would change.
        asked: how many resources it asked for.
        troubles: why it says less than everything.
    """

    found: tuple[Drifted, ...]
    asked: int
    troubles: tuple[str, ...]

    @property
    def drift(self) -> tuple[Drifted, ...]:
        """Those that changed where only the program may change something."""
        return tuple(one for one in self.found if one.drift)

    @property
    def exit_code(self) -> int:
        """2 for drift, 3 where the refresh says less than everything, else 0."""
        return UNSAFE if self.drift else UNKNOWN if self.troubles else 0

    @property
    def headline(self) -> str:
        """The answer in one line."""
        drift, others = len(self.drift), len(self.found) - len(self.drift)
        if drift:
            return f"DRIFT: {drift} of {self.asked} resources are otherwise than the last update left them"
        if self.troubles:
            return f"NOT JUDGED: {self.troubles[0]}"
        apart = f", apart from what others own in {others}" if others else ""
        return f"OK: {self.asked} resources are as the last update left them{apart}"

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer."""
        return {
            **picked(self, "headline", "exit_code", "asked", "troubles"),
            "drift": [picked(one, "urn", "type", "name", "gone", "paths") for one in self.drift],
            "owned": [
                {"urn": one.urn, "path": each.path, "who": each.owner.who} for one in self.found for each in one.owned
            ],
        }


def _is_document(path: Path) -> bool:
    """Whether a file is there and holds a whole document, or none that anybody can read."""
    try:
        json.loads(path.read_text("utf-8-sig"))
    except (OSError, RecursionError, UnicodeDecodeError):
        return True
    except ValueError:
        return False
    return True


def drift_of(path: Path) -> Drift:
    """What the document of a refresh says.

    A refresh that failed has said nothing, or half of it: that is no answer, and not judged.

    Raises:
        GateError: there is no file, or it is something else than what a refresh leaves.
    """
    try:
        document = read_document_of_plan(path)
    except GateError as error:
        if _is_document(path):
            raise
        return Drift(found=(), asked=0, troubles=(f"the refresh failed, or wrote no document: {error}",))
    try:
        preview = read_preview(document, str(path))
    except PreviewError as error:
        raise GateError(str(error)) from error
    operations = {op for change in preview.changes for op in change.ops}
    troubles = [f"the engine reports: {text}" for text in preview.errors]
    troubles += [f"{one.urn}: {one.why}" for one in preview.unread]
    if preview.corrupt:
        troubles.append("the engine says that what it shows may be wrong (maybeCorrupt)")
    if strange := sorted(operations - OPERATIONS):
        troubles.append(
            f"{path} has the operations {', '.join(strange)}: it is no refresh; make one: "
            "`pulumi refresh --preview-only --json > refresh.json`"
        )
    if not preview.changes:
        troubles.append(f"{path} names no resource: nothing was asked for")
    return Drift(found=drifted(preview), asked=len(preview.changes), troubles=tuple(troubles))
