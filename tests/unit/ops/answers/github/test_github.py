"""What pipelines tell GitHub and ask of it, against a GitHub of a few lines that no socket leads to."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from ops.answers.github.api import Github, GithubError
from ops.answers.github.notes import MOST, comment, issue, marker, pull_number
from ops.answers.github.reviewed import artifact_of, reviewed_plan
from tests.support.github_answers import TOKEN, Answers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD, MERGE = "a" * 40, "b" * 40
BOT = {"login": "github-actions[bot]"}


def said(number: int, body: str, user: dict[str, str] = BOT, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - of a document
    return {"id": number, "number": number, "body": body, "user": user, "html_url": f"https://x/{number}", **more}


def comments(*entries: dict[str, Any]) -> Answers:
    answers = Answers({("GET", "issues/7/comments"): list(entries)})
    answers.documents["POST", "issues/7/comments"] = said(99, "")
    for entry in entries:
        answers.documents["PATCH", f"issues/comments/{entry['id']}"] = entry
    return answers


def test_a_first_comment_is_written_and_the_next_one_takes_its_place() -> None:
    answers = comments()
    assert comment(answers.github(), 7, "# Review\n", "review").done == "created"
    body = f"{marker('review')}\n# Review\n"
    assert answers.written() == [("POST", "issues/7/comments", {"body": body})]
    answers = comments(said(1, "hello"), said(2, f"{marker('review')}\nold\n"))
    assert comment(answers.github(), 7, "# Review", "review").done == "updated"
    assert answers.written() == [("PATCH", "issues/comments/2", {"body": body})]
    answers = comments(said(2, body))
    assert comment(answers.github(), 7, "# Review", "review").done == "unchanged"
    assert answers.written() == []


def test_a_comment_of_somebody_else_is_not_touched_whatever_it_says() -> None:
    forged = said(1, f"{marker('review')}\nall is well", {"login": "stranger"})
    quoted = said(2, f"> {marker('review')}\nlook")
    other = said(3, f"{marker('drift')}\n...")
    answers = comments(forged, quoted, other)
    assert comment(answers.github(), 7, "text", "review").done == "created"


def test_the_comment_is_found_behind_a_hundred_others() -> None:
    answers = comments(*(said(number, "chat") for number in range(1, 131)), said(140, f"{marker('review')}\nold\n"))
    assert comment(answers.github(), 7, "text", "review").done == "updated"


@pytest.mark.parametrize("kind", ["", "Review", "a--><b", "-x", "x" * 60])
def test_a_kind_that_could_end_the_marker_is_refused(kind: str) -> None:
    with pytest.raises(GithubError, match="--kind"):
        comment(comments().github(), 7, "text", kind)


def test_a_text_that_is_too_long_is_refused_before_anything_is_written() -> None:
    answers = comments()
    with pytest.raises(GithubError, match="65536"):
        comment(answers.github(), 7, "x" * MOST, "review")
    assert answers.told == []


def issues(*entries: dict[str, Any]) -> Answers:
    answers = Answers({("GET", "issues"): list(entries), ("POST", "issues"): said(50, "")})
    for entry in entries:
        answers.documents["PATCH", f"issues/{entry['number']}"] = entry
    return answers


def test_one_issue_is_opened_brought_up_to_date_and_closed_when_there_is_nothing_to_say() -> None:
    answers = issues()
    assert issue(answers.github(), "Drift", "text", "drift-prod").done == "created"
    body = f"{marker('drift-prod')}\ntext\n"
    assert answers.written() == [("POST", "issues", {"title": "Drift", "body": body})]
    opened = said(5, f"{marker('drift-prod')}\nolder\n", title="Drift")
    pull = said(4, f"{marker('drift-prod')}\n", title="Drift", pull_request={})
    answers = issues(pull, opened)
    assert issue(answers.github(), "Drift", "text", "drift-prod").done == "updated"
    assert answers.written() == [("PATCH", "issues/5", {"title": "Drift", "body": body})]
    answers = issues(said(5, body, title="Drift"))
    assert issue(answers.github(), "Drift", "text", "drift-prod").done == "unchanged"
    answers = issues(opened)
    assert issue(answers.github(), "Drift", " \n", "drift-prod").done == "closed"
    assert answers.written() == [("PATCH", "issues/5", {"state": "closed", "state_reason": "completed"})]
    assert issue(issues().github(), "Drift", "", "drift-prod").done == "nothing"


def archive(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return content.getvalue()


def run(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - of a document
    trusted = {"id": 11, "head_sha": HEAD, "head_repository_id": 1, "repository_id": 1}
    return {
        "id": 3,
        "name": artifact_of("prod", HEAD),
        "expired": False,
        "created_at": "2026-01-02T00:00:00Z",
        "workflow_run": {**trusted, **changes.pop("run", {})},
        **changes,
    }


BEGAN = "2026-01-02T00:00:00Z"
RUN = {
    "id": 11,
    "path": ".github/workflows/pull_request.yml",
    "event": "pull_request",
    "head_branch": "wider",
    "head_sha": HEAD,
    "head_repository": {"full_name": "acme/bailbondpro"},
    "created_at": BEGAN,
}
PULL = {
    "number": 7,
    "merge_commit_sha": MERGE,
    "merged_at": "2026-01-03T00:00:00Z",
    "head": {"sha": HEAD, "ref": "wider"},
    "base": {"ref": "main"},
}


def merged(*artifacts: dict[str, Any], pulls: list[dict[str, Any]] | None = None, files: bytes = b"") -> Answers:
    answers = Answers({("GET", f"commits/{MERGE}/pulls"): [PULL] if pulls is None else pulls})
    answers.documents["GET", "actions/runs/11"] = RUN
    answers.documents["GET", "issues/7/events"] = []
    answers.documents["GET", "pulls"] = [PULL]
    for artifact in artifacts:
        content = files or archive({"plan.json": f"plan {artifact['id']}".encode()})
        answers.documents["GET", f"actions/artifacts/{artifact['id']}/zip"] = content
    listed = {"total_count": len(artifacts), "artifacts": list(artifacts)}
    answers.documents["GET", "actions/artifacts"] = listed
    return answers


def test_the_plan_of_the_merged_pull_request_is_the_newest_of_its_last_commit() -> None:
    answers = merged(run(id=3), run(id=9, created_at="2026-01-02T09:00:00Z"), run(id=4))
    found = reviewed_plan(answers.github(), "prod", MERGE)
    assert (found.pull, found.head, found.plan) == (7, HEAD, b"plan 9")


@pytest.mark.parametrize(
    "artifact",
    [
        run(run={"head_repository_id": 2}),
        run(run={"head_repository_id": None, "repository_id": None}),
        run(run={"head_sha": "c" * 40}),
        run(expired=True),
        run(name=artifact_of("dev", HEAD)),
        run(workflow_run=None),
    ],
    ids=["fork", "no-repository", "another-commit", "expired", "another-stack", "no-run"],
)
def test_a_plan_of_a_fork_or_another_commit_or_stack_counts_for_nothing(artifact: dict[str, Any]) -> None:
    with pytest.raises(GithubError, match="has no plan of prod"):
        reviewed_plan(merged(artifact).github(), "prod", MERGE)


@pytest.mark.parametrize(
    ("run_of", "says"),
    [
        ({"path": ".github/workflows/mine.yml"}, "of the workflow '.github/workflows/mine.yml'"),
        ({"path": None}, "of the workflow 'nothing'"),
        ({"event": "push"}, "of the event 'push'"),
        ({"event": "workflow_dispatch"}, "of the event"),
        ({"head_branch": "other"}, "of the branch 'other', not 'wider'"),
        ({"head_sha": "c" * 40}, "of the commit"),
        ({"head_repository": {"full_name": "mallory/bailbondpro"}}, "of the repository 'mallory/bailbondpro'"),
        ({"head_repository": None}, "of the repository"),
    ],
)
def test_a_plan_that_another_workflow_event_branch_or_repository_made_counts_for_nothing(
    run_of: dict[str, Any], says: str
) -> None:
    answers = merged(run())
    answers.documents["GET", "actions/runs/11"] = {**RUN, **run_of}
    with pytest.raises(GithubError, match="can be trusted") as caught:
        reviewed_plan(answers.github(), "prod", MERGE)
    assert says in str(caught.value)
    assert ("GET", "actions/artifacts/3/zip", None) not in answers.told


def test_a_forged_plan_beside_the_reviewed_one_is_passed_over() -> None:
    answers = merged(run(id=3), run(id=9, created_at="2026-01-02T09:00:00Z", run={"id": 12}))
    answers.documents["GET", "actions/runs/12"] = {**RUN, "id": 12, "path": ".github/workflows/mine.yml"}
    assert reviewed_plan(answers.github(), "prod", MERGE).plan == b"plan 3"


def test_a_pull_request_that_went_elsewhere_when_its_preview_ran_was_not_reviewed() -> None:
    answers = merged(run())
    answers.documents["GET", "issues/7/events"] = [{"event": "base_ref_changed", "created_at": "2026-01-02T05:00:00Z"}]
    with pytest.raises(GithubError, match="another branch when its preview ran"):
        reviewed_plan(answers.github(), "prod", MERGE)
    answers.documents["GET", "issues/7/events"] = [{"event": "base_ref_changed", "created_at": "2026-01-01T05:00:00Z"}]
    assert reviewed_plan(answers.github(), "prod", MERGE).pull == 7


def test_another_pull_request_of_the_same_commit_into_another_branch_is_refused() -> None:
    answers = merged(run())
    twin = {**PULL, "number": 8, "base": {"ref": "trap"}}
    answers.documents["GET", "pulls"] = [PULL, {**twin, "head": {"sha": "d" * 40}}]
    assert reviewed_plan(answers.github(), "prod", MERGE).pull == 7
    answers.documents["GET", "pulls"] = [PULL, twin]
    with pytest.raises(GithubError, match="pull request 8 has the same commit and goes into trap"):
        reviewed_plan(answers.github(), "prod", MERGE)


@pytest.mark.parametrize(
    "pulls",
    [
        [],
        [{"number": 7, "merge_commit_sha": HEAD, "merged_at": "x", "head": {"sha": HEAD}}],
        [{"number": 7, "merge_commit_sha": MERGE, "merged_at": None, "head": {"sha": HEAD}}],
        [{"number": 7, "merge_commit_sha": MERGE, "merged_at": "x", "head": {"sha": HEAD}, "base": {"ref": "feature"}}],
    ],
    ids=["pushed", "of-another-merge", "not-merged", "into-another-branch"],
)
def test_a_commit_that_merged_nothing_was_reviewed_by_nobody(pulls: list[dict[str, Any]]) -> None:
    with pytest.raises(GithubError, match="nobody reviewed"):
        reviewed_plan(merged(run(), pulls=pulls).github(), "prod", MERGE)


@pytest.mark.parametrize(("files", "why"), [(b"no zip", "no archive"), (archive({"x": b""}), "holds no plan.json")])
def test_an_artifact_without_a_plan_is_named(files: bytes, why: str) -> None:
    with pytest.raises(GithubError, match=why):
        reviewed_plan(merged(run(), files=files).github(), "prod", MERGE)


def test_a_commit_that_is_no_whole_name_is_refused() -> None:
    with pytest.raises(GithubError, match="40 hex digits"):
        reviewed_plan(merged(run()).github(), "prod", "main")


def refused(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"message": f"no, {TOKEN}\n\x1b[31m"}, headers=headers)


def test_reading_is_tried_again_and_writing_only_where_nothing_was_taken() -> None:
    answers = comments(said(2, f"{marker('review')}\nold\n"))
    answers.first = [refused(502), httpx.ConnectError("away"), refused(429, **{"retry-after": "7"})]
    assert comment(answers.github(), 7, "text", "review").done == "updated"
    assert answers.slept == [2.0, 4.0, 7.0]
    answers = Answers(first=[refused(502)])
    with pytest.raises(GithubError, match="HTTP 502"):
        answers.github().send("POST", "issues", {})
    assert answers.slept == []


@pytest.mark.parametrize("header", ["nan", "-5", "soon", "", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_wait_that_is_no_number_of_seconds_is_ours(header: str) -> None:
    answers = Answers({("GET", "issues/1"): {}}, first=[refused(429, **{"retry-after": header})])
    assert answers.github().get("issues/1") == {}
    assert answers.slept == [2.0]


@pytest.mark.parametrize("header", ["3600", "inf"])
def test_a_long_wait_is_reported_instead(header: str) -> None:
    answers = Answers(first=[refused(429, **{"retry-after": header})])
    with pytest.raises(GithubError, match="429"):
        answers.github().get("issues/1")


def test_what_github_says_is_one_line_without_the_token() -> None:
    for status, hint in ((401, "token is wrong"), (403, "permissions"), (404, "may not see"), (410, "no longer")):
        with pytest.raises(GithubError, match=hint) as caught:
            Answers(first=[refused(status)]).github().get("issues/1")
        assert TOKEN not in str(caught.value)
        assert "\n" not in str(caught.value)
        assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(200, html="<p>sign in</p>"), httpx.Response(200, json={"items": []})],
    ids=["html", "form"],
)
def test_an_answer_of_another_form_is_named(answer: httpx.Response) -> None:
    with pytest.raises(GithubError, match=r"no JSON|no list"):
        comment(Answers(first=[answer]).github(), 7, "text", "review")


def test_the_environment_of_a_job_is_needed_and_all_that_is_wrong_is_said() -> None:
    good = {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "acme/bailbondpro"}
    assert Github.from_environment({**good, "GITHUB_API_URL": "https://git.example.org/api/v3/"}).api.endswith("/v3")
    with pytest.raises(GithubError) as caught:
        Github.from_environment({"GITHUB_REPOSITORY": "acme", "GITHUB_API_URL": "http://x"})
    assert all(word in str(caught.value) for word in ("GITHUB_TOKEN", "owner/name", "https://"))
    assert TOKEN not in repr(Github.from_environment(good))


def event(folder: Path, text: str) -> Path:
    path = folder / "event.json"
    path.write_text(text, "utf-8")
    return path


def test_the_number_is_that_of_the_events_pull_request(tmp_path: Path) -> None:
    assert pull_number({}, event(tmp_path, '{"pull_request": {"number": 7}}')) == 7


@pytest.mark.parametrize("text", ["{}", "[]", "{", '{"pull_request": {"number": "7"}}', '{"pull_request": null}'])
def test_an_event_without_a_pull_request_asks_for_the_number(tmp_path: Path, text: str) -> None:
    with pytest.raises(GithubError, match="--pull"):
        pull_number({"GITHUB_EVENT_NAME": "push"}, event(tmp_path, text))


def test_more_bytes_than_expected_are_not_taken() -> None:
    answers = Answers({("GET", "actions/artifacts/1/zip"): b"123456"})
    assert answers.github().download("actions/artifacts/1/zip", 6) == b"123456"
    with pytest.raises(GithubError, match="more than 5"):
        answers.github().download("actions/artifacts/1/zip", 5)


class Endless(httpx.SyncByteStream):
    """A body that never ends, and counts what was taken of it."""

    taken = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.taken += 1
            yield b"x" * 1000


def test_no_more_is_read_than_is_allowed() -> None:
    body = Endless()
    answers = Answers(first=[httpx.Response(200, stream=body)])
    with pytest.raises(GithubError, match="more than 5000"):
        answers.github().download("actions/artifacts/1/zip", 5000)
    assert body.taken == 6
