"""The pipelines: pinned actions, least permissions, no way from a fork to a credential."""

from __future__ import annotations

import json
import os
import re
import shlex
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from typer.testing import CliRunner

from bootstrap.access import DEPLOY_SESSION_SECONDS, PIPELINE_SESSION_SECONDS, PREVIEW_SESSION_SECONDS
from bootstrap.settings import load_file
from ops.answers.github.reviewed import artifact_of
from ops.cli import app
from sandbox.engine.find import VERSION
from tests.support.command_line import parsed
from tests.support.paths import ROOT
from tests.support.programs import KEYRING

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
STACKS = {path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")}
MATRIX = "${{ fromJSON(needs.stacks.outputs.names) }}"
"""Every stack that there is, in the order of `./bbp stacks`."""
OWN_BRANCH = "github.event.pull_request.head.repo.full_name == github.repository"
"""True of a branch of this repository, false of a fork's."""


MORE = {
    ("deploy.yml", "deploy"): {"id-token": "write", "actions": "read", "pull-requests": "read", "issues": "read"},
    ("drift.yml", "drift"): {"id-token": "write", "issues": "write"},
    ("pull_request.yml", "comment"): {"pull-requests": "write"},
    ("pull_request.yml", "preview"): {"id-token": "write"},
}
"""What a job may do beside reading the repository."""


def load(path: Path) -> dict[str, Any]:
    document = yaml.safe_load(path.read_text())
    # YAML 1.1 reads the key `on` as a boolean.
    document["on"] = document.pop(True)
    return dict(document)


def jobs() -> list[tuple[str, str, dict[str, Any]]]:
    return [(path.name, name, job) for path in WORKFLOWS for name, job in load(path)["jobs"].items()]


def steps() -> list[dict[str, Any]]:
    return [step for _, _, job in jobs() for step in job["steps"]]


def commands(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def has_credentials(job: dict[str, Any]) -> bool:
    return "secrets." in yaml.safe_dump(job) or "id-token" in job["permissions"]


def gitlab_scripts() -> list[str]:
    """The commands of the example for GitLab."""
    jobs_of = yaml.safe_load((ROOT / "examples" / "gitlab" / ".gitlab-ci.yml").read_text("utf-8"))
    return [line for job in jobs_of.values() if isinstance(job, dict) for line in job.get("script", ())]


def own_commands() -> list[list[str]]:
    """The words of each `./bbp` command of a pipeline, with something in the place of each variable."""
    words = {"$STACK": "dev", "$GITHUB_SHA": "a" * 40, "origin/$BASE": "origin/main", "drift-$STACK": "drift-dev"}
    words["$CI_MERGE_REQUEST_DIFF_BASE_SHA"] = "a" * 40
    lines = [line for step in steps() for line in step.get("run", "").splitlines() if "./bbp" in line]
    lines += [line for line in gitlab_scripts() if "./bbp" in line]
    found = [shlex.split(re.sub(r"^\w+=\$\((.*)\)$", r"\1", line.strip())) for line in lines]
    return [[words.get(word, word) for word in command] for command in found]


def test_every_action_is_pinned_by_its_commit_with_the_version_beside_it() -> None:
    uses = [line for path in WORKFLOWS for line in path.read_text().splitlines() if "uses:" in line]
    assert uses
    for line in uses:
        assert re.fullmatch(r"\s*- uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_an_action_is_pinned_to_one_commit_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for step in steps():
        if "uses" in step:
            action, commit = step["uses"].split("@")
            pins.setdefault(action, set()).add(commit)
    assert {action: commits for action, commits in pins.items() if len(commits) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_grants_nothing_and_its_jobs_read_only(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        assert job["permissions"].pop("contents") == "read", name
        assert job["permissions"].items() <= MORE.get((path.name, name), {}).items(), name


def test_a_job_with_credentials_runs_in_an_environment_of_its_stack() -> None:
    with_credentials = [(name, job) for _, name, job in jobs() if has_credentials(job)]
    assert with_credentials
    for name, job in with_credentials:
        assert job["strategy"]["matrix"]["stack"] == MATRIX, name
        assert job["environment"] in {"${{ matrix.stack }}", "${{ matrix.stack }}-preview"}, name


def test_only_an_update_job_uses_an_environment_that_may_write() -> None:
    for _, name, job in jobs():
        writes = any("pulumi up" in command for command in commands(job))
        if has_credentials(job):
            assert job["environment"].endswith("-preview") != writes, name


def test_a_pull_request_never_runs_with_the_base_repositorys_rights() -> None:
    for path in WORKFLOWS:
        assert "pull_request_target" not in path.read_text()
        assert "workflow_run" not in load(path)["on"]


def test_a_fork_gets_every_check_and_no_credentials() -> None:
    pull_request = load(ROOT / ".github" / "workflows" / "pull_request.yml")["jobs"]
    open_to_forks = {name: job for name, job in pull_request.items() if OWN_BRANCH not in job.get("if", "")}
    assert set(open_to_forks) == {"stacks", "test", "review", "report"}
    for name, job in open_to_forks.items():
        assert not has_credentials(job), name
        assert job["permissions"] == {"contents": "read"}, name
        assert "github.token" not in yaml.safe_dump(job), name
        assert "if" not in job, name
    assert pull_request["preview"]["if"] == OWN_BRANCH
    # Whatever the other conditions are, a fork fails the last one.
    assert pull_request["comment"]["if"].rstrip(" }").endswith(f"&& {OWN_BRANCH}")


def test_a_job_that_writes_runs_nothing_of_the_change_but_our_own_command() -> None:
    comment = load(ROOT / ".github" / "workflows" / "pull_request.yml")["jobs"]["comment"]
    assert commands(comment) == ["./bbp github comment --file review/comment.md --kind review"]
    assert not has_credentials(comment)


def test_no_command_contains_an_expression() -> None:
    """An expression inside a command is text that its author pastes into a shell; variables are the safe way."""
    for step in steps():
        assert "${{" not in step.get("run", "")


def test_every_job_ends_by_itself() -> None:
    for _, name, job in jobs():
        updates = any("pulumi up" in command for command in commands(job))
        assert job["timeout-minutes"] <= (360 if updates else 30), name


def test_a_checkout_leaves_no_token_behind() -> None:
    checkouts = [step for step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == len(jobs())
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_every_stack_is_checked_reviewed_reported_previewed_deployed_and_watched() -> None:
    workflows = {path.stem: load(path)["jobs"] for path in WORKFLOWS}
    for jobs_of in workflows.values():
        assert "./bbp stacks --names" in "\n".join(commands(jobs_of["stacks"]))
        assert jobs_of["stacks"]["outputs"] == {"names": "${{ steps.stacks.outputs.names }}"}
    each = [workflows["pull_request"][name] for name in ("report", "preview")]
    each += [workflows["deploy"]["deploy"], workflows["drift"]["drift"]]
    for job in each:
        assert job["strategy"]["matrix"] == {"stack": MATRIX}
        assert "stacks" in job["needs"]
    assert any("./bbp review --base" in command for command in commands(workflows["pull_request"]["review"]))
    assert CliRunner().invoke(app, ["stacks", "--names"]).stdout == f"{json.dumps(sorted(STACKS))}\n"


def test_stacks_are_deployed_one_after_the_other_and_none_after_a_failure() -> None:
    deploy = load(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]["deploy"]
    assert (deploy["strategy"]["max-parallel"], deploy["strategy"]["fail-fast"]) == (1, True)
    assert deploy["concurrency"] == {"group": "stack-${{ matrix.stack }}", "cancel-in-progress": False}


def test_what_is_deployed_was_reviewed_and_is_judged_again_before_the_first_change() -> None:
    deploy = commands(load(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]["deploy"])
    words = [
        "bbp check",
        "reviewed-plan",
        "pulumi refresh",
        "pulumi preview",
        "bbp gate",
        "shard placement",
        "pulumi up",
    ]
    places = [next(number for number, line in enumerate(deploy) if word in line) for word in words]
    assert places == list(range(len(deploy)))
    of_deploy = load(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]["deploy"]["steps"]
    assert not any("continue-on-error" in step or "if" in step or "shell" in step for step in of_deploy)
    gate = deploy[places[4]]
    assert "--plan plan.json" in gate
    assert "--reviewed reviewed.json" in gate
    preview = commands(load(ROOT / ".github" / "workflows" / "pull_request.yml")["jobs"]["preview"])
    assert [word for line in preview for word in ("pulumi preview", "bbp gate", "shard placement") if word in line] == [
        "pulumi preview",
        "bbp gate",
        "shard placement",
    ]
    # The two plans are comparable: the same command, and the artifact has the name that the deployment asks for.
    made = [line.split("--json")[1].strip() for line in (*preview, *deploy) if "pulumi preview" in line]
    assert len(set(made)) == 1
    uploads = [step["with"]["name"] for step in steps() if str(step.get("uses")).startswith("actions/upload-artifact@")]
    assert artifact_of("${{ matrix.stack }}", "${{ github.event.pull_request.head.sha }}") in uploads


OURS = {"PULUMI_BACKEND_URL": "s3://state", "CI_PROJECT_ID": "1", "CI_DEFAULT_BRANCH": "main"}
THEIRS = {**OURS, "PULUMI_BACKEND_URL": "", "CI_PROJECT_ID": "2"}
MERGE = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_PROJECT_ID": "1"}
GITLAB_EVENTS = {
    "a branch's merge request": (
        {**OURS, **MERGE, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1"},
        {"check", "review", "preview"},
    ),
    "a fork's merge request": ({**THEIRS, **MERGE, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2"}, {"check", "review"}),
    "a fork's merge request that a member runs here": (
        {**OURS, **MERGE, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2"},
        {"check", "review"},
    ),
    "main": ({**OURS, "CI_COMMIT_BRANCH": "main"}, {"check", "plan", "deploy-dev", "deploy-prod"}),
    "a fork's main": ({**THEIRS, "CI_COMMIT_BRANCH": "main"}, {"check"}),
}


def gitlab_jobs() -> dict[str, dict[str, Any]]:
    document = yaml.safe_load((ROOT / "examples" / "gitlab" / ".gitlab-ci.yml").read_text("utf-8"))
    return {name: job for name, job in document.items() if isinstance(job, dict) and "script" in job and name[0] != "."}


def holds(condition: str, variables: dict[str, str]) -> bool:
    """A condition of GitLab's rules, in the forms that the example has (GitLab documentation, CI/CD YAML, rules:if)."""

    def value(term: str) -> str:
        return variables.get(term[1:], "") if term.startswith("$") else term.strip('"')

    terms = [term.strip().split(" == ") for term in condition.split("&&")]
    return all(value(term[0]) if len(term) == 1 else value(term[0]) == value(term[1]) for term in terms)


@pytest.mark.parametrize("event", GITLAB_EVENTS)
def test_in_gitlab_no_job_with_a_credential_runs_for_a_fork(event: str) -> None:
    variables, expected = GITLAB_EVENTS[event]
    always = [{"if": "$CI_PROJECT_ID"}]
    ran = {
        name
        for name, job in gitlab_jobs().items()
        if any(holds(rule["if"], variables) for rule in job.get("rules", always))
    }
    assert ran == expected


def test_in_gitlab_what_runs_for_a_fork_has_an_image_without_a_variable_and_the_rehearsals_engine() -> None:
    assert GITLAB_EVENTS["a fork's main"][1] <= {"check", "review"}
    found = {gitlab_jobs()[name].get("image", {}).get("name") for name in ("check", "review")}
    assert found == {f"pulumi/pulumi:{VERSION}"}


def test_in_gitlab_every_deployment_is_started_by_hand_after_somebody_saw_its_plan() -> None:
    deploying = {name: job for name, job in gitlab_jobs().items() if any("pulumi up" in line for line in job["script"])}
    assert set(deploying) == {f"deploy-{stack}" for stack in STACKS}
    assert {rule.get("when") for job in deploying.values() for rule in job["rules"]} == {"manual"}
    assert all("plan" in job["needs"] for job in deploying.values())


def test_waivers_are_checked_before_anything_asks_the_cloud() -> None:
    """A gate that comes to them after a refresh and a preview would have changed the state for nothing."""
    scripts = [commands(job) for _, _, job in jobs()] + [job["script"] for job in gitlab_jobs().values()]
    gated = [lines for lines in scripts if any("./bbp gate" in line for line in lines)]
    assert len(gated) >= 5
    for lines in gated:
        checked = next(number for number, line in enumerate(lines) if "check" in line and "--waivers" in line)
        asked = next(number for number, line in enumerate(lines) if "pulumi " in line)
        assert checked < asked, lines


def test_every_own_command_of_a_pipeline_is_one_that_the_command_line_takes() -> None:
    found = own_commands()
    assert len(found) > 15
    for program, *words in found:
        assert program == "./bbp"
        parsed(words)


def test_the_pipelines_engine_is_the_one_that_rehearsals_use() -> None:
    versions = {step["with"]["pulumi-version"] for step in steps() if step.get("uses", "").startswith("pulumi/")}
    assert versions == {VERSION}


def test_the_pipelines_python_is_one_that_the_project_supports() -> None:
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    versions = {step["with"]["python-version"] for step in steps() if "python-version" in step.get("with", {})}
    assert all(tuple(map(int, v.split("."))) >= tuple(map(int, oldest.split("."))) for v in versions)


def test_the_pipeline_has_debians_keys_before_it_fetches_servers_from_debian() -> None:
    prepared = commands(load(ROOT / ".github" / "workflows" / "pull_request.yml")["jobs"]["test"])[:-1]
    assert KEYRING.stem in {word for line in prepared for word in line.split()}


def test_the_pipeline_and_the_local_runner_share_one_command() -> None:
    pull_request = load(ROOT / ".github" / "workflows" / "pull_request.yml")["jobs"]
    *prepared, last = commands(pull_request["test"])
    assert last == ".ci/run"
    assert [line for line in prepared if "apt-get install" not in line] == []
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "export CI=true" in script.read_text()
    assert "exec ./bbp test\n" in script.read_text()


def test_the_credentials_of_an_update_last_as_long_as_its_job_and_the_role_allows_it() -> None:
    updates = [(name, job) for _, name, job in jobs() if any("pulumi up" in command for command in commands(job))]
    assert updates
    readme = (ROOT / "README.md").read_text()
    for name, job in updates:
        (session,) = [step["with"]["role-duration-seconds"] for step in job["steps"] if "role-duration" in str(step)]
        assert session == PIPELINE_SESSION_SECONDS == job["timeout-minutes"] * 60, name
        assert session <= DEPLOY_SESSION_SECONDS <= 43_200, "IAM, UpdateRole: a session lasts at most 12 hours"
        assert job["timeout-minutes"] <= 360, "GitHub Actions, usage limits: a job on its own runners lasts 6 hours"
        assert f"sessions of {job['timeout-minutes']} minutes" in readme


def test_a_job_that_previews_ends_before_the_session_of_its_role() -> None:
    previews = [(name, job) for _, name, job in jobs() if has_credentials(job) and "-preview" in job["environment"]]
    assert previews
    for name, job in previews:
        assert "role-duration" not in str(job), f"{name}: the action asks for an hour where nothing is said"
        assert job["timeout-minutes"] * 60 <= PREVIEW_SESSION_SECONDS, name


def test_the_trust_of_each_role_names_the_environment_of_its_jobs() -> None:
    environments = {job["environment"] for _, _, job in jobs() if has_credentials(job)}
    expanded = {name.replace("${{ matrix.stack }}", stack) for name in environments for stack in STACKS}
    prepared = load_file(ROOT / "bootstrap" / "Pulumi.account.yaml").stacks
    assert {f"{stack.name}{end}" for stack in prepared for end in ("", "-preview")} == expanded
