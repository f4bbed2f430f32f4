"""Every block of code in the documents works: stack files are accepted, data is read, commands find their files."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pytest
import yaml

from infra.problems import ConfigError
from infra.settings import load, read_stack_file
from infra.settings.reading.defaults import merged
from ops.answers.gate.reading import rule_ids
from ops.answers.right_size.sizing import read_metrics
from ops.answers.shards.schema import read_schema
from ops.cli import app
from ops.exits import INTERRUPTED, UNKNOWN
from policies.gate import read_waivers
from sandbox.seed import read_seed
from tests.support.configs import DIGEST
from tests.support.paths import ROOT
from tests.support.stack import settings

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/*/README.md")])
FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
STEP = re.compile(r"^~~~.*?^~~~$", re.DOTALL | re.MULTILINE)
"""A step of docs/add-a-part.md, which `test_recipe.py` executes."""
PROGRAMS = frozenset(
    (
        *("./bbp", ".venv/bin/python", "aws", "docker", "git", "kubectl", "node", "npm", "pip", "pre-commit", "psql"),
        *(
            "pulumi",
            "uv",
            "curl",
            "helm",
            "openssl",
            "cd",
            "export",
            "for",
            "do",
            "done",
            "if",
            "then",
            "fi",
            "diff",
            "valkey-cli",
            "createdb",
            "echo",
        ),
    )
)
"""What a documented command may begin with."""
MADE = re.compile(r"(?:--plan-out|--out|>)\s*(\S+)")
"""Files and folders that a documented command makes."""
READ = re.compile(r"(?:--plan|--metrics|--bills|--traces|--config|--clients)[ =]([\w./-]+\.\w+)")
"""Files that a documented command reads."""


@dataclass(frozen=True)
class Block:
    """One block of code."""

    path: Path
    number: int
    language: str
    text: str

    def __str__(self) -> str:
        """For the test's name."""
        return f"{self.path.relative_to(ROOT)}-{self.number}-{self.language or 'text'}"


def blocks(*languages: str) -> list[Block]:
    found = []
    for path in DOCUMENTS:
        for number, match in enumerate(FENCED.finditer(STEP.sub("", path.read_text(encoding="utf-8"))), 1):
            text = "".join(line.removeprefix(match[1]) for line in match[3].splitlines(keepends=True))
            found.append(Block(path, number, match[2], text))
    return [block for block in found if not languages or block.language in languages]


def lines(block: Block) -> list[str]:
    """The commands of a block, continued lines joined."""
    joined = block.text.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.strip().startswith("#")]


def accepted(config: dict[str, object]) -> list[str]:
    """The phases in which the checked-in production stack takes these keys."""
    base = dict(read_stack_file(ROOT / "Pulumi.prod.yaml"))
    changes = {key.removeprefix("bailbondpro:"): value for key, value in config.items()}
    found = []
    for phase in ("optimization", "horizontal", "microservices"):
        try:
            load(merged({**base, "phase": phase}, changes))
        except ConfigError:
            continue
        found.append(phase)
    return found


def test_every_block_says_what_it_is() -> None:
    assert {block.language for block in blocks()} <= {"sh", "yaml", "markdown", ""}
    assert len(blocks("sh", "yaml")) > 15


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_a_documented_stack_file_is_accepted_and_documented_data_is_read(block: Block, tmp_path: Path) -> None:
    # What stands in angle brackets is the reader's: a digest or a repository.
    text = block.text.replace("<repository>@sha256:<digest>", DIGEST).replace("<digest>", "ab" * 32)
    document = yaml.safe_load(text)
    if isinstance(document, list):
        seed = tmp_path / "sandbox.seed.yaml"
        seed.write_text(text)
        assert len(read_seed(seed)) == len(document)
        return
    if "config" in document:
        assert accepted(document["config"]), text
        return
    if "tables" in document:
        (tmp_path / "shards.yaml").write_text(text, encoding="utf-8")
        assert read_schema(tmp_path / "shards.yaml").tables
        return
    if "waivers" in document:
        assert read_waivers(document, rule_ids(), date(2026, 12, 1)).problems == ()
        return
    file = tmp_path / "metrics.yaml"
    file.write_text(text)
    assert read_metrics(file, settings("prod", "microservices"))


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_a_documented_command_is_one_that_a_shell_and_its_reader_know(block: Block) -> None:
    shell = shutil.which("sh")
    assert shell is not None
    parsed = subprocess.run([shell, "-n"], input=block.text, capture_output=True, text=True, check=False)
    assert parsed.returncode == 0, parsed.stderr
    first = [shlex.split(line, comments=True)[0] for line in lines(block)]
    unknown = [word for word in first if word not in PROGRAMS and not re.match(r"\w+=", word)]
    assert unknown == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_that_a_documented_command_reads_exists_or_the_document_says_how_it_is_made(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    made = {name.strip("`,.") for name in MADE.findall(text)}
    wanted = set(READ.findall(text))
    assert [name for name in sorted(wanted) if name not in made and not (ROOT / name).exists()] == []


def test_the_exit_codes_of_the_readme_are_those_of_the_help() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Exit codes")[1].split("\n## ")[0]
    codes = re.findall(r"^\| (\d+) \|", table, re.MULTILINE)
    assert codes == ["0", "1", "2", "3", str(INTERRUPTED)]
    assert str(UNKNOWN) in codes
    epilog = app.info.epilog
    assert isinstance(epilog, str)
    assert re.findall(r"(?:: |; )(\d+) ", epilog) == codes
