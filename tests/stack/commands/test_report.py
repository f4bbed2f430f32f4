"""The report of the checked-in stacks: its answers are those of the commands that it gathers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml
from typer.testing import CliRunner

from infra.limits.connections import pool_sizes
from infra.quotas import quota_needs
from ops.answers.availability import judged
from ops.answers.cost import priced
from ops.answers.journey import Journey, JourneyStep
from ops.answers.limits import limits_used
from ops.answers.measured.month import Source, measured
from ops.answers.policies import PolicyCheck, policy_checks
from ops.answers.report import ReportOptions, rehearsed
from ops.cli import app
from ops.document.html import page
from ops.document.markdown import comment
from ops.inputs.stack_file import check
from ops.rehearsal.planned import Planned
from ops.views.chapters.limits import verdict as limits_verdict
from ops.views.report import document, write
from plan import Plan
from plan.tokens import PARAMETER_GROUP
from policies.stateful import losses
from tests.support.cli import Cli
from tests.support.page import stack_report
from tests.support.paths import ROOT
from tests.support.plans import edited, stack_plan
from tests.support.plans import planned as planned_resource
from tests.support.stack import COMBINATIONS, settings

if TYPE_CHECKING:
    from pathlib import Path

INSTANCE = "aws:rds/instance:Instance"
JOURNEY = Journey("prod", ())


def checked(journey: Journey | None) -> tuple[PolicyCheck, ...]:
    """The policies of prod in the second phase, after a journey."""
    wanted, plan = settings("prod", "horizontal"), stack_plan("prod", "horizontal")
    subject = Planned(plan, wanted, "prod")
    return policy_checks(wanted, plan, priced(subject), judged(subject), journey)


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_every_stack_has_a_report_and_no_policy_fails(environment: str, phase: str) -> None:
    report = stack_report(environment, phase)
    assert report.failed == []
    assert report.safe
    assert len(comment(document(report))) < 65_536


def test_the_answers_are_those_of_the_commands() -> None:
    report = stack_report("prod", "microservices")
    subject = Planned(stack_plan("prod", "microservices"), settings("prod", "microservices"), "prod")
    answers = {verdict.section: verdict for verdict in document(report).verdicts}
    assert answers["cost"].answer == f"{priced(subject).cost.total.known_usd:,.0f} USD a month"
    assert answers["availability"].answer == "no single point of failure"
    assert judged(subject, report.drill).found.ok
    assert report.ok


def test_the_same_findings_give_the_same_files() -> None:
    report = stack_report("prod", "horizontal")
    turned = replace(report, planned=replace(report.planned, plan=Plan(tuple(reversed(report.planned.plan.resources)))))
    assert page(document(report)) == page(document(turned))
    assert comment(document(report)) == comment(document(turned))


def test_both_files_are_written_in_one_step(tmp_path: Path) -> None:
    files = write(document(stack_report("dev", "optimization")), tmp_path / "new")
    assert [path.name for path in files] == ["index.html", "report.md"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["index.html", "report.md"]


def test_a_primary_without_a_standby_fails_the_report_and_is_named_in_it() -> None:
    cut = edited(stack_plan("prod", "horizontal"), INSTANCE, "postgres-primary", multiAz=False)
    subject = Planned(cut, settings("prod", "horizontal"), "prod")
    found = policy_checks(settings("prod", "horizontal"), cut, priced(subject), judged(subject), JOURNEY)
    failed = [check for check in found if check.state == "failed"]
    assert [check.title for check in failed] == [
        "No single point of failure",
        "99.9 % uptime is promised, or less is accepted with a reason",
    ]
    assert "postgres-primary" in failed[0].detail
    report = replace(stack_report("prod", "horizontal"), availability=judged(subject), policies=found)
    assert f"{failed[0].detail}</td>" in page(document(report))
    assert not report.ok


def test_an_unprotected_database_fails_in_production_only() -> None:
    for environment, state in (("prod", "failed"), ("dev", "note")):
        wanted = settings(environment, "horizontal")
        plan = stack_plan(environment, "horizontal")
        bare = Plan(tuple(replace(item, protect=item.protect and item.name != "postgres-primary") for item in plan))
        subject = Planned(bare, wanted, environment)
        checks = policy_checks(wanted, bare, priced(subject), judged(subject), JOURNEY)
        assert {check.title: check.state for check in checks}[
            "Production protects what holds data, in Pulumi and in AWS"
        ] == state


def test_a_database_on_the_internet_fails_a_policy_everywhere_and_an_unknown_address_leaves_it_open() -> None:
    title = "No database, cache or search engine is reachable from the internet"
    rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    for environment in ("prod", "dev"):
        wanted, plan = settings(environment, "horizontal"), stack_plan(environment, "horizontal")
        subject = Planned(plan, wanted, environment)
        for state, changed in (
            ("failed", edited(plan, INSTANCE, "postgres-primary", publiclyAccessible=True)),
            ("unknown", edited(plan, rule, "postgres-ingress-0", cidrIpv4="not known yet")),
            ("ok", plan),
        ):
            checks = policy_checks(wanted, changed, priced(subject), judged(subject), None)
            (found,) = [check for check in checks if check.title == title]
            assert found.state == state
            assert state == "ok" or found.detail.startswith("postgres-")


def test_a_database_in_the_clear_fails_a_policy_and_is_named() -> None:
    wanted = settings("dev", "horizontal")
    plan = edited(stack_plan("dev", "horizontal"), INSTANCE, "postgres-primary", storageEncrypted=False)
    subject = Planned(plan, wanted, "dev")
    checks = policy_checks(wanted, plan, priced(subject), judged(subject), None)
    (found,) = [check for check in checks if check.title == "What keeps data is encrypted at rest"]
    assert (found.state, found.detail) == ("failed", "not: postgres-primary (storageEncrypted)")


def test_a_database_that_would_be_replaced_fails_a_policy() -> None:
    plan = stack_plan("prod", "horizontal")
    hit = tuple(replace(item, op="replace") if item.name == "postgres-primary" else item for item in plan)
    checks = checked(Journey("prod", (JourneyStep("optimization", "horizontal", hit, losses=tuple(losses(hit))),)))
    (failed,) = [check for check in checks if check.state == "failed"]
    assert "postgres-primary" in failed.detail


def test_parameters_that_no_order_of_restarts_can_change_fail_a_policy() -> None:
    def group(connections: int, workers: int) -> dict[str, object]:
        numbers = {"max_connections": connections, "max_worker_processes": workers}
        return {
            "parameters": [{"name": n, "value": str(v), "applyMethod": "pending-reboot"} for n, v in numbers.items()]
        }

    change = planned_resource(PARAMETER_GROUP, "postgres-parameters", **group(300, 4))
    change = replace(change, op="update", old_inputs=group(200, 8))
    checks = checked(Journey("prod", (JourneyStep("optimization", "horizontal", (change,)),)))
    assert [check.title for check in checks if check.state == "failed"] == ["Databases can restart in a safe order"]


def test_without_a_journey_no_policy_claims_what_only_a_journey_shows() -> None:
    unknown = [check.title for check in checked(None) if "not rehearsed" in check.detail]
    assert len(unknown) == 2
    assert all(check.state == "note" for check in checked(None) if check.title in unknown)


def test_a_journey_that_was_not_rehearsed_or_is_not_safe_is_said_so() -> None:
    report = stack_report("prod", "horizontal")
    left_out = replace(report, journey=None, why_no_journey="it was left out")
    assert "Not rehearsed: it was left out" in page(document(left_out))
    assert left_out.safe
    assert report.journey is not None
    step = replace(report.journey.steps[0], refused=("the database would be lost",))
    unsafe = replace(report, journey=Journey("prod", (step,)))
    assert not unsafe.safe
    assert "the database would be lost" in page(document(unsafe))


def test_limits_are_the_numbers_that_the_rules_count_with() -> None:
    wanted = settings("prod", "microservices")
    uses = {use.title: use for use in limits_used(wanted, stack_plan("prod", "microservices"))}
    primary = uses["connections to the primary"]
    assert primary.used == pool_sizes(wanted).primary * (wanted.postgres.pooler.replicas + 1) == 183
    assert (primary.limit, primary.state) == (185, "solved")
    assert uses["nodes of the cache"].used == 9
    assert uses["storage of postgres-primary, today"].used == 300
    assert {use.title.split(" (")[0] for use in uses.values() if use.area == "account"} == {
        need.name for need in quota_needs(wanted)
    }
    assert [use.title for use in uses.values() if use.share > 1 and use.area != "account"] == []


def test_without_a_pooler_the_pods_own_pools_count() -> None:
    wanted = settings("prod", "optimization")
    uses = {use.title: use for use in limits_used(wanted, stack_plan("prod", "optimization"))}
    primary = uses["connections to the primary"]
    assert primary.used == (6 + wanted.app.max_surge) * wanted.postgres.client_pools.primary
    assert primary.state != "solved"
    assert "connections to each shard" not in uses


def test_a_name_counts_with_its_longest() -> None:
    plan = edited(
        stack_plan("prod", "horizontal"), "aws:rds/instance:Instance", "postgres-replica-2", identifier="x" * 60
    )
    uses = [use for use in limits_used(settings("prod", "horizontal"), plan) if use.area == "names"]
    (longest,) = [use for use in uses if "RDS identifier" in use.title]
    assert (longest.used, longest.limit, longest.state) == (60, 63, "near")


def test_the_summary_names_the_limit_that_load_reaches_first_or_any_that_is_over() -> None:
    uses = list(limits_used(settings("prod", "microservices"), stack_plan("prod", "microservices")))
    assert limits_verdict(uses).answer == "50% of storage of postgres-primary, today"
    name = next(use for use in uses if use.area == "names")
    told = limits_verdict([*uses, replace(name, used=name.limit + 1, title="name of something")])
    assert told.answer.endswith("of name of something")
    assert told.state == "bad"


@pytest.mark.parametrize(("change", "code"), [("nothing", 0), ("policy", 1), ("journey", 2)])
def test_the_exit_code_says_what_is_wrong_and_the_files_are_there_in_any_case(
    change: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = stack_report("dev", "optimization")
    if change == "policy":
        found = replace(found, policies=(PolicyCheck(title="Something holds", state="failed", detail="no"),))
    elif change == "journey":
        assert found.journey is not None
        step = replace(found.journey.steps[0], refused=("no",))
        found = replace(found, journey=Journey("dev", (step,)))
    monkeypatch.setattr("ops.answers.report.report", lambda _: found)
    ran = CliRunner().invoke(app, ["report", "dev", "--out", str(tmp_path), "--json"])
    assert ran.exit_code == code
    assert json.loads(ran.stdout)["ok"] is (code == 0)
    assert (tmp_path / "index.html").exists()


def test_a_stack_that_is_not_valid_in_an_earlier_phase_has_no_journey_and_says_which_key(
    tmp_path: Path,
) -> None:
    document = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())
    document["config"]["bailbondpro:phase"] = "microservices"
    document["config"]["bailbondpro:pools"] = {"spot": {"minSize": 6, "desiredSize": 6}}
    config = tmp_path / "Pulumi.prod.yaml"
    config.write_text(yaml.safe_dump(document))
    wanted = check("prod", config, "microservices").settings_or_raise()
    found, why_not = rehearsed(ReportOptions("prod", None, config), wanted)
    assert found is None
    assert "bailbondpro:pools.spot" in why_not


def test_a_report_without_measurements_says_so_and_one_with_them_holds_them_to_the_objectives(tmp_path: Path) -> None:
    report = stack_report("prod", "horizontal")
    assert "Nothing was measured" in comment(document(report))
    file = tmp_path / "month.yaml"
    file.write_text("requests: [1000, 1000]\nfailed: [0, 9]\nslow: [10, 10]\ncpu_percent: [40, 90]\n")
    found = measured(settings("prod", "horizontal"), Source(file=file))
    with_them = replace(report, measured=found)
    assert not with_them.ok
    assert [one.name for one in found.missed] == ["errors"]
    text = comment(document(with_them))
    assert "0.45 % of 2,000 requests failed" in text
    assert "Performance monitoring report" in text


@pytest.mark.parametrize(("environment", "passes"), [("prod", False), ("dev", True)])
def test_what_was_measured_and_not_judged_fails_in_production(tmp_path: Path, environment: str, passes: bool) -> None:
    file = tmp_path / "month.yaml"
    file.write_text("requests: [1000, 1000]\nslow: [10, 10]\n")
    report = replace(stack_report(environment, "horizontal"), policies=())
    found = replace(report, measured=measured(settings(environment, "horizontal"), Source(file=file)))
    assert report.ok
    assert [one.name for one in found.measured.unjudged] == ["errors"]
    assert found.ok is passes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pets: [1]\n", "must hold some of requests, failed, slow"),
        ("requests: many\n", "requests must be a list of numbers"),
        ("requests: [-1]\n", "requests must be a list of numbers"),
        ("requests: [.nan]\n", "requests must be a list of numbers"),
        ("requests: [1, 2]\nfailed: [1]\n", "of the same intervals"),
        ("requests: [", "neither YAML nor JSON"),
    ],
)
def test_what_is_no_measurement_is_told_before_anything_is_rehearsed(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "month.yaml"
    file.write_text(text)
    ran = Cli(tmp_path).run("report", "prod", "--out", str(tmp_path / "out"), "--measured", str(file))
    assert ran.code == 2
    assert says in " ".join(ran.err.replace("│", " ").split())
    assert not (tmp_path / "out").exists()
