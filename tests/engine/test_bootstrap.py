"""The bootstrap on the real engine: made, and nothing left to do, in two regions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from plan import load_plan
from tests.support.cli import Cli
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from plan import Plan


def granted(plan: Plan, stack: str) -> dict[str, dict[str, Any]]:
    """Policies of a stack's roles, and its boundary, in a plan of the bootstrap: by name, without the state's."""
    start = f"bailbondpro-{stack}-"
    found = {str(item.inputs["name"]): item for item in plan.of_type("aws:iam/policy:Policy")}
    own = {name.removeprefix(start): item for name, item in found.items() if name.startswith(start)}
    return {name: json.loads(str(item.inputs["policy"])) for name, item in own.items() if not name.endswith("-state")}


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_an_account_is_prepared_and_the_second_preview_is_empty(region: str, tmp_path: Path) -> None:
    cli, plan = Cli(tmp_path / "sandbox"), tmp_path / "plan.json"
    ran = cli.run(
        *("rehearse", "account", "--program", "bootstrap", "--config-value", f"aws:region={region}", "--json"),
        *("--plan-out", str(plan)),
    )
    assert ran.code == 0, ran.err
    for stack in ("dev", "prod") if region == "us-east-1" else ():
        shown = cli.run("bootstrap", "policies", stack, "--json").document
        roles = {f"{kind}-{name}": text for kind in ("deploy", "preview") for name, text in shown[kind].items()}
        assert granted(load_plan(plan), stack) == {**roles, "boundary": shown["boundary"]}
    assert ran.document["second_preview_changes"] == 0
    outputs = ran.document["outputs"]
    assert outputs["backend"].endswith(f"?region={region}")
    assert outputs["imageRepository"] == f"000000000000.dkr.ecr.{region}.amazonaws.com/bailbondpro"
    assert set(outputs["stacks"]) == {"dev", "prod"}
    assert outputs["stacks"]["dev"]["secretsProvider"] == f"awskms://alias/bailbondpro-dev-state?region={region}"
    other = {"us-east-1": "eu-central-1", "eu-central-1": "us-east-1"}[region]
    assert other not in json.dumps(outputs)


def test_an_account_that_has_githubs_provider_already_keeps_it(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.account.yaml"
    text = (ROOT / "bootstrap" / "Pulumi.account.yaml").read_text(encoding="utf-8")
    repository = "    repository: acme/bailbondpro"
    assert repository in text
    file.write_text(text.replace(repository, f"    existingProvider: true\n{repository}"), encoding="utf-8")
    plan = tmp_path / "plan.json"
    ran = Cli(tmp_path / "sandbox").run(
        *("rehearse", "account", "--program", "bootstrap", "--preview", "--config", str(file), "--plan-out", str(plan))
    )
    assert ran.code == 0, ran.err
    text = plan.read_text(encoding="utf-8")
    assert "aws:iam/role:Role" in text
    assert "openIdConnectProvider:" not in text
