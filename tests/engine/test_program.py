"""`./bbp rehearse --program`: somebody's program, without a stack file, on the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.cli import Cli

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

import helper


class Shouting(ResourceProvider):
    def create(self, props):
        return CreateResult("id-1", {**props, "loud": props["quiet"].upper()})


class Shout(Resource):
    loud: pulumi.Output[str]

    def __init__(self, name, quiet):
        super().__init__(Shouting(), name, {"quiet": quiet, "loud": None})


config = pulumi.Config()
pulumi.export("loud", Shout("shout", config.get("quiet") or "hello").loud)
if config.get_bool("fails"):
    pulumi.Output.from_input({}).apply(helper.first)
"""
HELPER = "def first(values):\n    return values['nothing']\n"


def test_dynamic_resources_run_and_a_failure_in_an_apply_shows_its_author_s_line(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.mkdir()
    (program / "Pulumi.yaml").write_text("name: acme\nruntime: python\n")
    (program / "__main__.py").write_text(PROGRAM)
    (program / "helper.py").write_text(HELPER)
    cli = Cli(tmp_path / "sandbox")
    ran = cli.run("rehearse", "--program", str(program), "--json")
    assert ran.code == 0, ran.err
    assert ran.document["outputs"] == {"loud": "HELLO"}
    assert "Pulumi.dev.yaml: the configuration is empty" in ran.err
    failed = cli.run("rehearse", "--program", str(program), "--config-value", "fails=true", "--preview")
    assert failed.code == 1
    assert "the program failed: KeyError: 'nothing'" in failed.err
    assert f"in {program}/helper.py, line 2, in first" in failed.err
    assert "return values['nothing']" in failed.err
    assert sorted(path.name for path in program.rglob("*")) == ["Pulumi.yaml", "__main__.py", "helper.py"]
