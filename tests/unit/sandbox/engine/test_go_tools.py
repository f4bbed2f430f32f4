"""Programs and files from the Go module proxy: pinned, built once, and refused when they are not what was pinned."""

from __future__ import annotations

import base64
import json
import re
import stat
from typing import TYPE_CHECKING

import pytest

from sandbox.engine.find import VERSION as ENGINE_VERSION
from sandbox.engine.find import find_or_build
from sandbox.engine.go import TOOLS, GoError, GoTool, Program, find_go, install
from sandbox.kubernetes import tools as kube_tools
from sandbox.kubernetes.tools import TOOL, definitions, signing_key

if TYPE_CHECKING:
    from pathlib import Path


def silent(_: str) -> None:
    """Progress that nobody reads."""


TINY = GoTool(
    title="tiny 1", folder="kubernetes", programs=(Program(name="tiny", package="example.com/tiny"),), takes="1 s"
)


BUILDS = """while [ $# -gt 1 ]; do
    [ "$1" = -o ] && echo "#!/bin/sh" > "$2" && chmod +x "$2"
    shift
done
exit 0"""
"""A build whose program says nothing and ends well."""


def fake_go(folder: Path, script: str) -> None:
    """A `go` on PATH that answers its version and otherwise runs a script."""
    folder.mkdir(exist_ok=True)
    command = folder / "go"
    command.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo "go version go9.9.9 linux/amd64" && exit 0\n{script}\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BBP_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path


def test_a_program_is_built_once_and_then_taken_from_the_cache(tools: Path) -> None:
    fake_go(tools / "bin", BUILDS)
    said: list[str] = []
    path = install(TINY, "1", said.append)["tiny"]
    assert path.read_text() == "#!/bin/sh\n"
    assert any("building tiny 1" in line for line in said)
    fake_go(tools / "bin", "exit 1")
    again: list[str] = []
    assert install(TINY, "1", again.append)["tiny"] == path
    assert again == []


@pytest.mark.parametrize("content", [b"", b"\x7fELF half of a program", b"#!/bin/sh\nkill -SEGV $$\n"])
def test_a_program_that_does_not_run_is_built_anew_and_said_to_be(tools: Path, content: bytes) -> None:
    fake_go(tools / "bin", BUILDS)
    path = install(TINY, "1", silent)["tiny"]
    path.write_bytes(content)
    said: list[str] = []
    assert install(TINY, "1", said.append)["tiny"].read_text() == "#!/bin/sh\n"
    assert any(line.startswith(f"{path} ") and line.endswith(": it is built anew") for line in said)
    assert not any("another run" in line for line in said)


def test_a_program_is_not_built_anew_because_of_a_clock_that_somebody_set(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_go(tools / "bin", BUILDS)
    path = install(TINY, "1", silent)["tiny"]
    path.write_text('#!/bin/sh\n[ -z "$BBP_CLOCK_PACE" ]\n')
    monkeypatch.setenv("BBP_CLOCK_PACE", "nonsense")
    said: list[str] = []
    assert install(TINY, "1", said.append)["tiny"] == path
    assert said == []


def test_a_program_that_does_not_run_even_when_it_is_new_is_explained(tools: Path) -> None:
    fake_go(tools / "bin", BUILDS.replace("#!/bin/sh", "#!/bin/sh\nexit 7"))
    with pytest.raises(GoError, match=r"tiny 1 was built and does not run here: .*/tiny exits 7"):
        install(TINY, "1", silent)


def test_half_an_engine_in_the_cache_is_built_anew(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BBP_OFFICIAL_INSTALLER", "off")
    fake_go(tools / "bin", BUILDS.replace('"#!/bin/sh"', f'"#!/bin/sh\necho v{ENGINE_VERSION}"'))
    command = tools / "cache" / "engine" / ENGINE_VERSION / "bin" / "pulumi"
    command.parent.mkdir(parents=True)
    command.write_bytes(b"\x7fELF half of an engine")
    command.chmod(0o755)
    found = find_or_build(silent)
    assert (found.source, found.version) == ("built with Go", ENGINE_VERSION)
    assert [item.result for item in found.tried if item.where == "cache"] == [f"{command} does not run"]


@pytest.mark.parametrize("content", ["", "[", "[1]", "{}", "[" * 100_000])
def test_damaged_definitions_in_the_cache_are_fetched_again(
    tools: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setattr(kube_tools, "_downloaded", lambda *_: iter([{"kind": "CustomResourceDefinition"}]))
    fake_go(tools / "bin", "exit 0")
    fetched = definitions(silent)
    (kept,) = (tools / "cache").rglob("definitions.json")
    kept.write_text(content)
    assert definitions(silent) == fetched


def test_a_failed_build_says_what_go_said_and_leaves_nothing_behind(tools: Path) -> None:
    fake_go(tools / "bin", '[ "$1" = list ] && exit 0; echo "package example.com/tiny is not in std" >&2; exit 1')
    with pytest.raises(GoError, match=r"the build of tiny failed: package example\.com/tiny is not in std"):
        install(TINY, "1", silent)
    assert not any((tools / "cache").rglob("tiny"))


def test_an_old_go_is_passed_over_for_the_wheels(tools: Path) -> None:
    bundled = tools / "cache" / "go" / "go" / "bin"
    bundled.mkdir(parents=True)
    for folder, version in ((tools / "bin", "go1.1.1"), (bundled, "go9.9.9")):
        fake_go(folder, "exit 1")
        command = folder / "go"
        command.write_text(command.read_text().replace("go9.9.9", version))
    assert find_go(TOOLS / "kubernetes", silent) == bundled / "go"


def test_the_versions_that_are_built_are_those_that_the_modules_pin() -> None:
    def pinned(folder: str, module: str) -> str:
        match = re.search(rf"^\s*{re.escape(module)} v(\S+)", (TOOLS / folder / "go.mod").read_text(), re.MULTILINE)
        assert match is not None, module
        return match[1]

    assert pinned("kubernetes", "k8s.io/kubernetes") == kube_tools.VERSION
    assert pinned("kubernetes", "sigs.k8s.io/kwok") == kube_tools.KWOK_VERSION
    assert pinned("prometheus", "github.com/prometheus/prometheus") == kube_tools.PROMETHEUS_VERSION
    assert pinned("pulumi", "github.com/pulumi/pulumi/pkg/v3") == ENGINE_VERSION


def test_every_part_of_kubernetes_is_of_the_same_version() -> None:
    replaced = re.findall(r"=> (k8s\.io/\S+) v0\.(\S+)", (TOOLS / "kubernetes" / "go.mod").read_text())
    assert len(replaced) > 25
    assert {version for _, version in replaced} == {kube_tools.VERSION.split(".", 1)[1]}


def test_the_modules_name_every_program_that_is_built_from_them() -> None:
    for tool in (TOOL, kube_tools.CONTROL_PLANE, kube_tools.PROMTOOL, kube_tools.PROMETHEUS):
        text = (TOOLS / tool.folder / "go.mod").read_text()
        assert [program.name for program in tool.programs if f"\t{program.package}\n" not in text] == []


def test_definitions_with_another_hash_than_the_pinned_one_are_refused(tools: Path) -> None:
    answer = json.dumps({"Sum": "h1:AAAA", "Dir": str(tools)})
    fake_go(tools / "bin", f"echo '{answer}'")
    with pytest.raises(GoError, match=r"is not what tools/crds/go\.sum pins: h1:AAAA"):
        definitions(silent)
    assert not any((tools / "cache").rglob("definitions.json"))


def test_a_proxy_that_refuses_is_quoted(tools: Path) -> None:
    fake_go(tools / "bin", """echo '{"Error": "403 Forbidden"}'; exit 1""")
    with pytest.raises(GoError, match="403 Forbidden"):
        definitions(silent)


def test_a_signing_key_is_a_p256_private_key_whatever_the_bytes_are() -> None:
    for secret in (bytes(32), b"\xff" * 32, bytes(range(32))):
        lines = signing_key(secret).splitlines()
        assert (lines[0], lines[-1]) == ("-----BEGIN EC PRIVATE KEY-----", "-----END EC PRIVATE KEY-----")
        content = base64.b64decode("".join(lines[1:-1]))
        assert content[:2] == bytes([0x30, len(content) - 2])
        assert content[7:39] == bytes([secret[0] & 0x7F, *secret[1:]])
