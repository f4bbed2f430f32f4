"""What other projects install: the wheel, its names, its extras; it is the same source under another name."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

import components
from tests.support import component_sources as sources
from tests.support.paths import ROOT
from tests.support.wheel import built, installed

if TYPE_CHECKING:
    from pathlib import Path

ROW = re.compile(r"^\| `([A-Z]\w+)` \|.*\| (\S.*) \|$", re.MULTILINE)
"""A component and its extras in the table of docs/components.md."""


def definition() -> dict[str, Any]:
    return tomllib.loads((ROOT / "package" / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_has_every_module_and_data_file_of_the_components_and_what_they_need(wheel: Path) -> None:
    def shipped(folder: str) -> set[str]:
        paths = (path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*"))
        return {path for path in paths if path.endswith((".py", ".json", "py.typed"))}

    expected = {f"bailbondpro/{path}" for path in shipped("components")} | shipped("bailbondpro")
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in inside if ".dist-info/" not in name} == expected


def test_the_wheel_takes_one_import_name_and_never_components(wheel: Path) -> None:
    assert {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()} == {
        "bailbondpro",
        wheel.name.partition("-py3")[0] + ".dist-info",
    }


def test_imports_between_components_are_relative_and_stay_in_the_package() -> None:
    def problem(module: str, node: ast.AST) -> str | None:
        if isinstance(node, ast.Import):
            return next((item.name for item in node.names if item.name.partition(".")[0] == "components"), None)
        if isinstance(node, ast.ImportFrom):
            inside = sources.target(module, node).partition(".")[0] == "components"
            return None if bool(node.level) == inside else ast.unparse(node)
        return None

    found = {
        f"{module}: {text}"
        for module, tree in sources.trees().items()
        if module.startswith("components")
        for node in ast.walk(tree)
        if (text := problem(module, node))
    }
    assert found == set()


def test_a_user_s_own_components_folder_stands_beside_the_wheel(wheel: Path, tmp_path: Path) -> None:
    library = installed(wheel, tmp_path / "library")
    program = tmp_path / "program"
    (program / "components").mkdir(parents=True)
    (program / "components" / "__init__.py").write_text('"""Our own."""\nOWN = "own"\n')
    code = (
        "import components, bailbondpro.components as library\n"
        "from bailbondpro.components import CredentialArgs\n"
        "print(components.OWN, library.__name__, CredentialArgs.__module__, library.__file__)"
    )
    answer = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={"PYTHONPATH": f"{program}:{library}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split() == [
        "own",
        "bailbondpro.components",
        "bailbondpro.components.security.secrets",
        str(library / "bailbondpro" / "components" / "__init__.py"),
    ]


def test_the_pinned_versions_lie_in_the_ranges_of_the_wheel() -> None:
    pins = dict(
        pin.split("==")
        for pin in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    )
    project = definition()["project"]
    ranges = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    checked = set()
    for line in ranges:
        if line.startswith(components.DISTRIBUTION):
            continue
        match = re.fullmatch(r"([\w-]+)>=([\d.]+),<(\d+)", line)
        assert match, line
        name, lowest, highest = match.groups()
        version = [int(part) for part in pins[name].split(".")]
        assert [int(part) for part in lowest.split(".")] <= version < [int(highest)], line
        checked.add(name)
    assert checked == {name for name in pins if name.startswith("pulumi")}


def test_the_extras_install_the_sdks_that_the_face_says_they_do() -> None:
    extras = definition()["project"]["optional-dependencies"]
    for sdk, extra in components.EXTRAS.items():
        assert any(line.startswith(sdk.replace("_", "-") + ">") for line in extras[extra]), sdk
    assert extras["all"] == [f"{components.DISTRIBUTION}[{','.join(sorted(set(extras) - {'all'}))}]"]


def extras_of(component: sources.Named) -> list[str]:
    """The fewest extras that install what a component imports."""
    needed = sources.sdks(component.module)
    extras = {components.EXTRAS[sdk] for sdk in needed}
    if "pulumi_cloudflare" in needed:
        extras -= {"tls"}  # its own extra brings it
    return sorted(extras)


def test_the_documented_extras_are_those_of_the_real_imports() -> None:
    documented = dict(ROW.findall((ROOT / "docs" / "components.md").read_text("utf-8")))
    expected = {
        component.name: ", ".join(f"`{extra}`" for extra in extras_of(component)) or "none"
        for component in sources.components()
    }
    assert documented == expected


@pytest.mark.parametrize("name", ["Postgres", "Redis", "Network", "Shards"])
def test_a_component_of_the_aws_extra_loads_no_other_sdk(name: str) -> None:
    loaded = "[name for name in sys.modules if name.startswith('pulumi_') and '.' not in name]"
    code = f"import sys, components; components.{name}; print({loaded})"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert set(ast.literal_eval(answer.stdout)) <= {"pulumi_aws", "pulumi_random"}
