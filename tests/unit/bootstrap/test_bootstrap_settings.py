from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bailbondpro.facts.regions import partition_of
from bootstrap.needs import NeedsError, read_needs, write_needs
from bootstrap.settings import PROJECT, load, load_file, sample_values
from bootstrap.wiring import account_args
from infra.problems import ConfigError
from plan.permissions import Needs
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from infra.problems import Problem

OWN: dict[str, object] = {
    "accountId": "210987654321",
    "github": {"repository": "bail/platform"},
    "stacks": [{"name": "dev"}, {"name": "prod", "regions": ["us-east-1", "us-west-2"], "boundary": False}],
}


def values(**changes: object) -> dict[str, str]:
    """A configuration as the engine hands it to the program."""
    own = {**OWN, **changes}
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in own.items()}
    return {"aws:region": "us-east-1", **{f"{PROJECT}:{key}": text for key, text in texts.items()}}


def refused(**changes: object) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load(values(**changes))
    return caught.value.problems


def test_settings_are_typed_and_a_stacks_region_is_the_accounts_unless_it_says_another() -> None:
    found = load(values(protect=False))
    assert found.account_id == "210987654321"
    assert not found.protect
    assert not found.github.existing_provider
    assert [found.regions_of(stack) for stack in found.stacks] == [("us-east-1",), ("us-east-1", "us-west-2")]
    assert [stack.boundary for stack in found.stacks] == [True, False]


def test_everything_that_is_wrong_is_said_at_once_under_the_keys_of_its_own_file() -> None:
    found = refused(accountId="12", github={"repository": "acme"}, stack=[], stacks=[{"name": "Prod"}])
    assert {problem.path.removeprefix(f"{PROJECT}:") for problem in found} == {
        *("accountId", "github.repository", "stack", "stacks[0].name")
    }
    assert "did you mean `bailbondpro-bootstrap:stacks`?" in {problem.fix for problem in found}


def test_two_stacks_whose_names_begin_alike_are_refused() -> None:
    (found,) = refused(stacks=[{"name": "dev-2"}, {"name": "dev"}])
    assert found.path == f"{PROJECT}:stacks[1].name"
    assert "`bailbondpro-dev-*`, which dev-2 would be, too" in found.allowed
    (twice,) = refused(stacks=[{"name": "dev"}, {"name": "dev"}])
    assert twice.fix == "remove the second"
    assert len(load(values(stacks=[{"name": "dev"}, {"name": "develop"}])).stacks) == 2


def test_the_values_of_the_checked_in_file_are_samples_and_somebodys_own_are_none() -> None:
    assert sample_values(load(values())) == ()
    found = sample_values(load_file(ROOT / "bootstrap" / "Pulumi.account.yaml"))
    assert [problem.path for problem in found] == [f"{PROJECT}:accountId", f"{PROJECT}:github.repository"]


def test_the_program_refuses_samples_outside_of_a_rehearsal() -> None:
    code = """
import json, os, yaml
config = yaml.safe_load(open("bootstrap/Pulumi.account.yaml"))["config"]
texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
os.environ["PULUMI_CONFIG"] = json.dumps(texts)
from pulumi.runtime import settings
settings.configure(settings.Settings(project="bailbondpro-bootstrap", stack="account"))
import bootstrap.__main__
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert f"{PROJECT}:accountId" in done.stderr
    assert "sample-value" in done.stderr


def test_a_stack_of_which_nobody_knows_the_plan_is_refused_with_the_command_that_writes_it(tmp_path: Path) -> None:
    with pytest.raises(NeedsError, match=r"\./bbp bootstrap policies dev --write"):
        account_args(load(values()), tmp_path)
    needs = Needs(types=("aws:ec2/vpc:Vpc",), names={}, services=())
    for stack in ("dev", "prod"):
        write_needs(stack, replace(needs, services=(f"{stack}.example",)), tmp_path)
    args = account_args(load(values()), tmp_path)
    assert [stack.needs for stack in args.stacks] == [read_needs(name, tmp_path) for name in ("dev", "prod")]
    assert [stack.bounded for stack in args.stacks] == [True, False]
    assert (args.partition, args.region, args.protect) == ("aws", "us-east-1", True)


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_a_region_has_its_partition(region: str, partition: str) -> None:
    assert partition_of(region) == partition


@pytest.mark.parametrize(("images", "wrong"), [("bailbondpro-prod", 1), ("bailbondpro-prod-x", 1), ("bailbondpro", 0)])
def test_the_account_s_images_have_no_stack_s_name(images: str, wrong: int) -> None:
    """A stack's roles may do everything with `bailbondpro-<stack>` and what follows, its own images among it."""
    if wrong:
        [problem] = refused(stacks=[{"name": "prod"}], images={"name": images})
        assert (problem.path, problem.rule) == (f"{PROJECT}:images.name", "stacks-apart")
    else:
        assert load(values(stacks=[{"name": "prod"}], images={"name": images})).images.name == images


def test_a_stack_named_like_the_environment_of_anothers_previews_is_refused() -> None:
    """Any branch runs in `prod-preview`: it could take the role that deploys a stack of this name."""
    [problem] = refused(stacks=[{"name": "staging-preview"}])
    assert (problem.path, problem.rule) == (f"{PROJECT}:stacks[0].name", "stack-name")
