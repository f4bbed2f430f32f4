"""`./bbp preflight` on whole stacks: all met, one flaw, nothing usable, a stack that runs, and what it is allowed."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.exceptions import EndpointConnectionError
from typer.testing import CliRunner

from ops.answers.preflight import run as module
from ops.answers.preflight.account import Account, client_of
from ops.answers.preflight.cloudflare import SETTING
from ops.answers.preflight.model import Clouds
from ops.answers.preflight.policy import policy
from ops.answers.preflight.reads import READS
from ops.answers.preflight.run import questions_of
from ops.answers.preflight.zone import CloudflareApi
from ops.cli import app
from ops.rehearsal.planned import Planned
from tests.support.aws_account import Error, RecordedAccount, role
from tests.support.cloudflare_stub import TOKEN
from tests.support.cloudflare_zone import FREE as FREE_ZONE
from tests.support.cloudflare_zone import ZONE_PATH, RecordedZone
from tests.support.leaves import leaves
from tests.support.paths import ROOT
from tests.support.preflight import outcome, stack_subject
from tests.support.stack import CHECKED_IN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ops.answers.preflight.subject import Subject

PROD = stack_subject("prod", "horizontal")
FREE_PROD = outcome(PROD)
SECRET = "wJalrXUtnFEMI-nobodys-secret-key"  # noqa: S105 - nobody's secret
POLICY_LIMIT = 6_144
"""Characters of a managed policy (IAM User Guide, quotas)."""


def zone_of(environment: str) -> RecordedZone:
    """A free zone of an environment's own plan and domain."""
    if environment == "prod":
        return RecordedZone()
    number = "00000000000000000000000000000d0e"
    changed = {**FREE_ZONE[ZONE_PATH], "id": number, "name": "bailbondpro.dev", "plan": {"legacy_id": "free"}}
    own = {path.replace(ZONE_PATH, f"/zones/{number}"): found for path, found in FREE_ZONE.items()}
    settings = {"id": "x", "value": "unlike", "editable": True}
    for item in stack_subject(environment, "optimization").of(SETTING):
        own[f"/zones/{number}/settings/{item.inputs['settingId']}"] = settings
    return RecordedZone({**own, f"/zones/{number}": changed})


@pytest.mark.parametrize(("environment", "phase"), CHECKED_IN)
def test_a_free_account_and_zone_meet_every_question_of_a_checked_in_stack(environment: str, phase: str) -> None:
    found = outcome(stack_subject(environment, phase), zone=zone_of(environment))
    assert [item for item in found.findings if item.verdict not in {"met", "not asked"}] == []
    assert found.exit_code == 0
    assert found.counts["met"] > 40
    assert found.counts["not asked"] == 4


def test_a_stack_without_a_cdn_asks_nothing_of_cloudflare_and_needs_no_token() -> None:
    account = RecordedAccount({"iam:GetRole": lambda asked, _: role(asked["RoleName"], path="")})
    found = outcome(stack_subject("without-cdn", "optimization"), account, token=False)
    assert [item for item in found.findings if "Cloudflare" in item.area] == []
    assert found.exit_code == 0


FLAWS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("service quota", {"service-quotas:GetServiceQuota": {"Quota": {"Value": 1.0}}}, {}, "--desired-value"),
    ("version", {"eks:DescribeClusterVersions": {"clusterVersions": []}}, {}, "bailbondpro:cluster.version"),
    ("image", {"ecr:DescribeImages": Error("ImageNotFoundException")}, {}, "push it"),
    ("cluster", {"eks:DescribeCluster": {"cluster": {"tags": {}}}}, {}, "pulumi import aws:eks/cluster:Cluster"),
    ("zone", {}, {ZONE_PATH: {**FREE_ZONE[ZONE_PATH], "status": "pending"}}, "name servers"),
    ("token", {}, {"/user/tokens/verify": {"status": "expired"}}, "an active token"),
    (
        "denied",
        {"rds:DescribeDBEngineVersions": Error("AccessDenied", 403)},
        {},
        "allow rds:DescribeDBEngineVersions to",
    ),
]


@pytest.mark.parametrize(("name", "aws", "edge", "fix"), FLAWS, ids=[flaw[0] for flaw in FLAWS])
def test_one_flaw_fails_the_whole_and_its_fix_is_printed(
    name: str, aws: dict[str, Any], edge: dict[str, Any], fix: str
) -> None:
    found = outcome(PROD, RecordedAccount(aws), RecordedZone(edge))
    failing = [item for item in found.findings if item.verdict in {"not met", "not judged"}]
    assert found.exit_code == 1, name
    assert failing
    assert all(fix in item.fix for item in failing), failing


USELESS: dict[str, object] = {
    "denied": Error("AccessDenied", 403),
    "throttled": Error("Throttling"),
    "expired": Error("ExpiredToken", 403),
    "malformed": {},
    "unreachable": EndpointConnectionError(endpoint_url="https://aws"),
}


@pytest.mark.parametrize("mode", USELESS)
def test_no_question_that_reads_passes_where_nothing_usable_comes_back(mode: str) -> None:
    found = outcome(stack_subject("everything", "microservices"), RecordedAccount({"*": USELESS[mode]}))
    reading = [item for item in found.findings if item.reads and item.name != "identity and account"]
    assert len(reading) > 50
    assert [item for item in reading if item.verdict != "not judged"] == []


def called(of: Subject) -> set[str]:
    account = RecordedAccount()
    outcome(of, account)
    return {name for name, _ in account.calls} - {"sts:GetCallerIdentity"}


@pytest.mark.parametrize("operation", sorted(called(PROD)))
def test_each_permission_that_is_missing_alone_is_named(operation: str) -> None:
    found = outcome(PROD, RecordedAccount({operation: Error("AccessDenied", 403)}))
    service, _, name = operation.partition(":")
    read = next(item for item in READS if (item.service, item.operation) == (service, name))
    failing = [item for item in found.findings if item.verdict in {"not met", "not judged"}]
    assert failing, operation
    assert all(operation in item.reads for item in failing)
    assert any(f"allow {read.action} to " in item.fix for item in failing)


def all_there(stack: str) -> dict[str, Any]:
    """Answers of an account in which everything exists and carries the tags of a stack."""
    tags = {"Project": "bailbondpro", "Environment": "prod", "Stack": f"bailbondpro-{stack}", "ManagedBy": "pulumi"}
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    return {
        "eks:DescribeCluster": {"cluster": {"tags": tags}},
        "rds:DescribeDBInstances": {"DBInstances": [{"TagList": pairs}]},
        "elasticache:DescribeReplicationGroups": {"ReplicationGroups": [{"ARN": "arn:aws:elasticache:x"}]},
        "elasticache:ListTagsForResource": {"TagList": pairs},
        "elbv2:DescribeLoadBalancers": {
            "LoadBalancers": [
                {"LoadBalancerArn": "arn", "LoadBalancerName": "bailbondpro-prod-edge", "Type": "network"}
            ]
        },
        "elbv2:DescribeTags": {"TagDescriptions": [{"Tags": pairs}]},
        "ecr:DescribeRepositories": {"repositories": [{"repositoryArn": "arn:aws:ecr:x"}]},
        "ecr:ListTagsForResource": {"tags": pairs},
        "logs:DescribeLogGroups": lambda asked, _: {
            "logGroups": [{"logGroupName": asked["logGroupNamePrefix"], "arn": "arn:aws:logs:x:*"}]
        },
        "logs:ListTagsForResource": {"tags": tags},
        "secretsmanager:DescribeSecret": {"Name": "x", "Tags": pairs},
        "ssm:DescribeParameters": {"Parameters": [{"Name": "x"}]},
        "ssm:ListTagsForResource": {"TagList": pairs},
        "kms:DescribeKey": {"KeyMetadata": {"KeyId": "1"}},
        "kms:ListResourceTags": {"Tags": [{"TagKey": key, "TagValue": value} for key, value in tags.items()]},
        "budgets:DescribeBudget": {"Budget": {"BudgetName": "x", "TimeUnit": "MONTHLY", "BudgetType": "COST"}},
        "budgets:ListTagsForResource": {"ResourceTags": pairs},
    }


def test_a_stack_that_runs_already_meets_its_own_names() -> None:
    subject = stack_subject("prod", "microservices")
    found = outcome(subject, RecordedAccount(all_there(subject.stack)))
    names = [item for item in found.findings if item.area == "names"]
    assert len(names) > 8
    assert [item for item in names if not item.said.startswith("0 free; ")] == []
    assert found.exit_code == 0


@pytest.mark.parametrize("case", ["prod", "everything"])
def test_a_question_calls_nothing_that_it_did_not_declare_and_the_policy_allows_all_of_it(case: str) -> None:
    subject = stack_subject(case, "microservices")
    allowed = {action for statement in policy(questions_of(subject))["Statement"] for action in statement["Action"]}
    for answers in ({}, all_there(subject.stack)):
        for question in questions_of(subject):
            account = RecordedAccount(dict(answers))
            clouds = Clouds(account.account, RecordedZone().api)
            question.ask(clouds)
            declared = {f"{need.read.service}:{need.read.operation}" for need in question.needs}
            assert {name for name, _ in account.calls} - {"sts:GetCallerIdentity"} <= declared, question.name
            assert {need.read.action for need in question.needs} - {""} <= allowed


@pytest.mark.parametrize(("case", "phase"), [*CHECKED_IN, ("everything", "microservices")])
def test_the_policy_is_a_valid_document_of_reads_that_iam_takes(case: str, phase: str) -> None:
    document = policy(questions_of(stack_subject(case, phase)))
    assert document["Version"] == "2012-10-17"
    actions = [action for statement in document["Statement"] for action in statement["Action"]]
    assert len(actions) == len(set(actions))
    reading = re.compile(r"[a-z0-9-]+:(Get|List|Describe|Simulate|View)[A-Z]|s3:ListBucket$")
    assert [action for action in actions if not reading.match(action)] == []
    assert [statement for statement in document["Statement"] if not statement["Resource"]] == []
    assert len(json.dumps(document, separators=(",", ":"))) <= POLICY_LIMIT


def test_every_key_of_a_stack_file_that_a_fix_names_is_there() -> None:
    known = {leaf.path for leaf in leaves()}
    texts = [file.read_text("utf-8") for file in (ROOT / "ops" / "answers" / "preflight").glob("*.py")]
    named = {key for text in texts for key in re.findall(r"bailbondpro:([a-z]+(?:\.[A-Za-z]+)+)", text)}
    assert len(named) > 5
    assert [key for key in named if not any(path == key or path.startswith(f"{key}.") for path in known)] == []


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Runs the command on the plan of prod under mocks, with recorded clouds."""

    def run(
        *words: str, account: Account | None = None, environment: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        assert PROD.settings is not None
        found = Planned(PROD.plan, PROD.settings, "prod, phase horizontal")
        monkeypatch.setattr(module, "planned", lambda *_: found)
        monkeypatch.setattr(module, "open_account", lambda _: account or RecordedAccount().account)
        monkeypatch.setattr(CloudflareApi, "from_environment", lambda _: RecordedZone().api)
        for key, value in (environment or {}).items():
            monkeypatch.setenv(key, value)
        result = CliRunner().invoke(app, ["preflight", "prod", *words])
        return result.exit_code, result.output

    return run


def test_the_command_prints_a_line_for_each_question_and_what_was_not_asked(
    command: Callable[..., tuple[int, str]],
) -> None:
    code, output = command()
    assert code == 0
    assert "met        EKS 1.35 in us-east-1: in standard support" in output
    assert "not asked  token may edit" in output
    assert "76 questions, 72 met, 0 not met, 0 not judged, 4 not asked. Nothing was changed." in " ".join(
        output.split()
    )


def test_the_command_names_fix_and_reason_of_a_flaw(command: Callable[..., tuple[int, str]]) -> None:
    account = RecordedAccount({"ecr:DescribeImages": Error("ImageNotFoundException")}).account
    code, output = command(account=account)
    text = " ".join(output.split())
    assert code == 1
    assert "NOT MET" in text
    assert "fix: push it (README, Run it for real, Image)" in text
    assert "why: pods wait for an image that is not there until the update gives up" in text


def test_json_is_one_document_with_every_question_its_reads_and_the_counts(
    command: Callable[..., tuple[int, str]],
) -> None:
    code, output = command("--json")
    document = json.loads(output)
    assert code == 0
    assert document["counts"] == FREE_PROD.counts
    assert len(document["findings"]) == len(FREE_PROD.findings)
    assert set(document["findings"][0]) == {"area", "name", "why", "verdict", "said", "fix", "reads"}


def test_the_policy_is_printed_without_asking_anybody(command: Callable[..., tuple[int, str]]) -> None:
    account = RecordedAccount()
    code, output = command("--policy", account=account.account)
    assert (code, account.calls) == (0, [])
    assert json.loads(output)["Statement"]


def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: str) -> Account:
    """An account as it is opened on a machine without any credentials."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", f"{tmp_path}/none")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", f"{tmp_path}/none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return Account(client_of(botocore.session.get_session()), "us-east-1")


def test_without_credentials_one_sentence_says_so(
    command: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    code, output = command(account=nobody(monkeypatch, str(tmp_path)))
    text = " ".join(output.split())
    assert code == 1
    assert "nothing can be asked of AWS: there are no credentials" in text
    assert text.count("aws sso login") == 1
    assert "Traceback" not in text


def test_expired_credentials_are_one_sentence_too(command: Callable[..., tuple[int, str]]) -> None:
    code, output = command(account=RecordedAccount({"sts:GetCallerIdentity": Error("ExpiredToken", 403)}).account)
    assert code == 1
    assert "the credentials are not valid or have expired (ExpiredToken); log in again" in " ".join(output.split())


@pytest.mark.parametrize("words", [(), ("--json",), ("--policy",)])
def test_no_secret_is_ever_printed(command: Callable[..., tuple[int, str]], words: tuple[str, ...]) -> None:
    environment = {"AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": f"{SECRET}2", "CLOUDFLARE_API_TOKEN": TOKEN}
    code, output = command(*words, environment=environment)
    assert code == 0
    assert SECRET not in output
    assert TOKEN not in output
