"""One comment on a pull request and one open issue of a kind: found by a hidden marker, and brought up to date."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ops.answers.github.api import GithubError
from ops.jsonable import picked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ops.answers.github.api import Github

MOST = 65_536
"""Characters of a comment or an issue that GitHub takes (its error: "body is too long (maximum is 65536 characters)";
unverified)."""
AUTHOR = "github-actions[bot]"
"""Who writes with a job's own token; a comment of anybody else is not touched, whatever it says."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")

Done = Literal["created", "updated", "unchanged", "closed", "nothing"]


@dataclass(frozen=True, kw_only=True)
class Note:
    """What became of a comment or an issue.

    Attributes:
        done: what was done.
        address: where it is to be read; empty where nothing is.
    """

    done: Done
    address: str = ""

    def as_json(self) -> dict[str, Any]:
        """Both."""
        return picked(self, "done", "address")


def comment(github: Github, pull: int, text: str, kind: str) -> Note:
    """Writes a comment of a kind on a pull request, or brings the one that is there up to date.

    Args:
        github: the repository.
        pull: number of the pull request.
        text: Markdown.
        kind: name of the comment: there is one of each.

    Raises:
        GithubError: it is empty or too long, or GitHub refuses.
    """
    if not text.strip():
        raise GithubError("the file is empty: what should have written it failed, and a comment must say something")
    body = _body(text, kind)
    found = [entry for entry in github.every(f"issues/{pull}/comments") if _ours(entry, kind)]
    if not found:
        return _note("created", github.send("POST", f"issues/{pull}/comments", {"body": body}))
    if found[0].get("body") == body:
        return _note("unchanged", found[0])
    return _note("updated", github.send("PATCH", f"issues/comments/{found[0]['id']}", {"body": body}))


def issue(github: Github, title: str, text: str, kind: str) -> Note:
    """Opens an issue of a kind, brings the open one up to date, or closes it where there is nothing to say.

    Args:
        github: the repository.
        title: of the issue.
        text: Markdown; empty for nothing to say.
        kind: name of the issue: one of each is open at most.

    Raises:
        GithubError: the kind is no name, there is no title, it is too long, or GitHub refuses.
    """
    marker(kind)
    if not title.strip():
        raise GithubError("--title is empty: GitHub takes no issue without one")
    # The list of issues holds pull requests too.
    issues = (entry for entry in github.every("issues", state="open") if "pull_request" not in entry)
    found = next((entry for entry in issues if _ours(entry, kind)), None)
    if not text.strip():
        if found is None:
            return Note(done="nothing")
        document = {"state": "closed", "state_reason": "completed"}
        return _note("closed", github.send("PATCH", f"issues/{found['number']}", document))
    document = {"title": title, "body": _body(text, kind)}
    if found is None:
        return _note("created", github.send("POST", "issues", document))
    if all(found.get(key) == value for key, value in document.items()):
        return _note("unchanged", found)
    return _note("updated", github.send("PATCH", f"issues/{found['number']}", document))


def markdown(path: Path) -> str:
    """The text in a file.

    Raises:
        GithubError: it cannot be read, or is no text.
    """
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise GithubError(f"--file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise GithubError(f"--file {path} is no text in UTF-8 (byte {error.start}); write it in UTF-8") from None


def pull_number(environment: Mapping[str, str], path: Path | None) -> int:
    """The pull request of a job's event.

    Args:
        environment: of the job.
        path: the event's document, by default unknown.

    Raises:
        GithubError: the event is none of a pull request.
    """
    try:
        document = json.loads(path.read_text("utf-8")) if path is not None else {}
    except (OSError, ValueError, RecursionError) as error:
        raise GithubError(f"{path} is no event's document ({error}); say the number with --pull") from None
    pull = document.get("pull_request") if isinstance(document, dict) else None
    number = pull.get("number") if isinstance(pull, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        event = environment.get("GITHUB_EVENT_NAME") or "no event"
        raise GithubError(f"{event} has no pull request; say its number with --pull")
    return number


def marker(kind: str) -> str:
    """The line by which a comment or an issue is found again; Markdown does not show it."""
    if not _NAME.fullmatch(kind):
        raise GithubError(f"--kind {kind!r}: small letters, digits and hyphens, a letter first, such as review")
    return f"<!-- bailbondpro:{kind} -->"


def _body(text: str, kind: str) -> str:
    body = f"{marker(kind)}\n{text.strip()}\n"
    if len(body) > MOST:
        raise GithubError(
            f"{len(body)} characters, and GitHub takes {MOST}: shorten it, and keep the rest as an artifact"
        )
    return body


def _ours(entry: Mapping[str, Any], kind: str) -> bool:
    user = entry.get("user")
    ours = isinstance(user, dict) and user.get("login") == AUTHOR
    return ours and str(entry.get("body") or "").startswith(marker(kind))


def _note(done: Done, entry: object) -> Note:
    address = entry.get("html_url") if isinstance(entry, dict) else None
    return Note(done=done, address=str(address or ""))
