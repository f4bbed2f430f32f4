"""Where output goes and what happens when it cannot go there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

UNKNOWN_HOST = ("cdn", "explain", "prod", "https://b\u00e4il.example/")
EXPLAIN = ("cdn", "explain", "prod", "https://bailbondpro.com/")


def _ops(
    *arguments: str, stdout: int = subprocess.PIPE, closed: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ops", *arguments]
    if closed:
        command = ["sh", "-c", 'exec "$@" >&-', "sh", *command]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", [("check", "prod"), (*EXPLAIN, "--json")], ids=["text", "json"])
def test_a_full_disk_is_one_line_and_no_traceback(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = _ops(*arguments, stdout=full.fileno())
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "the output: No space left on device" in done.stderr


def test_a_closed_output_is_no_error() -> None:
    done = _ops(*EXPLAIN, "--json", closed=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_without_the_characters_gets_escapes(tmp_path: Path) -> None:
    stack = tmp_path / "Pulumi.prod.yaml"
    text = (ROOT / "Pulumi.prod.yaml").read_text("utf-8")
    stack.write_text(text.replace("domain: bailbondpro.com", "domain: b\u00e4il.com"), "utf-8")
    arguments = ("check", "prod", "--config", str(stack))
    done = _ops(*arguments, PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "b\\xe4il.com" in done.stdout
    document = json.loads(_ops(*arguments, "--json", PYTHONIOENCODING="ascii").stdout)
    assert document["problems"][0]["value"] == '"b\u00e4il.com"'


def test_a_code_between_colons_is_text_and_no_picture(tmp_path: Path) -> None:
    stack = tmp_path / "Pulumi.prod.yaml"
    text = (ROOT / "Pulumi.prod.yaml").read_text("utf-8")
    stack.write_text(text.replace("domain: bailbondpro.com", "domain: arn:aws:id:x"), "utf-8")
    assert "arn:aws:id:x" in _ops("check", "prod", "--config", str(stack)).stdout


def test_a_list_that_is_no_text_is_named() -> None:
    done = _ops("cdn", "audit", "prod", "--urls", sys.executable)
    assert done.returncode == 1
    assert f"error: {sys.executable} is no UTF-8 text" in done.stderr
    assert "Traceback" not in done.stderr
