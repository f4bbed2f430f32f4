"""The pipelines: pinned actions, least permissions, no way from a fork to a credential."""

from __future__ import annotations

import os
import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from bootstrap.access import DEPLOY_SESSION_SECONDS, PIPELINE_SESSION_SECONDS, PREVIEW_SESSION_SECONDS
from bootstrap.settings import load_file
from sandbox.engine.find import VERSION
from tests.support.paths import ROOT
from tests.support.programs import KEYRING

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
STACKS = {path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")}


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
        assert job["permissions"] in ({}, {"id-token": "write"}), name


def test_a_job_with_credentials_runs_in_an_environment_of_its_stack() -> None:
    with_credentials = [(name, job) for _, name, job in jobs() if has_credentials(job)]
    assert with_credentials
    for name, job in with_credentials:
        stacks = job.get("strategy", {}).get("matrix", {}).get("stack", [name])
        environments = {job["environment"].replace("${{ matrix.stack }}", stack) for stack in stacks}
        assert {environment.split("-")[0] for environment in environments} <= STACKS, name


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
    open_to_forks = {name: job for name, job in pull_request.items() if "if" not in job}
    assert set(open_to_forks) == {"check", "test", "rehearse"}
    assert not any(has_credentials(job) for job in open_to_forks.values())
    assert pull_request["preview"]["if"] == "github.event.pull_request.head.repo.full_name == github.repository"


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


def test_every_stack_is_checked_rehearsed_previewed_and_deployed() -> None:
    pull_request = load(ROOT / ".github" / "workflows" / "pull_request.yml")["jobs"]
    deploy = load(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]
    assert {command.split()[-1] for command in commands(pull_request["check"])} == STACKS
    assert set(pull_request["rehearse"]["strategy"]["matrix"]["stack"]) == STACKS
    assert set(pull_request["preview"]["strategy"]["matrix"]["stack"]) == STACKS
    assert set(deploy) == STACKS
    for stack, job in deploy.items():
        up = next(command for command in commands(job) if "pulumi up" in command)
        assert up.split()[-2:] == ["--stack", stack]


def test_no_update_begins_before_the_placement_of_its_own_preview_was_judged() -> None:
    """`pulumi up` follows a preview with all resources, and `./bbp shard placement`, which ends the job with 2."""
    updates = [job for _, _, job in jobs() if any("pulumi up" in command for command in commands(job))]
    assert updates
    for job in updates:
        up = next(number for number, command in enumerate(commands(job)) if "pulumi up" in command)
        previewed, judged = commands(job)[up - 2 : up]
        assert previewed.startswith("pulumi preview --json --show-sames ")
        assert previewed.endswith(f"{' '.join(commands(job)[up].split()[-2:])} > plan.json"), "the same stack"
        assert judged == "./bbp shard placement --plan plan.json"
        assert not any("continue-on-error" in step or "if" in step or "shell" in step for step in job["steps"])


def test_a_preview_of_a_pull_request_judges_the_placement_too() -> None:
    preview = commands(load(ROOT / ".github" / "workflows" / "pull_request.yml")["jobs"]["preview"])
    assert "--json --show-sames" in preview[-2]
    assert preview[-1] == "./bbp shard placement --plan plan.json"


def test_production_waits_for_development_and_a_running_update_is_never_cancelled() -> None:
    deploy = load(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]
    assert deploy["prod"]["needs"] == "dev"
    groups = [job["concurrency"]["group"] for job in deploy.values()]
    assert len(set(groups)) == len(groups)
    assert all(job["concurrency"]["cancel-in-progress"] is False for job in deploy.values())


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
