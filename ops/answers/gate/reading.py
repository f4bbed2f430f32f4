"""Reads what the gate is given: a preview's document, and a file of waivers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ops.inputs.documents import DocumentError, read_document
from plan.preview import HOW, PreviewError, read_preview
from plan.strict_json import ForeignJsonError, parsed
from policies.gate import NO_WAIVERS, Waivers, read_waivers
from policies.gate.model import STEP_RULES
from policies.rules import rules

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from plan.steps import Preview


class GateError(ValueError):
    """A file cannot be judged; the message says why and what to do."""


def rule_ids() -> frozenset[str]:
    """The ids that a waiver may name."""
    return frozenset((*(rule.id for rule in STEP_RULES), *(rule.id for rule in rules())))


def read_document_of_plan(path: Path) -> dict[str, Any]:
    """The document in a file that `pulumi preview --json` wrote.

    Raises:
        GateError: there is none, or it is something else.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise GateError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise GateError(f"{path} is no text in UTF-8 (byte {error.start}); {HOW}") from error
    if not text.strip():
        raise GateError(f"{path} is empty: the preview that should have written it failed, or still runs; {HOW}")
    try:
        document = parsed(text)
    except RecursionError as error:
        raise GateError(f"{path} is no engine preview: it is nested too deeply") from error
    except ForeignJsonError as error:
        raise GateError(f"{path} is no engine preview: no engine writes it so, {error}; {HOW}") from error
    except ValueError as error:
        raise GateError(f"{path} {_what_else(text, error)}") from error
    if not isinstance(document, dict):
        raise GateError(f"{path} is no engine preview: it holds a {type(document).__name__}, not an object; {HOW}")
    return document


def read_plan_preview(path: Path) -> Preview:
    """The preview in a file.

    Raises:
        GateError: the file cannot be read, or is something else.
    """
    try:
        return read_preview(read_document_of_plan(path), str(path))
    except PreviewError as error:
        raise GateError(str(error)) from error


def _what_else(text: str, error: ValueError) -> str:
    """What a file without one JSON document is, as far as it tells."""
    first = text.lstrip().split("\n", 1)[0]
    try:
        event = json.loads(first)
    except ValueError:
        event = None
    if isinstance(event, dict) and "sequence" in event:
        return (
            "is a stream of events, one a line: the preview ran with PULUMI_ENABLE_STREAMING_JSON_PREVIEW, which "
            f"leaves out what resources depend on; unset it, and {HOW}"
        )
    if isinstance(event, dict):
        return f"holds several JSON documents, one a line, and a preview is one; {HOW}"
    if text.lstrip().startswith("{"):
        return f"is cut off or damaged ({error}): the preview was stopped, or the disk was full; {HOW}"
    return f"is no JSON ({error}): the preview's messages belong to standard error, its document to the file; {HOW}"


def usable_waivers(path: Path | None, today: date) -> Waivers:
    """The waivers in a file without a mistake: for what would find one only after an hour's work.

    Raises:
        GateError: it cannot be read, is no YAML, or has an entry that is to be corrected; all of them are named.
    """
    found = read_waiver_file(path, today)
    if wrong := [problem for problem in found.problems if problem.refuses]:
        said = [f"  entry {one.number}: {one.says}" if one.number else f"  {one.says}" for one in wrong]
        raise GateError("\n".join((f"{path}: these waivers are to be corrected (docs/gate.md#waivers):", *said)))
    return found


def read_waiver_file(path: Path | None, today: date) -> Waivers:
    """The waivers in a file.

    Raises:
        GateError: it cannot be read, or is no YAML.
    """
    if path is None:
        return NO_WAIVERS
    try:
        document = read_document(path)
    except OSError as error:
        raise GateError(f"{path} cannot be read: {error.strerror}") from error
    except DocumentError as error:
        raise GateError(str(error)) from error
    return read_waivers(document, rule_ids(), today)
