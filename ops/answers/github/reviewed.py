"""The plan that was reviewed: what the pull request's own preview of a stack left, for the commit that was merged."""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.answers.github.api import GithubError
from ops.jsonable import picked

if TYPE_CHECKING:
    from ops.answers.github.api import Github

MOST_BYTES = 100_000_000
"""Of an artifact and of the plan in it; the largest plan of this platform has about 3 MB."""
PLAN = "plan.json"
"""The file in the artifact."""
WORKFLOW = ".github/workflows/pull_request.yml"
"""The workflow that makes the plans."""
EVENT = "pull_request"
"""What starts it."""
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A plan that was reviewed.

    Attributes:
        pull: number of the pull request.
        head: its last commit, whose preview this is.
        plan: the preview's document.
    """

    pull: int
    head: str
    plan: bytes

    def as_json(self) -> dict[str, Any]:
        """Whose it is."""
        return {**picked(self, "pull", "head"), "bytes": len(self.plan)}


def artifact_of(stack: str, head: str) -> str:
    """How the artifact with a stack's plan is called; the pull request's workflow uploads it under this name."""
    return f"plan-{stack}-{head}"


def reviewed_plan(github: Github, stack: str, commit: str, branch: str = "main") -> Reviewed:
    """The plan of a stack in the pull request that a commit merged.

    Any run may name its artifacts as it likes. So one counts where the workflow of pull requests made it, for that
    event, for the pull request's own branch and last commit, in this repository. A pull request runs the files of its
    merge with the branch that it goes into: where this one went into another branch when the run began, or another one
    of the same commit does, that branch's files may have made the plan.

    Args:
        github: the repository.
        stack: the stack's name.
        commit: the merge's commit.
        branch: what is deployed: only a pull request into it counts.

    Raises:
        GithubError: the commit merged no pull request, or there is no plan of its last commit that can be trusted.
    """
    if not _COMMIT.fullmatch(commit):
        raise GithubError(f"--commit {commit}: a commit's whole name, 40 hex digits (GITHUB_SHA has it)")
    pulls = [entry for entry in github.every(f"commits/{commit}/pulls") if entry.get("merge_commit_sha") == commit]
    merged = [entry for entry in pulls if entry.get("merged_at") and entry["base"]["ref"] == branch]
    if not merged:
        raise GithubError(
            f"{commit[:12]} merged no pull request into {branch}: nobody reviewed a plan of {stack}; open one with "
            "this change"
        )
    pull, head = int(merged[0]["number"]), str(merged[0]["head"]["sha"])
    name = artifact_of(stack, head)
    found = [
        entry for entry in github.every("actions/artifacts", "artifacts", name=name) if _trusted(entry, name, head)
    ]
    if not found:
        raise GithubError(
            f"pull request {pull} has no plan of {stack} for its last commit {head[:12]}: its preview did not run, "
            "failed, ran in a fork, or is kept no longer; run the workflow of the pull request again, then this job"
        )
    wrong: list[str] = []
    good = []
    for entry in found:
        run = github.get(f"actions/runs/{int(entry['workflow_run']['id'])}")
        why = _of_another_kind(run, merged[0], github.repository)
        wrong += [why] if why else []
        good += [] if why else [(entry, run)]
    if not good:
        raise GithubError(f"pull request {pull} has no plan of {stack} that can be trusted: {'; '.join(wrong)}")
    _refuse_other_bases(github, merged[0], branch, min(str(run.get("created_at")) for _, run in good))
    newest = max((entry for entry, _ in good), key=lambda entry: str(entry.get("created_at")))
    content = github.download(f"actions/artifacts/{int(newest['id'])}/zip", MOST_BYTES)
    return Reviewed(pull=pull, head=head, plan=unpacked(content, name))


def _trusted(entry: dict[str, Any], name: str, head: str) -> bool:
    """Whether an artifact is of a run of this repository's own branch at that commit, and still there."""
    run = entry.get("workflow_run")
    if entry.get("name") != name or entry.get("expired") or not isinstance(run, dict):
        return False
    own = run.get("head_repository_id") is not None and run.get("head_repository_id") == run.get("repository_id")
    return own and run.get("head_sha") == head


def _of_another_kind(run: object, pull: dict[str, Any], repository: str) -> str:
    """Why a run is not the pull request's own preview; empty where it is."""
    if not isinstance(run, dict):
        return "GitHub says nothing of its run"
    head = pull["head"]
    of_run = run.get("head_repository")
    named = str(of_run.get("full_name")) if isinstance(of_run, dict) else ""
    # The path has the branch behind an @ in some answers (REST API documentation, "Get a workflow run").
    for what, is_so, wanted in (
        ("workflow", str(run.get("path") or "").partition("@")[0], WORKFLOW),
        ("event", str(run.get("event") or ""), EVENT),
        ("branch", str(run.get("head_branch") or ""), str(head.get("ref") or "no branch")),
        ("commit", str(run.get("head_sha") or ""), str(head["sha"])),
        ("repository", named.lower(), repository.lower()),
    ):
        if is_so != wanted:
            return f"run {run.get('id')} is of the {what} {is_so[:100] or 'nothing'!r}, not {wanted!r}"
    return ""


def _refuse_other_bases(github: Github, pull: dict[str, Any], branch: str, began: str) -> None:
    """Refuse a plan that the files of another branch may have made.

    Args:
        github: the repository.
        pull: the pull request.
        branch: what it was merged into.
        began: when the first of its runs was made, as GitHub writes times.
    """
    number = int(pull["number"])
    for entry in github.every(f"issues/{number}/events"):
        if entry.get("event") == "base_ref_changed" and str(entry.get("created_at")) >= began:
            raise GithubError(
                f"pull request {number} went into another branch when its preview ran, with that branch's workflows; "
                "nobody reviewed its plan: make another pull request of the change"
            )
    owner = github.repository.partition("/")[0]
    for other in github.every("pulls", state="all", head=f"{owner}:{pull['head'].get('ref')}"):
        base = other.get("base")
        into = str(base.get("ref")) if isinstance(base, dict) else ""
        head = other.get("head")
        same = isinstance(head, dict) and head.get("sha") == pull["head"]["sha"]
        if same and into != branch:
            raise GithubError(
                f"pull request {other.get('number')} has the same commit and goes into {into}: its preview ran with "
                f"that branch's workflows, under the same name as that of {number}; make another pull request"
            )


def unpacked(content: bytes, name: str) -> bytes:
    """The plan in an artifact.

    Raises:
        GithubError: it holds none, or is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            info = archive.getinfo(PLAN)
            if info.file_size > MOST_BYTES:
                raise GithubError(f"{name}: {PLAN} has {info.file_size} bytes, and at most {MOST_BYTES} are read")
            return archive.read(info)
    except KeyError:
        raise GithubError(f"{name} holds no {PLAN}") from None
    except (zipfile.BadZipFile, RuntimeError, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
        raise GithubError(f"{name} is no archive that can be read: {error}") from None
