"""The way back from what can happen to a state: lost, locked, corrupted, out of date.

Where the engine keeps a state in a bucket is Pulumi 3.259's (`pkg/backend/diy`: store.go, state.go, lock.go); what
versions of objects do is the Amazon S3 User Guide's, "Working with delete markers" and "Restoring previous versions"
(unverified).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bootstrap.access import PROJECT
from infra.problems import Problem
from infra.settings.reading.stack_name import own_name
from ops.answers.restore.model import RestorePlan, RestoreStep
from ops.answers.state.model import StateKindError
from ops.inputs.stack_file import settings_of

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("lost", "locked", "corrupted", "out-of-date")
ADMINISTRATOR = (
    "as an administrator: the stack's roles read no versions and list nothing of the bucket but names; BUCKET is the "
    "bootstrap's output `stateBucket`"
)
NOBODY = "let nobody deploy this stack meanwhile: disable the workflow Deploy, and look that none of its jobs runs"
SECRETS_GONE = (
    "passwords, tokens and keys that the program makes at random: no service gives them back, and the next update sets "
    "others everywhere (docs/runbooks/rotate-secrets.md); a certificate's key, and with it the certificate"
)
GONE = {
    "lost": (SECRETS_GONE, "what the stack was told with `pulumi state protect` or `pulumi import` alone"),
    "locked": ("nothing is lost: a lock is a note",),
    "corrupted": ("what updates wrote after the version that is taken: the steps of out-of-date find it again",),
    "out-of-date": ("nothing is lost: the cloud has it, and the state learns of it",),
}
LOSES = {
    "lost": "with an earlier version or a copy nothing, up to its time; without one what is random",
    "locked": "nothing",
    "corrupted": "nothing that the cloud still has",
    "out-of-date": "nothing",
}


def plan(kind: str, stack: str, config: Path | None = None) -> RestorePlan:
    """The steps back.

    Args:
        kind: one of `KINDS`.
        stack: whose state it is.
        config: another stack file.

    Raises:
        StateKindError: there is no such kind.
        ConfigError: the stack file has problems.
    """
    settings = settings_of(stack, config, None)
    if kind not in KINDS:
        path, allowed = "KIND", ", ".join(KINDS)
        raise StateKindError([Problem(path=path, rule="state", value=kind, allowed=allowed, fix="use one of them")])
    name = own_name(stack)
    found = {
        "lost": lambda: _lost(name, settings.region),
        "locked": lambda: _locked(name),
        "corrupted": lambda: _corrupted(name),
        "out-of-date": lambda: _out_of_date(name),
    }[kind]()
    return RestorePlan(kind=kind, stack=name, edited=name, loses=LOSES[kind], gone=GONE[kind], steps=found)


def key_of(stack: str) -> str:
    """The object in the bucket that is a stack's state; compressed ones end in `.gz` or `.zst`."""
    return f".pulumi/stacks/{PROJECT}/{stack}.json"


def _versions(stack: str) -> str:
    listed = f"aws s3api list-object-versions --bucket BUCKET --prefix {key_of(stack)}"
    return f"{listed} --query 'Versions[].[VersionId,LastModified,Size,IsLatest]'"


def _locked(stack: str) -> tuple[RestoreStep, ...]:
    locks = f".pulumi/locks/organization/{PROJECT}/{stack}/"
    return (
        RestoreStep(
            title="See who holds it",
            by_hand=(
                "the engine's own message names user, machine, process and time: look for that job, or that shell",
                "it still runs: wait for it. Two updates at once write over each other's state, and the last one wins",
                f"it is gone: go on. {ADMINISTRATOR}",
            ),
            commands=(
                f"aws s3api list-objects-v2 --bucket BUCKET --prefix {locks} --query 'Contents[].[Key,LastModified]'",
                "aws s3api get-object --bucket BUCKET --key KEY lock.json",
            ),
            takes="minutes",
            back="nothing was changed",
        ),
        RestoreStep(
            title="Take the lock away",
            by_hand=("it takes every lock of the stack away, without asking whose it is",),
            commands=(f"pulumi cancel --stack {stack}",),
            takes="seconds",
            no_return="it is gone at once: whoever still runs goes on, and does not learn of it",
            back="stop whatever else runs before anything is deployed",
        ),
        _look(stack, "What the stopped update left"),
    )


def _look(stack: str, title: str) -> RestoreStep:
    return RestoreStep(
        title=title,
        by_hand=("exit code 0: it is whole, go on with `./bbp state plan out-of-date`; 2: with `corrupted`",),
        commands=(
            f"pulumi stack export --stack {stack} --file state.json",
            f"./bbp state check state.json --stack {stack}",
        ),
        takes="seconds",
        back="nothing was changed",
    )


def _corrupted(stack: str) -> tuple[RestoreStep, ...]:
    key = key_of(stack)
    return (
        RestoreStep(
            title="See what is wrong with it",
            by_hand=(NOBODY, ADMINISTRATOR, "each finding says which of the next steps puts it right"),
            commands=(
                f"aws s3api get-object --bucket BUCKET --key {key} state.json",
                f"./bbp state check state.json --stack {stack}",
            ),
            takes="seconds",
            back="nothing was changed",
        ),
        RestoreStep(
            title="Only order, or references to what is missing: let the engine repair it",
            by_hand=(
                "it shows what it would do and asks",
                "a parent is missing: its children would get other URNs; take an earlier version instead",
            ),
            commands=(f"pulumi state repair --stack {stack}",),
            takes="seconds",
            back="the version before it, as in the next step",
        ),
        RestoreStep(
            title="Anything else: take the newest version that is whole",
            by_hand=("begin with the second one of the list and go back until the check ends with exit code 0",),
            commands=(
                _versions(stack),
                f"aws s3api get-object --bucket BUCKET --key {key} --version-id VERSION earlier.json",
                f"./bbp state check earlier.json --stack {stack}",
                f"aws s3api copy-object --bucket BUCKET --key {key} --copy-source 'BUCKET/{key}?versionId=VERSION'",
            ),
            takes="minutes",
            back="copy the version that was the latest before: none is deleted for a year",
        ),
        _look(stack, "See that the engine reads it"),
    )


def _out_of_date(stack: str) -> tuple[RestoreStep, ...]:
    return (
        RestoreStep(
            title="See what differs",
            by_hand=(NOBODY,),
            commands=(f"pulumi refresh --preview-only --diff --stack {stack}",),
            takes="as long as a preview",
            back="nothing was changed",
        ),
        RestoreStep(
            title="Let the state learn what the cloud has of it",
            by_hand=(
                "it asks for each thing that an update was making when it was stopped: its id, or that it is not there",
                "what is gone from the cloud leaves the state, and the next update makes it again: read the list",
            ),
            commands=(f"pulumi refresh --stack {stack}",),
            takes="as long as a preview",
            no_return="what left the state is not known to it any more; an earlier version of it has it",
            back="the version before it: `./bbp state plan corrupted`, third step",
        ),
        *_imported(stack),
    )


def _imported(stack: str) -> tuple[RestoreStep, ...]:
    return (
        RestoreStep(
            title="Take over what the cloud has and the state does not know",
            by_hand=(
                "plan.json is what `pulumi preview --json --show-sames` prints: it creates what the state lacks",
                "what has to be looked up is listed with its command: write the ids into import.json, ask again",
                "ids that nobody finds do not exist: leave them, the update makes them",
                "import, and begin this step again until it has nothing to import",
            ),
            commands=(
                f"pulumi preview --import-file import.json --stack {stack}",
                "./bbp state import-file --from import.json --plan plan.json --out known.json",
                f"pulumi import --file known.json --generate-code=false --stack {stack}",
            ),
            takes="minutes for what has a name of ours, hours for what has to be looked up (assumed)",
            back="the version before it: an import changes the state and nothing else",
        ),
        RestoreStep(
            title="See that nothing would be made twice",
            by_hand=("a create of something that exists fails or makes a second one: go back one step",),
            commands=(f"pulumi preview --diff --stack {stack}", f"pulumi up --stack {stack}"),
            takes="as long as an update",
            back="before the update: nothing was changed",
        ),
    )


def _lost(stack: str, region: str) -> tuple[RestoreStep, ...]:
    key, history = key_of(stack), f".pulumi/history/{PROJECT}/{stack}/"
    provider = f"awskms://alias/bailbondpro-{stack}-state?region={region}"
    markers = f"aws s3api list-object-versions --bucket BUCKET --prefix {key}"
    return (
        RestoreStep(
            title="See whether it is lost at all",
            by_hand=(NOBODY, ADMINISTRATOR, "deleted objects have a marker: without it they are there again"),
            commands=(
                f"{markers} --query 'DeleteMarkers[?IsLatest].[Key,VersionId]'",
                f"aws s3api delete-object --bucket BUCKET --key {key} --version-id VERSION_OF_THE_MARKER",
            ),
            takes="seconds",
            back="delete the object again",
        ),
        RestoreStep(
            title="Otherwise take the last copy that the engine made",
            by_hand=(
                "every update leaves a copy: the newest KEY that ends in .checkpoint.json and whose check ends with 0",
                f"the object of the update before is {key}.bak",
            ),
            commands=(
                f"aws s3api list-objects-v2 --bucket BUCKET --prefix {history} --query 'Contents[].[Key,LastModified]'",
                "aws s3api get-object --bucket BUCKET --key KEY earlier.json",
                f"./bbp state check earlier.json --stack {stack}",
                f"aws s3api copy-object --bucket BUCKET --key {key} --copy-source BUCKET/KEY",
            ),
            takes="minutes; then the steps of out-of-date",
            back="delete the object again",
        ),
        RestoreStep(
            title="The bucket itself is lost: begin with an empty state",
            by_hand=(
                "make the bootstrap again (docs/bootstrap.md); the stack's key still decrypts, if nobody deleted it",
                "never `pulumi up` with the empty state: it makes everything a second time, as far as names allow",
            ),
            commands=(f"pulumi stack init {stack} --secrets-provider '{provider}'",),
            takes="minutes",
            back="`pulumi stack rm`, while nothing was imported",
        ),
        *_imported(stack),
    )
