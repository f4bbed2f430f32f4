"""The rules as a policy pack: the SDK's own classes on the table of plans, and the engine itself on a program."""

from __future__ import annotations

import json
import re
import runpy
import sys
from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.policy import policies_of
from plan.preview import PreviewError, read_preview
from policies.rules import rules
from tests.support.cli import Cli
from tests.support.gate_cases import Case, cases
from tests.support.paths import ROOT
from tests.support.programs import policy_sdk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plan import Plan, PlannedResource

PACK = ROOT / "policies" / "pack"


def readable(document: dict[str, Any]) -> bool:
    """Whether an engine may have written this: of all else the gate says so, and no pack ever sees it."""
    try:
        read_preview(document)
    except PreviewError:
        return False
    return len(document.get("steps", ())) < 100


PLANS = [case for case in cases() if case.document is not None and readable(case.document)]
PROGRAM = """
import json

import pulumi
import pulumi_aws as aws

endless = aws.cloudwatch.LogGroup("endless", name="endless")
aws.vpc.SecurityGroupIngressRule(
    "open", security_group_id="sg-1", ip_protocol="tcp", from_port=22, to_port=22, cidr_ipv4="0.0.0.0/0")
aws.iam.Policy(
    "all", policy=json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}))
url = "postgres://app:hunter22@db/app"
aws.ssm.Parameter("told", name="told", type="String", insecure_value=url)
aws.ssm.Parameter("sealed", name="sealed", type="String", insecure_value=pulumi.Output.secret(url))
aws.s3.Bucket("plain", bucket="plain", opts=pulumi.ResourceOptions(depends_on=[endless]))
"""
LINE = re.compile(r"- \[(mandatory|advisory)\].*?  ([\w.-]+)  \([\w:./]+: ([\w-]+)\)")


@pytest.fixture(scope="module")
def pack() -> Iterator[list[Any]]:
    """The policies of the pack, which is not started; its SDK can be imported meanwhile."""
    found: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(policy_sdk()))
        import pulumi_policy

        patch.setattr(pulumi_policy, "PolicyPack", lambda name, policies: found.append((name, policies)))
        runpy.run_path(str(PACK))
        ((name, policies),) = found
        assert name == "bailbondpro"
        yield policies


def resources_of(plan: Plan) -> list[Any]:
    """A plan as the SDK hands it to a policy."""
    import pulumi_policy
    from pulumi_policy.proxy import unknown_checking_proxy

    def made(item: PlannedResource) -> Any:  # noqa: ANN401 - the SDK ships no types here
        times = pulumi_policy.PolicyCustomTimeouts(0, 0, 0)
        options = pulumi_policy.PolicyResourceOptions(item.protect, [], False, [], times, [], None)
        props = unknown_checking_proxy(json.loads(json.dumps(item.inputs)))
        return pulumi_policy.PolicyResource(item.type, props, item.urn, item.name, options, None, None, [], {})

    kept = [item for item in plan if item.op != "delete" and item.custom]
    found = {item.urn: made(item) for item in kept}
    for item in kept:
        found[item.urn].dependencies = [found[urn] for urn in item.dependencies if urn in found]
        found[item.urn].parent = found.get(item.parent)
    return list(found.values())


def judged(policies: list[Any], plan: Plan) -> set[tuple[str, str, str]]:
    """What the pack reports of a plan: policy, URN, words."""
    import pulumi_policy

    resources, told = resources_of(plan), set()
    for policy in policies:

        def report(says: str, urn: str, name: str = policy.name) -> None:
            told.add((name, urn, says))

        if isinstance(policy, pulumi_policy.StackValidationPolicy):
            policy.validate(pulumi_policy.StackValidationArgs(resources, None, {}), report)
            continue
        for one in resources:
            args: tuple[Any, ...] = (one.resource_type, one.props, one.urn, one.name, one.opts, None, None, {})
            policy.validate(pulumi_policy.ResourceValidationArgs(*args), report)
    return told


@pytest.mark.parametrize("case", PLANS, ids=lambda case: case.name)
def test_the_pack_says_of_each_plan_of_the_table_what_the_rules_say(case: Case, pack: list[Any]) -> None:
    plan = read_preview(case.document or {}).after
    wanted = {
        (rule.id, one.urn, one.says)
        for rule in rules()
        for one in rule.judge(plan, True)
        if one.known and (item := plan.get(one.urn)) is not None and item.custom
    }
    assert judged(pack, plan) == wanted


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[Cli]:
    found = Cli(tmp_path / "sandbox")
    yield found
    found.run("rehearse", "shell", "dev", "--stop")


def environment(folder: Path) -> Path:
    """The pack with an environment in which the SDK is found, as `uv venv` would make one."""
    place = folder / "pack"
    (place / "venv" / "bin").mkdir(parents=True)
    for name in ("PulumiPolicy.yaml", "__main__.py"):
        (place / name).symlink_to(PACK / name)
    python = place / "venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{policy_sdk()}" exec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    return place


def test_the_engine_refuses_by_the_pack_what_the_rules_refuse(cli: Cli, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.mkdir()
    (program / "Pulumi.yaml").write_text("name: acme\nruntime: python\n", encoding="utf-8")
    (program / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    plan = tmp_path / "plan.json"
    commands = (
        f"pulumi preview --json --show-sames >{plan}",
        f"pulumi preview --non-interactive --policy-pack {environment(tmp_path)}",
    )
    options = ("--program", str(program), "--config-value", "aws:region=us-east-1")
    ran = cli.run("rehearse", "shell", *options, "--", "sh", "-c", " && ".join(commands))
    told = {(rule, name) for _, rule, name in LINE.findall(ran.out)}
    answer = policies_of(read_preview(json.loads(plan.read_text(encoding="utf-8"))))
    wanted = {(one.rule.id, each.urn.rsplit("::", 1)[-1]) for one in answer.broken for each in one.violations}
    assert told == wanted, ran.out + ran.err
    assert {("iam-wildcard", "all"), ("open-security-group", "open"), ("public-bucket", "plain")} <= told
    assert ("plain-secret", "told") in told
    assert ("plain-secret", "sealed") not in told, "the engine marks it, and the pack keeps the mark"
    assert ran.code != 0
