"""Who deploys: its policies against the plan of whole stacks, its sessions, and who may take it."""

from __future__ import annotations

import json
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest

from bootstrap.access import PIPELINE_SESSION_SECONDS
from bootstrap.policies import Scope, deploy_policies, preview_policies
from ops.answers.preflight.subject import Deployer, Subject
from plan.permissions import needs_of
from planner.waiting import longest
from tests.support.aws_account import ACCOUNT, ROLE, Error, RecordedAccount, role, simulated, trust
from tests.support.preflight import findings, one, outcome, stack_subject, subject
from tests.support.stack import CHECKED_IN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROD = stack_subject("prod", "horizontal")
MAY, LASTS, TAKES = "bailbondpro-prod-deploy may", "sessions of", "jobs of"
OWN = "repo:acme/bailbondpro:environment:prod"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/bailbondpro-prod-boundary"


def granted(of: Subject, **changed: object) -> dict[str, str]:
    """The policies that the bootstrap makes for a stack."""
    scope = Scope(stack=of.stack, account=ACCOUNT, partition="aws", regions=of.regions, boundary_arn=BOUNDARY)
    return deploy_policies(needs_of((of.plan,)), replace(scope, **changed))  # type: ignore[arg-type]  # fields by name


def evaluated(policies: Mapping[str, str]) -> Callable[[str, str, Mapping[str, str]], str]:
    """What IAM's documents say that such policies decide: a refusal before a grant, and nothing without one."""
    statements = [item for text in policies.values() for item in json.loads(text)["Statement"]]

    def holds(item: dict[str, Any], action: str, where: str, context: Mapping[str, str]) -> bool:
        if not any(fnmatchcase(action, wide) for wide in item["Action"]):
            return False
        if not any(fnmatchcase(where, wide) for wide in item["Resource"]):
            return False
        for operator, keys in item.get("Condition", {}).items():
            for key, values in keys.items():
                there = context.get(key)
                right = {
                    "StringEquals": there in values,
                    "StringNotEquals": there is not None and there not in values,
                    "Bool": there in values,
                    "Null": (there is None) == (values == ["true"]),
                }[operator]
                if not right:
                    return False
        return True

    def decide(action: str, where: str, context: Mapping[str, str]) -> str:
        found = {item["Effect"] for item in statements if holds(item, action, where, context)}
        return "explicitDeny" if "Deny" in found else "allowed" if "Allow" in found else "implicitDeny"

    return decide


def caller(arn: str) -> dict[str, Any]:
    """An account that this identity asks."""
    return {"sts:GetCallerIdentity": {"Account": ACCOUNT, "Arn": arn, "UserId": "x"}}


def may(of: Subject, policies: Mapping[str, str]) -> Any:  # noqa: ANN401 - a finding
    """Whether a role with these policies may deploy."""
    name = f"bailbondpro-{of.stack}-deploy may"
    return one(of, name, {"iam:SimulatePrincipalPolicy": simulated(evaluated(policies))})


@pytest.mark.parametrize(("environment", "phase"), CHECKED_IN)
def test_the_role_that_the_bootstrap_makes_may_do_all_that_the_plan_takes(environment: str, phase: str) -> None:
    of = stack_subject(environment, phase)
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/bailbondpro-{environment}-boundary"
    found = may(of, granted(of, boundary_arn=boundary))
    assert found.verdict == "met", found.said
    assert found.said.startswith(f"arn:aws:iam::{ACCOUNT}:role/bailbondpro-{environment}-deploy: ")
    assert int(found.said.split(": ")[1].split()[0]) > 500


def test_a_role_that_may_nothing_and_one_that_only_reads_are_not_met() -> None:
    assert " more" in may(PROD, {}).said
    scope = Scope(stack="prod", account=ACCOUNT, partition="aws", regions=PROD.regions)
    found = may(PROD, preview_policies(needs_of((PROD.plan,)), scope))
    assert found.verdict == "not met"
    assert "budgets:ModifyBudget (implicitDeny) on arn:aws:budgets:" in found.said


def without(action: str) -> dict[str, str]:
    """The bootstrap's policies without one action."""
    return {name: text.replace(f'"{action}",', "").replace(f',"{action}"', "") for name, text in granted(PROD).items()}


@pytest.mark.parametrize(
    "action", ["ec2:CreateVpc", "rds:ModifyDBInstance", "iam:PassRole", "s3:PutBucketPolicy", "eks:DescribeCluster"]
)
def test_one_action_that_is_missing_is_named(action: str) -> None:
    if action == "iam:PassRole":
        policies = {name: text.replace(action, "iam:GetRole") for name, text in granted(PROD).items()}
    else:
        policies = without(action)
    found = may(PROD, policies)
    assert found.verdict == "not met"
    assert f"{action} (implicitDeny) on " in found.said
    assert found.fix.startswith("grant what `./bbp bootstrap policies prod` prints")


@pytest.mark.parametrize(
    "changed",
    [{"stack": "dev"}, {"regions": ("eu-west-1",)}, {"boundary_arn": BOUNDARY.replace("prod", "dev")}],
    ids=["another stack", "another region", "another boundary"],
)
def test_policies_of_another_stack_region_or_boundary_are_not_met(changed: dict[str, object]) -> None:
    found = may(PROD, granted(PROD, **changed))
    assert found.verdict == "not met"


def test_a_service_that_no_role_may_be_handed_to_is_not_met() -> None:
    policies = {name: text.replace('"pods.eks.amazonaws.com",', "") for name, text in granted(PROD).items()}
    assert "iam:PassRole" in may(PROD, policies).said


def test_actions_that_one_call_may_not_mix_are_asked_by_themselves() -> None:
    answer = simulated(evaluated(granted(PROD)))

    def strict(parameters: Mapping[str, Any], region: str) -> object:
        services = {action[:9] for action in parameters["ActionNames"]}
        return Error("InvalidInput") if len(services) > 1 else answer(parameters, region)

    assert one(PROD, MAY, {"iam:SimulatePrincipalPolicy": strict}).verdict == "met"
    found = one(PROD, MAY, {"iam:SimulatePrincipalPolicy": Error("InvalidInput")})
    assert (found.verdict, "does not take" in found.said) == ("not judged", True)


def test_an_action_of_which_the_simulator_says_nothing_is_not_judged() -> None:
    def silent(parameters: Mapping[str, Any], region: str) -> dict[str, Any]:
        found = simulated()(parameters, region)
        return {**found, "EvaluationResults": found["EvaluationResults"][1:]}

    found = one(PROD, MAY, {"iam:SimulatePrincipalPolicy": silent})
    assert (found.verdict, "says nothing of" in found.said) == ("not judged", True)


def test_a_resource_that_is_refused_beside_allowed_ones_is_not_met() -> None:
    def one_refused(parameters: Mapping[str, Any], region: str) -> dict[str, Any]:
        found = simulated()(parameters, region)
        item = {"EvalResourceName": "arn:aws:x", "EvalResourceDecision": "explicitDeny"}
        return {
            **found,
            "EvaluationResults": [{**one, "ResourceSpecificResults": [item]} for one in found["EvaluationResults"]],
        }

    assert "(explicitDeny) on arn:aws:x" in one(PROD, MAY, {"iam:SimulatePrincipalPolicy": one_refused}).said


def test_a_simulator_that_may_not_be_asked_fails_the_whole() -> None:
    account = RecordedAccount({"iam:SimulatePrincipalPolicy": Error("AccessDenied", 403)})
    found = outcome(PROD, account)
    (judged,) = [item for item in found.findings if item.name.startswith(MAY)]
    assert (judged.verdict, found.exit_code) == ("not judged", 1)
    assert "allow iam:SimulatePrincipalPolicy to " in judged.fix


def test_the_role_that_is_named_is_asked_about_and_one_that_is_not_there_is_not_met() -> None:
    of = replace(PROD, deployer=replace(PROD.deployer, named=f"arn:aws:iam::{ACCOUNT}:role/ci/shipper"))
    assert "role/aws-service-role/x/shipper: " in one(of, "shipper may").said
    absent = {"iam:GetRole": Error("NoSuchEntity", 404)}
    asked = {name: item for name, item in findings(of, absent).items() if item.area == "deploying role"}
    assert len(asked) == 4
    assert {item.verdict for item in asked.values()} == {"not met"}
    assert {item.said for item in asked.values()} == {"there is no role shipper in this account"}
    assert all("--role" in item.fix for item in asked.values())


def test_who_asks_deploys_where_the_bootstrap_prepares_nothing() -> None:
    of = replace(PROD, deployer=Deployer())
    found = findings(of)
    assert found["whoever asks may do what the plan takes"].said.startswith(f"{ROLE}: ")
    assert not any(name.startswith(TAKES) for name in found)
    asked = findings(of, caller(f"arn:aws:iam::{ACCOUNT}:user/ada"))
    assert asked["whoever asks may do what the plan takes"].said.startswith(f"arn:aws:iam::{ACCOUNT}:user/ada: ")
    assert asked["sessions of whoever asks last long enough"].verdict == "not asked"
    other = caller(f"arn:aws:sts::{ACCOUNT}:federated-user/ada")
    unknown = [item for item in findings(of, other).values() if item.area == "deploying role"]
    assert {item.verdict for item in unknown} == {"not judged"}


def test_a_plan_of_another_program_is_not_called_met() -> None:
    found = [item for item in findings(subject(*PROD.of("aws:ec2/vpc:Vpc"))).values() if item.area == "deploying role"]
    assert {item.name.partition(" ")[0]: item.verdict for item in found} == {"whoever": "not asked", "sessions": "met"}


def at(path: str) -> dict[str, Any]:
    """Roles below a path."""
    return {"iam:GetRole": lambda asked, _: role(asked["RoleName"], path=path)}


def test_who_deploys_must_be_an_administrator_of_the_cluster() -> None:
    name = "bailbondpro-prod-deploy administers"
    named = f"arn:aws:iam::{ACCOUNT}:role/bailbondpro-prod-deploy"
    assert one(PROD, name).said == f"{named} has an access entry"
    elsewhere = one(PROD, name, at("ci/"))
    assert elsewhere.verdict == "not met"
    assert "role/ci/bailbondpro-prod-deploy is none of its administrators" in elsewhere.said
    assert "bailbondpro:cluster.adminPrincipalArns" in elsewhere.fix
    viewer = stack_subject("everything", "microservices")
    entry = next(item for item in viewer.of("aws:eks/accessEntry:AccessEntry") if "-viewer-" in item.name)
    of = replace(viewer, deployer=Deployer(named=str(entry.inputs["principalArn"])))
    assert one(of, f"{of.deployer.label} administers", at("")).verdict == "not met"


def lasting(hours: int) -> dict[str, Any]:
    return {"iam:GetRole": lambda asked, _: role(asked["RoleName"], hours=hours)}


def test_a_session_is_as_long_as_the_waits_and_as_the_pipeline_asks() -> None:
    assert one(PROD, LASTS, lasting(6)).verdict == "met"
    found = one(PROD, LASTS, lasting(1))
    assert found.verdict == "not met"
    assert f"the pipeline asks for {PIPELINE_SESSION_SECONDS // 60} minutes" in found.said
    assert found.fix == ("aws iam update-role --role-name bailbondpro-prod-deploy --max-session-duration 21600")
    minutes = longest(PROD.plan).minutes
    assert f"{minutes} minutes of waits" in found.said
    alone = replace(PROD, deployer=Deployer())
    assert one(alone, LASTS, lasting(-(-minutes // 60))).verdict == "met"
    assert one(alone, LASTS, lasting(minutes // 60 - 1)).verdict == "not met"


OTHER = "repo:acme/bailbondpro:environment:dev"
WIDE: list[tuple[dict[str, Any], str]] = [
    (trust(OTHER), f"others may take it, too: {OTHER}"),
    (trust("repo:acme/*", "StringLike"), "others may take it, too: repo:acme/*"),
    (trust(OWN, "StringNotEquals"), "others may take it"),
    (trust(OWN, Condition={}), "others may take it, too: any aud; any sub"),
    (trust(OWN, Action="sts:AssumeRole"), "no identity provider's token may take"),
    (trust(OWN, Effect="Deny"), "no identity provider's token may take"),
    (trust(OWN, Principal={"Federated": "cognito-identity.amazonaws.com"}), "and not GitHub's"),
]


@pytest.mark.parametrize(("document", "says"), WIDE, ids=[says for _, says in WIDE])
def test_a_trust_in_more_or_less_than_the_environments_jobs_is_not_met(document: dict[str, Any], says: str) -> None:
    found = one(PROD, TAKES, {"iam:GetRole": lambda asked, _: role(asked["RoleName"], trusts=document)})
    assert (found.verdict, says in found.said) == ("not met", True), found.said
    assert OWN in found.fix


def test_a_trust_in_the_environments_jobs_is_met_where_the_provider_is_there_for_the_audience() -> None:
    assert one(PROD, TAKES).said == f"{OWN}, for sts.amazonaws.com"
    gone = one(PROD, TAKES, {"iam:GetOpenIDConnectProvider": Error("NoSuchEntity", 404)})
    assert (gone.verdict, "existingProvider: false" in gone.fix) == ("not met", True)
    other = one(PROD, TAKES, {"iam:GetOpenIDConnectProvider": {"ClientIDList": ["else"]}})
    assert other.fix.startswith("aws iam add-client-id-to-open-id-connect-provider")
    everybody = trust(OWN, Principal="*")
    found = one(PROD, TAKES, {"iam:GetRole": lambda asked, _: role(asked["RoleName"], trusts=everybody)})
    assert found.verdict == "not judged"
