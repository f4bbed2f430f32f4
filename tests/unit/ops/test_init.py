"""`./bbp init`: a file that `./bbp check` takes, never over another one, never with another stack's history."""

from __future__ import annotations

import errno
import json
import threading
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
import typer
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from infra.problems import Problem
from infra.settings import read_stack_source
from infra.settings.reading.stack_name import RESERVED
from ops.answers.init import compose as init
from ops.answers.init.compose import OWN_HISTORY, NewStack, Wanted, new_stack
from ops.answers.init.text import StackDumper
from ops.cli import app
from ops.inputs.stack_file import ROOT, CheckResult, check
from ops.views.init import section
from tests.support.leaves import leaves
from tests.support.told import told

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT = "210987654321"
FULL = Wanted(
    domain="example.net",
    account=ACCOUNT,
    zone_id="7" * 31 + "f",
    cloudflare_account="9" * 31 + "d",
    cloudflare_plan="free",
)
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/bailbondpro@sha256:{'ab' * 31}cd"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the checked-in stack files."""
    for name in ("dev", "prod"):
        file = f"Pulumi.{name}.yaml"
        (tmp_path / file).write_text((ROOT / file).read_text("utf-8"), "utf-8")
    return tmp_path


def config(found: NewStack) -> dict[str, Any]:
    """The keys of a composed file without their namespace."""
    document = yaml.safe_load(found.content)["config"]
    return {key.removeprefix("bailbondpro:"): value for key, value in document.items()}


def made(
    folder: Path, wanted: Wanted, stack: str = "staging", like: str | None = None, *, write: bool = True
) -> NewStack:
    """What became of a stack's file in a folder."""
    return new_stack(stack, wanted, like=like, out=folder / f"Pulumi.{stack}.yaml", write=write)


def changed(folder: Path, stack: str, changes: Mapping[str, Any]) -> None:
    """Writes keys of a stack's file anew."""
    file = folder / f"Pulumi.{stack}.yaml"
    document = yaml.safe_load(file.read_text("utf-8"))
    document["config"] |= changes
    file.write_text(yaml.safe_dump(document), "utf-8")


@pytest.mark.parametrize("environment", ["development", "production", "dev", "prod"])
@pytest.mark.parametrize("phase", ["optimization", "horizontal", "microservices"])
def test_a_new_file_is_valid_in_every_class_and_phase(folder: Path, environment: str, phase: str) -> None:
    wanted = replace(FULL, environment=environment, phase=phase, image=IMAGE, cluster_aware=True)
    found = made(folder, wanted)
    assert (found.problems, found.written) == ((), True)
    assert found.file.read_text("utf-8") == found.content
    settings = check("staging", found.file).settings_or_raise()
    assert settings.environment == {"dev": "development", "prod": "production"}.get(environment, environment)
    assert (settings.phase, settings.stack) == (phase, "staging")


def test_the_file_of_another_stack_is_begun_with_but_what_is_its_own_is_not(folder: Path) -> None:
    found = made(folder, Wanted(), like="prod")
    new = check("staging", found.file).settings_or_raise()
    old = check("prod", folder / "Pulumi.prod.yaml").settings_or_raise()
    assert new.redis.client_is_cluster_aware
    assert new.cluster.admin_principal_arns == ("arn:aws:iam::123456789012:role/bailbondpro-staging-deploy",)
    assert str(new.aws.permissions_boundary_arn).endswith("policy/bailbondpro-staging-boundary")
    assert not ip_network(new.network.vpc_cidr).overlaps(ip_network(old.network.vpc_cidr))
    assert not new.cdn.manage_rulesets
    assert set(new.cdn.hosts.model_dump().values()).isdisjoint(old.cdn.hosts.model_dump().values())
    assert new.cdn.hosts.app == "staging.bailbondpro.com"


def test_a_zone_of_its_own_keeps_the_hosts_and_the_rules(folder: Path) -> None:
    new = check("eu", made(folder, FULL, "eu", like="prod").file).settings_or_raise()
    assert new.cdn.manage_rulesets
    assert new.cdn.hosts.app == "example.net"


def test_history_and_encrypted_values_of_another_stack_are_left_out_and_named(folder: Path) -> None:
    changed(
        folder,
        "prod",
        {
            "bailbondpro:phase": "microservices",
            "bailbondpro:allowShrink": True,
            "bailbondpro:postgres": {"placement": "shards", "shards": {"count": 4, "placedOn": 4, "mapVersion": 2}},
            "bailbondpro:gateway": {"certificateGeneration": 2},
        },
    )
    found = made(folder, Wanted(), like="prod")
    assert found.problems == ()
    assert config(found)["postgres"] == {"shards": {"count": 4}}
    assert "gateway" not in config(found)
    assert set(found.left_out) >= {"allowShrink", "postgres.placement", "postgres.shards.mapVersion"}
    assert "postgres.shards.placedOn" in told(section(found))


def test_every_key_that_says_what_a_stack_has_been_through_is_left_out() -> None:
    words = "generation retired placement placed moving returned restored upgrading undivided mapversion shrink"
    words += " nodereleaseversion imports"
    known = {leaf.path for leaf in leaves()}
    for path in known:
        if any(word in path.lower() for word in words.split()):
            assert any(path == own or path.startswith(f"{own}.") for own in OWN_HISTORY), path
    assert all(any(path == own or path.startswith(f"{own}.") for path in known) for own in OWN_HISTORY)


def test_no_file_is_written_over_and_none_is_left_behind(folder: Path) -> None:
    before = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    [problem] = made(folder, FULL, "prod").problems
    assert problem.rule == "stack-exists"
    assert made(folder, Wanted()).problems != ()
    assert made(folder, FULL, write=False).written is False
    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == before


def test_a_file_that_comes_meanwhile_stays_as_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = check
    theirs = folder / "Pulumi.staging.yaml"

    def slow(stack: str, file: Path | None = None) -> CheckResult:
        if file is not None and file.name.startswith(".init-"):
            theirs.write_text("theirs", "utf-8")
        return real(stack, file)

    monkeypatch.setattr(init, "check", slow)
    found = made(folder, FULL)
    assert [problem.rule for problem in found.problems] == ["stack-exists"]
    assert theirs.read_text("utf-8") == "theirs"


def test_of_two_at_the_same_time_one_writes(folder: Path) -> None:
    found: list[NewStack] = []
    threads = [threading.Thread(target=lambda: found.append(made(folder, FULL))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.written for one in found) == [False, False, False, True]


def test_all_that_is_missing_or_wrong_is_said_at_once_with_the_option_that_gave_it(folder: Path) -> None:
    wanted = Wanted(environment="production", account="12", domain="Not A Domain", zone_id="x", vpc_cidr="10.0.0.0")
    found = made(folder, wanted)
    fixes = {problem.path: problem.fix for problem in found.problems}
    assert fixes["bailbondpro:aws.allowedAccountIds[0]"].endswith("(--account)")
    assert fixes["bailbondpro:domain"].endswith("(--domain)")
    assert fixes["bailbondpro:cdn.zoneId"].endswith("(--zone-id)")
    assert fixes["bailbondpro:network.vpcCidr"].endswith("(--vpc-cidr)")
    assert not found.file.exists()
    assert ".init-" not in told(section(found))


MISNAMED = (
    *(
        "Staging",
        "a--b",
        "",
        "-x",
        "-rf",
        "--help",
        "x" * 31,
        "x" * 200,
        "../-",
        "ä",
        "a b",
        "x\n",
        "\0",
        "x.yaml",
        "*",
    ),
    *("../x", ".", "..", "/", "x/", "/etc/x", "a/../b", "./x", "a//b", "a/b/c/d", "organization/other/x"),
    *("staging-preview", "all", "null", "true", "yes"),
    *("account", "bootstrap", "organization", "organization/bailbondpro/account"),
)


@pytest.mark.parametrize("name", MISNAMED)
def test_a_name_that_no_stack_may_have_is_refused_first(folder: Path, name: str) -> None:
    found = new_stack(name, FULL, out=folder / "Pulumi.other.yaml")
    assert [problem.rule for problem in found.problems] == ["stack-name"]
    assert not (folder / "Pulumi.other.yaml").exists()
    begun = new_stack("other", FULL, like=name, out=folder / "Pulumi.other.yaml")
    assert [problem.rule for problem in begun.problems] == ["stack-name"]


def test_a_path_is_no_name_of_a_stack_and_the_sentence_says_so(folder: Path) -> None:
    [problem] = new_stack("../x", FULL, out=folder / "Pulumi.other.yaml").problems
    assert "this is a path" in problem.allowed
    [problem] = new_stack("organization/other/x", FULL, out=folder / "Pulumi.other.yaml").problems
    assert "of the project other" in problem.allowed


def test_a_stack_to_begin_with_may_be_named_in_full(folder: Path) -> None:
    assert made(folder, FULL, like="organization/bailbondpro/prod").problems == ()


def test_a_name_that_differs_by_capital_letters_alone_is_that_of_the_other_file(folder: Path) -> None:
    (folder / "Pulumi.Staging.yaml").write_text("config: {}\n", "utf-8")
    [problem] = made(folder, FULL).problems
    assert (problem.rule, problem.value) == ("stack-exists", "Pulumi.Staging.yaml")
    assert not (folder / "Pulumi.staging.yaml").is_file()


def test_a_name_of_another_account_s_bootstrap_is_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.answers.init.taken.ROOT", folder)
    (folder / "bootstrap").mkdir()
    (folder / "bootstrap" / "Pulumi.staging.yaml").write_text("config: {}\n", "utf-8")
    [problem] = made(folder, FULL).problems
    assert "bootstrap/Pulumi.staging.yaml is an account's" in problem.allowed


def test_every_stack_of_the_checked_in_bootstrap_has_a_reserved_name() -> None:
    files = [path.name.split(".")[1] for path in (ROOT / "bootstrap").glob("Pulumi.*.yaml")]
    assert files
    assert set(files) <= set(RESERVED)


@pytest.mark.parametrize(("name", "beside"), [("prod-eu", "prod"), ("prod", "prod-eu")])
def test_of_two_stacks_of_one_account_neither_name_begins_with_the_other(
    tmp_path: Path, name: str, beside: str
) -> None:
    assert new_stack(beside, FULL, out=tmp_path / f"Pulumi.{beside}.yaml").written
    [problem] = new_stack(name, FULL, out=tmp_path / f"Pulumi.{name}.yaml").problems
    assert problem.rule == "stacks-apart"
    assert "`bailbondpro-prod-*`" in problem.allowed
    elsewhere = replace(FULL, account="222233334444", vpc_cidr="10.9.0.0/16")
    assert new_stack(name, elsewhere, out=tmp_path / f"Pulumi.{name}.yaml").problems == ()


def test_a_stack_to_begin_with_that_is_missing_or_broken_is_named(folder: Path) -> None:
    assert "Pulumi.nowhere.yaml" in told(section(made(folder, FULL, like="nowhere")))
    (folder / "Pulumi.prod.yaml").write_text("config: [", "utf-8")
    assert made(folder, FULL, like="prod").problems != ()


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    for like in (None, "prod"):
        [problem] = made(tmp_path / "nowhere", FULL, like=like).problems
        assert problem.path == "--out"


def test_a_folder_that_takes_no_links_ends_with_one_message(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: str, target: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(target))

    monkeypatch.setattr("ops.answers.init.compose.os.link", refused)
    target = folder / "Pulumi.staging.yaml"
    words = ["init", "staging", "--like", "prod", "--out", str(target)]
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True)
    assert "Operation not permitted" in " ".join(result.output.split())
    assert not list(folder.glob(".init-*"))


@given(value=st.from_regex(r"[-+.]?[0-9a-fxoe.]{1,14}", fullmatch=True))
def test_a_text_of_digits_is_read_back_as_the_text_that_it_is(value: str) -> None:
    text = yaml.dump({"config": {"bailbondpro:x": value}}, Dumper=StackDumper)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "Pulumi.x.yaml"
        file.write_text(text, "utf-8")
        assert read_stack_source(file).raw["x"] == value


def test_the_command_prints_one_document_and_the_steps_that_follow(folder: Path) -> None:
    file = folder / "Pulumi.staging.yaml"
    options = ["init", "staging", "--domain", "example.net", "--account", ACCOUNT, "--out", str(file), "--json"]
    ran = CliRunner().invoke(app, options)
    document = json.loads(ran.stdout)
    assert (ran.exit_code, document["written"], document["problems"]) == (0, True, [])
    assert document["next"][-1] == "pulumi up -s staging"
    again = CliRunner().invoke(app, options)
    assert again.exit_code == 1
    assert json.loads(again.stdout)["problems"][0]["rule"] == "stack-exists"


def test_at_a_terminal_what_is_missing_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ops.commands import init as command

    asked: list[str] = []

    def answer(question: str, default: str | None = None, **_: object) -> str:
        asked.append(question)
        given = {"Domain": "example.net", "AWS account": ACCOUNT, "Environment": "production", "Image": IMAGE}
        given |= {"Cloudflare zone": "7" * 31 + "f", "Cloudflare account": "9" * 31 + "d"}
        return next((text for word, text in given.items() if question.startswith(word)), default or "")

    monkeypatch.setattr(typer, "prompt", answer)
    wanted = command._asked(Wanted(region="eu-west-1"))
    assert made(folder, wanted).problems == ()
    assert wanted.region == "eu-west-1"
    assert not any(question.startswith("AWS region") for question in asked)
    assert any(question.startswith("Image") for question in asked)


def test_problems_are_of_the_kind_that_every_command_prints(folder: Path) -> None:
    assert all(isinstance(problem, Problem) for problem in made(folder, Wanted()).problems)


def test_the_order_of_a_merge_is_said_and_how_production_waits_for_a_stack_of_its_class(folder: Path) -> None:
    wanted = replace(FULL, environment="production", image=IMAGE)
    found = made(folder, wanted)
    assert found.order == ("dev", "prod", "staging")
    assert "A merge deploys dev -> prod -> staging." in told(section(found))
    assert "`bailbondpro:deployAfter: [dev, staging]` in Pulumi.prod.yaml" in found.next_steps[1]
    changed(folder, "prod", {"bailbondpro:deployAfter": ["dev", "staging"]})
    (folder / "Pulumi.staging.yaml").rename(folder / "Pulumi.staging.kept")
    later = made(folder, wanted, write=False)
    assert later.problems == ()


def test_a_stack_of_development_comes_before_production_by_itself(folder: Path) -> None:
    found = made(folder, FULL)
    assert (found.order, found.waiting) == (("dev", "staging", "prod"), ())
