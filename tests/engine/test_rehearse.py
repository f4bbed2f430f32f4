"""The rehearsal as people run it: the real engine, the unmodified program, a simulated cloud."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from plan import SYSTEMS, load_plan
from plan.permissions import needs_of
from policies.stateful import STATEFUL
from sandbox.cloud import Cloud
from sandbox.engine import find_or_build
from sandbox.session import Session
from sandbox.workspace import SandboxWorkspace
from tests.support.cli import Cli, Ran
from tests.support.configs import smallest_raw
from tests.support.engine_paths import ways
from tests.support.paths import ROOT
from tests.support.plans import stack_plan

INSTANCE = "aws:rds/instance:Instance"


# How production comes up phase after phase, the journey tests see.
PHASE = "microservices"


MOST_WAYS = 200_000_000
"""About three minutes of the engine's for one step that fails (our choice of 2026-11-30: not more than before databases
had users of their own, which was 215 million)."""
MOST_WAYS_OF_PROTECTED = 1_000_000
"""About a second of a destroy that is refused (our choice of 2026-11-30)."""


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cli, Ran]:
    cli = Cli(tmp_path_factory.mktemp("prod"))
    return cli, cli.run("rehearse", "prod", "--phase", PHASE, "--plan-out", str(cli.sandbox / "plan.json"))


def test_production_comes_up_and_its_second_preview_is_empty(prod: tuple[Cli, Ran]) -> None:
    _, ran = prod
    assert ran.code == 0, ran.err
    assert "Second preview: empty." in ran.out


def test_every_system_of_the_guide_is_in_the_table(prod: tuple[Cli, Ran]) -> None:
    _, ran = prod
    assert [system.title for system in SYSTEMS if system.title not in ran.out] == []


def test_microservices_runs_one_primary_three_replicas_and_four_shards(prod: tuple[Cli, Ran]) -> None:
    plan = load_plan(prod[0].sandbox / "plan.json")
    instances = plan.of_type(INSTANCE)
    assert len(instances) == 8
    assert sum("replicateSourceDb" in item.inputs for item in instances) == 3
    assert sum(item.system == "shards" for item in instances) == 4
    (group,) = plan.of_type("aws:elasticache/replicationGroup:ReplicationGroup")
    assert group.inputs["numNodeGroups"] == 3


def test_a_written_plan_holds_the_inputs_of_every_resource(prod: tuple[Cli, Ran]) -> None:
    plan = load_plan(prod[0].sandbox / "plan.json")
    assert plan.counts()["create"] == len(plan) > 200
    assert [item.urn for item in plan if item.custom and not item.inputs] == []


def test_the_engines_plan_needs_the_same_permissions_as_the_plan_under_mocks(prod: tuple[Cli, Ran]) -> None:
    """What a preview does not know yet (trust policies, ARNs) must not take a right away from the deploying role."""
    engine, mocks = load_plan(prod[0].sandbox / "plan.json"), stack_plan("prod", PHASE)
    assert needs_of([engine]) == needs_of([mocks])


def test_what_fails_does_not_keep_the_engine_busy(prod: tuple[Cli, Ran]) -> None:
    found = ways(prod[0].sandbox / "plan.json")
    assert 1 < found.protected < MOST_WAYS_OF_PROTECTED
    assert found.protected < found.most < MOST_WAYS


LEAST_TELLING = 16
"""Letters of a secret's line that stand nowhere by chance."""


def secrets_of(cli: Cli, stack: str) -> set[str]:
    """The lines of the generated passwords and private keys, decrypted with the sandbox's own passphrase."""
    workspace = SandboxWorkspace(ROOT, stack)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BBP_SANDBOX_DIR", str(cli.sandbox))
        with Session(find_or_build(print), workspace) as session:
            exported = session.command.run(
                ["stack", "export", "--show-secrets", "--stack", stack], str(workspace.project), {}
            )
    found, public = set(), ""
    for item in json.loads(exported.stdout)["deployment"]["resources"]:
        outputs = item.get("outputs", {})
        for name in ("result", "privateKeyPem"):
            if item["type"].startswith(("random:", "tls:")) and name in outputs:
                found.add(_plain(outputs[name]))
        if item["type"].startswith("tls:"):
            public += _plain(outputs.get("publicKeyPem", ""))
    # An elliptic key ends with its public point, which its public key repeats (RFC 5915).
    return {line for secret in found for line in secret.splitlines() if line not in public}


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return str(json.loads(value["plaintext"]))
    return str(value)


def test_no_secret_stands_in_plain_text_anywhere(prod: tuple[Cli, Ran]) -> None:
    cli, ran = prod
    # The last line of a key may be two letters long, which stand anywhere.
    secrets = {line for line in secrets_of(cli, "prod") if "-----" not in line and len(line) >= LEAST_TELLING}
    assert len(secrets) >= 8
    texts = {"output": ran.out + ran.err}
    for path in cli.sandbox.rglob("*"):
        if path.is_file():
            texts[str(path)] = path.read_text(encoding="utf-8", errors="replace")
    leaks = [where for where, text in texts.items() for secret in secrets if secret in text]
    assert leaks == []


def test_destroying_production_leaves_everything_load_bearing_alive(prod: tuple[Cli, Ran]) -> None:
    cli, ran = prod
    assert ran.code == 0
    before = {(item.token, item.id) for item in Cloud(cli.sandbox / "prod" / "cloud.jsonl").all()}
    ran = cli.run("destroy", "prod")
    assert ran.code == 1
    assert "protected" in ran.err
    after = {(item.token, item.id) for item in Cloud(cli.sandbox / "prod" / "cloud.jsonl").all()}
    may_go = {"random:index/randomPassword:RandomPassword"}
    lost = {token for token, _ in before - after if token in STATEFUL} - may_go
    assert lost == set()


def test_a_broken_configuration_leaves_the_sandbox_untouched(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "sandbox")
    broken = tmp_path / "Pulumi.broken.yaml"
    broken.write_text("config:\n  bailbondpro:environment: dev\n  bailbondpro:phaze: x\n")
    ran = cli.run("rehearse", "dev", "--config", str(broken))
    assert ran.code == 1
    assert "bailbondpro:phaze" in ran.err
    assert "Traceback" not in ran.out + ran.err
    assert not (cli.sandbox / "dev").exists()


def _wait_for_lock(cli: Cli) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if list((cli.sandbox / "dev" / "backend").rglob("locks/**/*.json")):
            return
        time.sleep(0.05)
    raise AssertionError("the engine never took its lock")


def test_a_rehearsal_whose_engine_is_killed_that_fails_is_interrupted_and_is_killed_goes_on_each_time(
    tmp_path: Path,
) -> None:
    cli = Cli(tmp_path)
    file = tmp_path / "Pulumi.smallest.yaml"
    settings = {f"bailbondpro:{key}": value for key, value in smallest_raw().items() if key != "region"}
    file.write_text(yaml.safe_dump({"config": {"aws:region": "us-east-1", **settings}}))
    dev = ("rehearse", "dev", "--config", str(file))

    killed = cli.start(*dev)
    journal = tmp_path / "dev" / "cloud.jsonl"
    deadline = time.monotonic() + 120
    while not (journal.exists() and journal.read_bytes().count(b"\n") >= 40) and time.monotonic() < deadline:
        time.sleep(0.02)
    subprocess.run(["pkill", "-KILL", "-P", str(killed.pid)], check=False)
    _, err = killed.communicate(timeout=60)
    assert killed.returncode == 1
    assert "the engine was killed by signal 9" in err

    failed = cli.run(*dev, "--fault", "create:aws:rds/instance:Instance:primary")
    assert failed.code == 1
    assert "objects that it had made and not written down are forgotten" in failed.err
    assert "injected fault: create of aws:rds/instance:Instance postgres-primary failed" in failed.err
    assert "Traceback" not in failed.out + failed.err

    interrupted = cli.start(*dev, "--fault", f"slow:{INSTANCE}:primary:3")
    _wait_for_lock(cli)
    interrupted.send_signal(signal.SIGINT)
    out, err = interrupted.communicate(timeout=120)
    assert interrupted.returncode == 130, out + err
    assert "Run the same command again to go on" in err
    assert "Traceback" not in out + err

    gone = cli.start(*dev, "--fault", f"slow:{INSTANCE}:primary:30")
    _wait_for_lock(cli)
    subprocess.run(["pkill", "-KILL", "-P", str(gone.pid)], check=False)
    gone.kill()
    gone.communicate(timeout=60)

    nothing = ("--fault", "create:aws:rds/instance:Instance:primry")
    last = cli.run(*dev, "--json", *nothing)
    if last.code != 0:
        assert "--fresh" in last.err
        last = cli.run(*dev, "--fresh", "--json", *nothing)
    assert last.code == 0, last.err
    assert last.document["second_preview_changes"] == 0
    assert "struck nothing" in last.err, "a fault that matches nothing is reported"


def test_the_shell_points_a_plain_cli_at_the_sandbox_and_nowhere_else(tmp_path: Path) -> None:
    cli = Cli(tmp_path)
    started = cli.run("rehearse", "shell", "dev")
    try:
        assert started.code == 0, started.err
        for variable in ("PULUMI_BACKEND_URL", "PULUMI_HOME", "PULUMI_DEBUG_PROVIDERS"):
            assert f"export {variable}=" in started.out
        assert f"file://{tmp_path}" in started.out
    finally:
        stopped = cli.run("rehearse", "shell", "dev", "--stop")
    assert "stopped the providers of dev" in stopped.err
