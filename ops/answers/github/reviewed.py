"""The plan that was reviewed: what the pull request's own preview of a stack left, for the commit that was merged."""

from __future__ import annotations

import io
import re
import zipfile
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

    Only an artifact of the repository's own branch counts: a fork's run may name its artifacts as it likes.

    Args:
        github: the repository.
        stack: the stack's name.
        commit: the merge's commit.
        branch: what is deployed: only a pull request into it counts.

    Raises:
        GithubError: the commit merged no pull request, or there is no plan of its last commit.
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
    newest = max(found, key=lambda entry: str(entry.get("created_at")))
    content = github.download(f"actions/artifacts/{int(newest['id'])}/zip", MOST_BYTES)
    return Reviewed(pull=pull, head=head, plan=_unpacked(content, name))


def _trusted(entry: dict[str, Any], name: str, head: str) -> bool:
    """Whether an artifact is of a run of this repository's own branch at that commit, and still there."""
    run = entry.get("workflow_run")
    if entry.get("name") != name or entry.get("expired") or not isinstance(run, dict):
        return False
    own = run.get("head_repository_id") is not None and run.get("head_repository_id") == run.get("repository_id")
    return own and run.get("head_sha") == head


def _unpacked(content: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            info = archive.getinfo(PLAN)
            if info.file_size > MOST_BYTES:
                raise GithubError(f"{name}: {PLAN} has {info.file_size} bytes, and at most {MOST_BYTES} are read")
            return archive.read(info)
    except KeyError:
        raise GithubError(f"{name} holds no {PLAN}") from None
    except (zipfile.BadZipFile, RuntimeError) as error:
        raise GithubError(f"{name} is no archive that can be read: {error}") from None
