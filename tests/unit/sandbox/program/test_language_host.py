"""The language host of the shell: what the engine asks of it besides running the program."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2

from sandbox.program import language_program
from sandbox.program.environment import MAKE
from sandbox.program.language_host import LanguageHost
from sandbox.program.language_program import NO_SDK, REPORTED
from tests.support.paths import ROOT

CONTEXT: Any = None
INTO = "install what the program needs into this environment: "


def test_nothing_is_downloaded_and_nothing_installed() -> None:
    host = LanguageHost("127.0.0.1:1")
    assert list(host.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(), CONTEXT).packages) == []
    assert list(host.GetProgramDependencies(language_pb2.GetProgramDependenciesRequest(), CONTEXT).dependencies) == []
    assert [item.stdout for item in host.InstallDependencies(language_pb2.InstallDependenciesRequest(), CONTEXT)] != []
    assert host.About(language_pb2.AboutRequest(), CONTEXT).executable == sys.executable
    assert host.GetPluginInfo(empty_pb2.Empty(), CONTEXT).version == ""
    assert list(host.RuntimeOptionsPrompts(language_pb2.RuntimeOptionsRequest(), CONTEXT).prompts) == []


@pytest.mark.parametrize(
    ("code", "error", "bail"),
    [
        (0, "", False),
        (REPORTED, "", True),
        (9, "the program exited with code 9", False),
        (NO_SDK, f"{sys.executable} has no package pulumi\n  fix: {INTO}{MAKE}", False),
    ],
)
def test_how_the_program_ended_is_told_to_the_engine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int, error: str, bail: bool
) -> None:
    told: dict[str, Any] = {}

    class Ended(subprocess.Popen[bytes]):
        def __init__(self, _command: list[str], **options: Any) -> None:  # noqa: ANN401 - of Popen
            told.update(options["env"])
            super().__init__([sys.executable, "-c", f"import sys; sys.stdin.read(); sys.exit({code})"], stdin=-1)

    monkeypatch.setattr("sandbox.program.language_host.subprocess.Popen", Ended)
    host = LanguageHost("")
    host.Handshake(language_pb2.LanguageHandshakeRequest(engine_address="127.0.0.1:7"), CONTEXT)
    assert host.engine == "127.0.0.1:7"
    request = language_pb2.RunRequest(config={"a:b": "1"}, configSecretKeys=["a:b"], pwd=str(tmp_path))
    answer = host.Run(request, CONTEXT)
    assert (answer.error, answer.bail) == (error, bail)
    assert told["PULUMI_CONFIG"] == '{"a:b": "1"}'
    assert told["PULUMI_CONFIG_SECRET_KEYS"] == '["a:b"]'  # noqa: S105 - a list of keys


def test_a_program_runs_in_the_virtual_environment_that_its_project_names(tmp_path: Path) -> None:
    info = language_pb2.ProgramInfo(root_directory=str(tmp_path), program_directory=str(tmp_path))
    info.options.update({"virtualenv": "venv"})
    answer = LanguageHost("").Run(language_pb2.RunRequest(info=info), CONTEXT)
    assert answer.error.splitlines() == [
        f"the virtual environment of the program has no {tmp_path}/venv/bin/python",
        f"  fix: make it and install what the program needs: {MAKE}",
    ]


def test_what_runs_the_program_imports_nothing_of_this_project() -> None:
    source = Path(language_program.__file__).read_text(encoding="utf-8")
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert {ast.unparse(node).split()[1].partition(".")[0] for node in nodes} <= {*sys.stdlib_module_names, "pulumi"}


def test_a_plugin_runs_from_its_folder_and_what_it_says_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("import os, sys; print(sys.argv[1], os.environ['GREETING']); sys.exit(3)\n")
    info = language_pb2.ProgramInfo(root_directory=str(tmp_path), program_directory=str(tmp_path))
    request = language_pb2.RunPluginRequest(info=info, args=["127.0.0.1:7"], env=["GREETING=a=b"], pwd=str(tmp_path))

    class Call:
        stopped: tuple[Any, ...] = ()

        def add_callback(self, stop: object) -> None:
            self.stopped = (stop,)

    call: Any = Call()
    said = list(LanguageHost("").RunPlugin(request, call))
    assert [item.stdout for item in said[:-1]] == [b"127.0.0.1:7 a=b\n"]
    assert said[-1].exitcode == 3
    assert call.stopped


def test_an_environment_without_pulumi_is_told_by_its_exit_code() -> None:
    answer = subprocess.run([sys.executable, "-I", "-S", language_program.__file__], input=b"{}", check=False)
    assert answer.returncode == NO_SDK


FAILING = """
import pulumi, sys
from sandbox.program import language_program as host

async def run_in_stack(program):
    program()

pulumi.runtime.run_in_stack, pulumi.runtime.configure = run_in_stack, lambda settings: None
pulumi.log.error = lambda text: print(text)
raise SystemExit(host.main())
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "def f():\n    raise ValueError('two\\nlines')\nf()\n",
            (
                "failed: ValueError: two\nlines\n  in {program}, line 2, in f\n      raise ValueError('two\\nlines')\n"
                "  called from {program}, line 3"
            ),
        ),
        ("def (\n", "SyntaxError: invalid syntax\n  in {program}, line 1\n      def ("),
        ("import json\njson.loads('x')\n", "in {program}, line 2\n      json.loads('x')"),
        ("import sys\nsys.exit('set FOO')\n", "the program ended: set FOO"),
    ],
)
def test_a_program_that_fails_is_told_with_its_own_line_and_every_word(tmp_path: Path, text: str, said: str) -> None:
    program = tmp_path / "__main__.py"
    program.write_text(text)
    told = dict.fromkeys(language_program.ARGUMENTS, "") | {"config": {}, "secrets": [], "parallel": 1}
    answer = subprocess.run(
        [sys.executable, "-c", FAILING],
        input=json.dumps({**told, "dry_run": True, "program": str(tmp_path)}),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert answer.returncode == REPORTED, answer.stderr
    assert said.format(program=program) in answer.stdout
