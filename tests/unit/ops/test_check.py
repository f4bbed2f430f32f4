from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
import yaml
from typer.testing import CliRunner

from components.postgres.rds_authorities import rds_authorities
from infra.problems import ConfigError
from infra.wiring.names import names_of
from ops.answers.check import notices_of
from ops.answers.init.compose import Wanted, new_stack
from ops.cli import app
from ops.inputs.stack_file import CheckResult, check
from ops.views.check import section
from tests.support.configs import ENVIRONMENTS, PHASES
from tests.support.paths import ROOT
from tests.support.told import told

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = sorted((ROOT / "tests" / "data" / "broken_configs").glob("*.yaml"))


def _expected(path: Path) -> set[tuple[str, str]]:
    lines = path.read_text("utf-8").splitlines()
    pairs = (line.removeprefix("# expect: ").split(" ", 1) for line in lines if line.startswith("# expect: "))
    return {(rule, place) for rule, place in pairs}


def _found(result: CheckResult) -> set[tuple[str, str]]:
    file_names = {str(result.file): result.file.name}
    return {(problem.rule, file_names.get(problem.path, problem.path)) for problem in result.problems}


def test_a_file_of_waivers_is_checked_before_a_gate_needs_it(tmp_path: Path) -> None:
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text("waivers:\n- {rule: cost}\n- {expires: 20261224}\n", "utf-8")
    ran = CliRunner().invoke(app, ["check", "dev", "--waivers", str(waivers)])
    assert ran.exit_code == 1
    assert "entry 1: needs a text for urn, owner, reason, expires" in ran.stderr
    assert "entry 2: needs a text" in ran.stderr
    urn = "urn:pulumi:old::bailbondpro::aws:rds/instance:Instance::primary"
    entry = f"rule: cost, urn: '{urn}', owner: eve@example.com, reason: its rows are elsewhere, expires: 2001-02-03"
    waivers.write_text(f"waivers:\n- {{{entry}}}\n", "utf-8")
    ran = CliRunner().invoke(app, ["check", "dev", "--waivers", str(waivers)])
    assert ran.exit_code == 0
    assert "waivers, entry 1: cost of primary ended on 2001-02-03" in " ".join(ran.stderr.split())
    ran = CliRunner().invoke(app, ["check", "dev", "--json", "--waivers", str(waivers)])
    assert json.loads(ran.stdout)["waivers"] == [
        "waivers, entry 1: cost of primary ended on 2001-02-03 (eve@example.com)"
    ]
    waivers.write_text("waivers: []\n", "utf-8")
    assert CliRunner().invoke(app, ["check", "dev", "--waivers", str(waivers)]).exit_code == 0


def test_an_end_that_nobody_will_look_at_again_is_noticed(tmp_path: Path) -> None:
    accepted = '{objective: response, value: 250, reason: "it is rewritten this spring", until: 2999-12-31}'
    file = tmp_path / "Pulumi.dev.yaml"
    text = (ROOT / "Pulumi.dev.yaml").read_text("utf-8")
    file.write_text(f"{text}\n  bailbondpro:objectives:\n    accepted:\n    - {accepted}\n", "utf-8")
    settings = check("dev", file).settings_or_raise()
    (noticed,) = [one for one in notices_of(settings, date(2026, 12, 1)) if "until" in one]
    assert noticed.startswith("bailbondpro:objectives.accepted[0].until: 2999-12-31 is more than a year ahead")
    assert [one for one in notices_of(settings, date(2999, 1, 1)) if "until" in one] == []


def test_there_are_many_broken_configurations() -> None:
    assert len(BROKEN) >= 20


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_configuration_reports_all_of_its_problems_and_no_other(path: Path) -> None:
    result = check("broken", path)
    assert _found(result) == _expected(path)
    assert result.exit_code == 1


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_every_problem_says_what_was_found_what_is_allowed_and_how_to_fix_it(path: Path) -> None:
    text = told(section(check("broken", path)))
    for number, problem in enumerate(check("broken", path).problems, start=1):
        assert f"{number:>3}. {problem.path}" in text
        for part in (problem.value, problem.allowed, problem.fix, problem.rule):
            assert part
            assert part in text


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_no_report_repeats_a_secret(path: Path) -> None:
    result = check("broken", path)
    assert "hunter2" not in told(section(result)) + json.dumps(result.as_json())


def test_the_json_document_has_the_five_fields_of_every_problem() -> None:
    document = check("broken", ROOT / "tests" / "data" / "broken_configs" / "wrong_types.yaml").as_json()
    assert list(document) == ["problems"]
    assert all(list(entry) == ["path", "rule", "value", "allowed", "fix"] for entry in document["problems"])
    assert len(document["problems"]) == 5


@pytest.mark.parametrize("stack", ENVIRONMENTS)
@pytest.mark.parametrize("phase", [None, *PHASES])
def test_the_checked_in_stacks_are_valid_in_every_phase(stack: str, phase: str | None) -> None:
    result = check(stack, None, phase)
    assert result.problems == ()
    assert result.exit_code == 0
    assert result.settings_or_raise().environment.short == stack
    assert f"Pulumi.{stack}.yaml is valid" in told(section(result))
    assert "nodes-hold-pods: fits by arithmetic, not drilled" in told(section(result))
    assert result.as_json() == {"problems": []}


def test_the_phase_can_be_tried_without_changing_the_file() -> None:
    assert check("prod", None, "microservices").settings_or_raise().postgres.shards.count == 4
    assert check("prod").settings_or_raise().phase == "horizontal"


def test_an_unknown_phase_is_a_problem_like_any_other() -> None:
    (problem,) = check("dev", None, "microservice").problems
    assert (problem.path, problem.fix) == ("bailbondpro:phase", "write `microservices`")


def test_an_unknown_stack_names_the_stacks_there_are() -> None:
    (problem,) = check("production").problems
    assert problem.rule == "file"
    assert "Pulumi.dev.yaml, Pulumi.prod.yaml" in problem.fix


def test_a_full_stack_name_finds_the_same_file() -> None:
    assert check("organization/bailbondpro/dev").settings_or_raise().environment.short == "dev"


def test_problems_come_with_the_line_of_their_key() -> None:
    path = ROOT / "tests" / "data" / "broken_configs" / "misspelt_key.yaml"
    line = 1 + next(i for i, text in enumerate(path.read_text("utf-8").splitlines()) if "instanceClas:" in text)
    assert f"bailbondpro:postgres.instanceClas (line {line})" in told(section(check("broken", path)))


def test_settings_of_a_broken_file_raise_with_every_problem() -> None:
    result = check("broken", ROOT / "tests" / "data" / "broken_configs" / "numbers_out_of_range.yaml")
    with pytest.raises(ConfigError) as caught:
        result.settings_or_raise()
    assert caught.value.problems == result.problems


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"\xff\xfe", b"config:\n  - a\n", b"%YAML 9\n---\n", b"--- a\n--- b\n"]
)
def test_no_content_of_a_file_ends_in_a_traceback(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "Pulumi.odd.yaml"
    path.write_bytes(content)
    assert check("odd", path).exit_code == 1


def test_a_file_without_read_permission_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.locked.yaml"
    path.write_text("config: {}\n", "utf-8")
    path.chmod(0)
    try:
        if os.access(path, os.R_OK):  # root reads everything, so the rule is met by a folder instead
            path.unlink()
            path.mkdir()
        assert check("locked", path).problems[0].rule == "file"
    finally:
        path.chmod(0o700)


@pytest.mark.parametrize(
    "stack",
    ["", "..", ".", "dev/", "a b", "dev\nx", "-" * 101, "d\u00e9v", "Dev", "a_b", "a.b", "2nd", "a--b", "a-", "a" * 31],
)
def test_a_name_that_the_engine_or_aws_would_refuse_is_a_problem_before_any_file_is_read(stack: str) -> None:
    [problem] = check(stack).problems
    assert problem.rule == "stack-name"


@pytest.mark.parametrize(
    ("stack", "better"), [("Staging", "staging"), ("pre_prod", "pre-prod"), ("2-eu--west-", "eu-west-2"), ("1y", "y-1")]
)
def test_a_stack_name_that_is_nearly_right_comes_with_the_right_one(stack: str, better: str) -> None:
    [problem] = check(stack).problems
    assert f"`{better}`" in problem.fix


def stack_file(folder: Path, name: str, **cdn: object) -> Path:
    """A valid stack file beside others: development's, with changes of its CDN."""
    document = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text("utf-8"))
    document["config"]["bailbondpro:cdn"] |= cdn
    path = folder / f"Pulumi.{name}.yaml"
    path.write_text(yaml.safe_dump(document), "utf-8")
    return path


def test_a_third_stack_is_checked_under_its_own_name(tmp_path: Path) -> None:
    found = check("staging", stack_file(tmp_path, "staging")).settings_or_raise()
    assert (found.stack, found.environment.short) == ("staging", "dev")
    assert names_of(found).prefix == "bailbondpro-staging"


def test_names_of_the_checked_in_stacks_are_what_they_were() -> None:
    found = [names_of(check(stack).settings_or_raise()) for stack in ENVIRONMENTS]
    assert [names.prefix for names in found] == ["bailbondpro-dev", "bailbondpro-prod"]
    assert [names.shard_map_path for names in found] == ["/bailbondpro/dev/db/shards", "/bailbondpro/prod/db/shards"]


def test_two_stacks_of_a_zone_that_would_both_own_its_rules_or_a_host_are_told_apart(tmp_path: Path) -> None:
    stack_file(tmp_path, "dev")
    problems = check("staging", stack_file(tmp_path, "staging")).problems
    assert {problem.rule for problem in problems} == {"zone-has-one-owner", "host-has-one-stack"}
    assert all("dev" in problem.allowed for problem in problems)
    hosts = {
        "app": "staging.bailbondpro.dev",
        **{key: f"staging-{key.lower()}.bailbondpro.dev" for key in ("api", "cdn", "cdnBackup", "images", "assets")},
    }
    assert check("staging", stack_file(tmp_path, "staging", manageRulesets=False, hosts=hosts)).problems == ()
    assert check("staging", stack_file(tmp_path, "staging", zoneId="0" * 31 + "5")).problems == ()


def test_a_zone_answers_for_one_domain(tmp_path: Path) -> None:
    stack_file(tmp_path, "dev")
    file = stack_file(tmp_path, "staging", manageRulesets=False)
    file.write_text(file.read_text("utf-8").replace("domain: bailbondpro.dev", "domain: x.com"), "utf-8")
    found = [problem for problem in check("staging", file).problems if problem.rule == "zone-has-one-domain"]
    assert [problem.path for problem in found] == ["bailbondpro:cdn.zoneId"]
    assert "bailbondpro.dev" in found[0].allowed
    file.write_text(file.read_text("utf-8").replace("domain: x.com", "domain: standby.bailbondpro.dev"), "utf-8")
    assert not [problem for problem in check("staging", file).problems if problem.rule == "zone-has-one-domain"]


def test_a_new_stack_of_another_domain_wants_a_zone_of_its_own(tmp_path: Path) -> None:
    stack_file(tmp_path, "dev")
    wanted, out = Wanted(domain="x.com"), tmp_path / "Pulumi.staging.yaml"
    found = new_stack("staging", wanted, like="dev", out=out)
    [problem] = [each for each in found.problems if each.rule == "zone-has-one-domain"]
    assert problem.fix.endswith("(--zone-id)")
    assert not out.exists()
    assert new_stack("staging", replace(wanted, zone_id="0" * 31 + "5"), like="dev", out=out).problems == ()


@pytest.mark.parametrize(
    ("name", "better"), [("1a", "a-1"), ("dev-preview", "new-dev"), ("Dev_EU", "new-dev-eu"), ("all", "all-stack")]
)
def test_a_name_that_is_suggested_for_a_new_stack_is_free(tmp_path: Path, name: str, better: str) -> None:
    stack_file(tmp_path, "dev")
    [problem] = new_stack(name, Wanted(), out=tmp_path / f"Pulumi.{name}.yaml").problems
    assert f"`{better}`" in problem.fix
    wanted = Wanted(zone_id="0" * 31 + "5")
    assert new_stack(better, wanted, like="dev", out=tmp_path / f"Pulumi.{better}.yaml").problems == ()


def test_a_broken_stack_beside_does_not_hide_a_valid_one(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text("config: [", "utf-8")
    (tmp_path / "Pulumi.Old.yaml").write_text("config: {}", "utf-8")
    assert check("staging", stack_file(tmp_path, "staging")).problems == ()


def test_a_full_stack_name_means_its_last_part() -> None:
    assert check("organization/bailbondpro/dev").stack == "dev"
    assert check("someone/dev").problems == ()


@pytest.mark.parametrize("stack", ["../dev", "organization/other/dev", "./dev", "a/b/c/dev"])
def test_a_path_or_another_projects_stack_is_not_taken_for_the_one_at_its_end(stack: str) -> None:
    assert [problem.rule for problem in check(stack).problems] == ["stack-name"]


def test_a_name_that_no_stack_may_have_is_said_of_its_file() -> None:
    assert check("Prod").file.name == "Pulumi.Prod.yaml"


def test_a_valid_file_says_what_its_cloudflare_plan_leaves_to_others_and_which_values_are_examples() -> None:
    plan, examples = notices_of(check("dev").settings)
    assert "one rate limit" in plan
    assert 'plan "pro"' in plan
    refused = examples.partition("`pulumi up` refuses: ")[2].partition("; ")[0].split(", ")
    assert refused[:3] == ["app.image", "aws.allowedAccountIds[0]", "aws.permissionsBoundaryArn"]
    assert "cluster.adminPrincipalArns[0]" in refused
    [examples] = notices_of(check("prod").settings)
    assert "app.image, aws.allowedAccountIds[0]" in examples


def test_a_region_without_a_database_authority_is_named_with_all_that_have_one_and_the_table_that_lists_them(
    tmp_path: Path,
) -> None:
    file = tmp_path / "Pulumi.north.yaml"
    written = (ROOT / "Pulumi.dev.yaml").read_text("utf-8").replace("us-east-1", "ca-west-1")
    file.write_text(written, "utf-8")
    (problem,) = check("north", file).problems
    assert problem.path.startswith("aws:region")
    assert problem.value == '"ca-west-1"'
    regions = set(re.findall(r"[a-z]+-[a-z]+-\d", problem.allowed))
    assert regions == set(rds_authorities().by_region)
    (table,) = re.findall(r"\S+\.json", problem.fix)
    assert set(json.loads((ROOT / table).read_text("utf-8"))["authorities"]) == regions


def test_checking_needs_neither_the_working_directory_nor_a_network(tmp_path: Path) -> None:
    code = "from ops.inputs.stack_file import check; print(check('dev').exit_code)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "0\n"
