"""Whether a state is whole: what the engine refuses, what an update would do harm with, what nobody could judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from ops.answers.gate.reading import read_plan_preview
from ops.answers.state.integrity import PROVIDERS, broken
from ops.answers.state.model import Checked, StateError, Trouble, ranked
from ops.answers.state.reading import read_state
from plan.types import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ops.answers.state.reading import Entry, State
    from plan.steps import Preview

STACK = "pulumi:pulumi:Stack"
REFRESH = (
    "`pulumi refresh --stack STACK` asks for each; `--clear-pending-creates` says that nothing was made, "
    "`--import-pending-creates URN,ID` that it was (docs/runbooks/state-out-of-date.md)"
)
NEXT = "the next `pulumi up` goes on with it; read its preview"
LOST = "right where the stack was never deployed, or destroyed; otherwise it is lost (docs/runbooks/state-lost.md)"
SECRETS = {"cloud": ("awskms", "azurekeyvault", "gcpkms", "hashivault"), "passphrase": ("passphrase",)}
"""Type of the secrets provider in a state, and what the addresses of such providers begin with
(Pulumi 3.259, `pkg/secrets`)."""


def check(path: Path, stack: str | None = None, plan: Path | None = None, stack_file: Path | None = None) -> Checked:
    """What is to be said of the state in a file.

    Args:
        path: what `pulumi stack export` wrote, or the engine's object out of the bucket.
        stack: whose it is to be; None for whatever stack it names.
        plan: a preview of the same stack, made with the state that is in force.
        stack_file: the stack's file, whose secrets provider the state is to have.

    Raises:
        StateError: the file is no state, or the stack's file cannot be read.
        GateError: the plan is none.
    """
    state = read_state(path)
    named = _stack_of(state.entries)
    troubles = [*broken(state), *_elsewhere(state.entries, stack or named), *_empty(state)]
    troubles += [*_half_done(state), *_secrets(state, stack_file)]
    if plan is not None:
        troubles += _against(state.entries, read_plan_preview(plan), str(plan), stack or named)
    return Checked(
        path=str(path),
        stack=stack or named,
        resources=len(state.entries),
        written=state.written,
        engine=state.engine,
        troubles=ranked(troubles),
    )


def _stack_of(entries: Sequence[Entry]) -> str:
    found = (_project(entry.urn) for entry in entries if entry.type == STACK)
    return next((stack for stack, _ in found if stack), next((_project(entry.urn)[0] for entry in entries), ""))


def _project(urn: str) -> tuple[str, str]:
    """The stack and the project in a URN; empty where it is none."""
    parts = urn.removeprefix("urn:pulumi:").split("::", 3)
    return (parts[0], parts[1]) if urn.startswith("urn:pulumi:") and len(parts) > 1 else ("", "")


def _elsewhere(entries: Sequence[Entry], stack: str) -> Iterator[Trouble]:
    """Resources of another stack, which `pulumi stack import` refuses, or of another project."""
    projects = {_project(entry.urn)[1] for entry in entries if entry.type == STACK} - {""}
    for entry in entries:
        own, project = _project(entry.urn)
        if own and own != stack:
            fix = f"take the state of {stack}: `pulumi stack export --stack {stack}`"
            yield Trouble(level="broken", where=entry.where, says=f"it is of the stack {own}, not {stack}", fix=fix)
        elif projects and project and project not in projects:
            says = f"it is of the project {project}, not {', '.join(sorted(projects))}"
            fix = "`pulumi state remove URN --stack STACK` once the other project's state has it"
            yield Trouble(level="wrong", where=entry.where, says=says, fix=fix)


def _empty(state: State) -> Iterator[Trouble]:
    if not state.entries and not state.broken:
        yield Trouble(level="not judged", where="state", says="it holds no resource", fix=LOST)
    elif state.entries and not any(entry.type == STACK for entry in state.entries):
        says = "the stack itself is not among its resources"
        yield Trouble(level="note", where="state", says=says, fix="the next `pulumi up` makes it again")


def _half_done(state: State) -> Iterator[Trouble]:
    for one in state.pending:
        said = "whether it was made is not known" if one.kind == "creating" else "whether it was done is not known"
        says = f"an update was stopped while {one.kind} it: {said}"
        yield Trouble(level="wrong", where=one.urn, says=says, fix=REFRESH)
    for entry in state.entries:
        if entry.replacing:
            says = "it was deleted to be replaced, and the other one is not made yet"
            yield Trouble(level="wrong", where=entry.where, says=says, fix=NEXT)
        elif entry.leftover:
            says = "an old copy, which was replaced, is still to be deleted"
            yield Trouble(level="note", where=entry.where, says=says, fix=NEXT)
        elif entry.failed:
            says = f"it did not become ready: {entry.failed[0][:200]}"
            yield Trouble(level="note", where=entry.where, says=says, fix=NEXT)


def _secrets(state: State, stack_file: Path | None) -> Iterator[Trouble]:
    if state.bare:
        says = f"{state.bare} secrets stand in the clear: it was exported with --show-secrets"
        fix = "delete the file when it is imported, and never commit it"
        yield Trouble(level="wrong", where="state", says=says, fix=fix)
    if state.sealed and not state.secrets:
        says = f"{state.sealed} values are encrypted, and nothing says by whom (no secrets_providers)"
        yield Trouble(level="broken", where="state", says=says, fix="take an earlier version of it")
    wanted = _provider_of(stack_file) if stack_file is not None else ""
    if not state.secrets or not wanted:
        return
    scheme = wanted.partition("://")[0]
    if state.secrets not in SECRETS:
        says = f"its secrets provider is of the type {state.secrets}, which nobody here knows"
        yield Trouble(level="not judged", where="state", says=says, fix="`pulumi stack export --show-secrets` tries it")
    elif scheme not in SECRETS[state.secrets]:
        says = f"its secrets provider is of the type {state.secrets}, and the stack's file says {wanted}"
        fix = f"`pulumi stack change-secrets-provider '{wanted}' --stack STACK`, while the old one can still decrypt"
        yield Trouble(level="wrong", where="state", says=says, fix=fix)


def _provider_of(path: Path) -> str:
    """The secrets provider that a stack's file names; empty where it names none."""
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise StateError(f"{path} is no YAML: {' '.join(str(error).split())[:200]}") from None
    document = document if isinstance(document, dict) else {}
    named = document.get("secretsprovider")
    return str(named) if named else "passphrase" if document.get("encryptionsalt") else ""


def _against(entries: Sequence[Entry], preview: Preview, path: str, stack: str) -> Iterator[Trouble]:
    """Where a state and a plan of the same stack do not agree."""
    planned_stack, _ = _project(preview.stack)
    if planned_stack and stack and planned_stack != stack:
        says = f"{path} is a plan of {planned_stack}, and the state is that of {stack}"
        yield Trouble(level="not judged", where="plan", says=says, fix="give the plan of this stack")
        return
    if lacks := _lacks(preview):
        says = f"{path} is not whole: {lacks}"
        fix = "`pulumi preview --json --show-sames --stack STACK > plan.json`"
        yield Trouble(level="not judged", where="plan", says=says, fix=fix)
    known = {entry.urn: entry for entry in entries if not entry.leftover}
    planned = {change.urn: change for change in preview.changes if not change.leftover}
    for urn, change in planned.items():
        entry = known.get(urn)
        after = change.after
        if change.kind == "create" and entry is None and after is not None and after.custom:
            says = "the plan makes it; if it is there already, the state has lost it"
            fix = (
                "`pulumi import` takes it over: `./bbp state import-file` writes the list (docs/runbooks/state-lost.md)"
            )
            yield Trouble(level="wrong" if _holds(change.type) else "note", where=urn, says=says, fix=fix)
        elif entry is not None and after is not None and after.protect and not entry.protect:
            fix = f"`pulumi state protect '{urn}' --stack STACK`, or `pulumi up`"
            says = "the program protects it, and the state does not: a deletion is not refused"
            yield Trouble(level="wrong", where=urn, says=says, fix=fix)
    for urn, entry in known.items():
        if urn not in planned and not lacks and entry.type != STACK and not entry.type.startswith(PROVIDERS):
            says = "the state has it, and the plan was made with another state"
            fix = "make the plan again: `pulumi preview --json --show-sames --stack STACK > plan.json`"
            yield Trouble(level="not judged", where=urn, says=says, fix=fix)


def _lacks(preview: Preview) -> str:
    if preview.errors:
        return f"the engine reports: {preview.errors[0][:200]}"
    if preview.unread:
        return f"{preview.unread[0].urn}: {preview.unread[0].why}"
    if preview.lost:
        return preview.lost[0]
    if preview.hidden:
        return f"{preview.hidden} unchanged resources are counted and not named"
    return "" if preview.changes else "it names no resource"


def _holds(token: str) -> bool:
    row = TYPES.get(token)
    return row is not None and row.holds is not None
