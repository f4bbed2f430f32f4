"""What other projects install: the wheel, its names, its extras; it is the same source under another name."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

import components
from tests.support import component_sources as sources
from tests.support.paths import ROOT
from tests.support.wheel import built, project

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

    # the contract is the platform's with its application, the ledger says where it keeps the guide;
    # components decide nothing by either
    needed = shipped("bailbondpro") - shipped("bailbondpro/contract") - shipped("bailbondpro/guide")
    expected = {f"bailbondpro/{path}" for path in shipped("components")} | needed
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in inside if ".dist-info/" not in name} == expected


def test_the_wheel_takes_one_import_name_and_never_components(wheel: Path) -> None:
    assert {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()} == {
        "bailbondpro",
        wheel.name.partition("-py3")[0] + ".dist-info",
    }


def test_the_wheel_brings_its_license(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as content:
        (name,) = (name for name in content.namelist() if name.endswith(".dist-info/licenses/LICENSE"))
        assert content.read(name) == (ROOT / "LICENSE").read_bytes()


def test_a_module_that_is_gone_since_an_earlier_build_is_not_in_the_next_wheel(tmp_path: Path) -> None:
    def leave_an_earlier_build(source: Path) -> None:
        folder = source / "build" / "lib" / "bailbondpro" / "components"
        folder.mkdir(parents=True)
        (folder / "gone.py").touch()

    again = built(tmp_path, before=leave_an_earlier_build)
    assert not [name for name in zipfile.ZipFile(again).namelist() if name.endswith("gone.py")]


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


MOCKED = """
import asyncio, json, pulumi, runpy, sys

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        made.append(args.typ)
        computed = {"arn": "arn:aws:kms:us-east-1:000000000000:key/1", "address": "host"}
        computed |= {"result": "a1" * 20, "hex": "0123abcd"}
        return args.name + "-id", {**computed, **args.inputs}

    def call(self, args):
        return {}

made = []
pulumi.runtime.set_mocks(Mocks(), "databases", "dev", preview=False)
pulumi.runtime.set_all_config(json.loads(sys.argv[1]))
runpy.run_path(".", run_name="__main__")
asyncio.get_event_loop().run_until_complete(pulumi.runtime.stack.wait_for_rpcs())
import bailbondpro.components as library, components as own
print(json.dumps({"made": made, "library": library.__file__, "own": own.__file__}))
"""


def test_an_example_runs_under_mocks_beside_components_of_the_user_s(wheel: Path, tmp_path: Path) -> None:
    program = project("databases", wheel, tmp_path / "databases")
    values = yaml.safe_load((program / "Pulumi.dev.yaml").read_text("utf-8"))["config"]
    config = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    config["databases:replicas"] = "2"
    answer = subprocess.run(
        [str(program / "venv" / "bin" / "python"), "-P", "-c", MOCKED, json.dumps(config)],
        capture_output=True,
        text=True,
        check=False,
        cwd=program,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    told = json.loads(answer.stdout)
    assert told["made"].count("aws:rds/instance:Instance") == 3
    assert {"acme:index:Owner", "bailbondpro:redis:Redis"} <= set(told["made"])
    assert told["own"] == str(program / "components" / "__init__.py")
    assert Path(told["library"]).is_relative_to(program / "venv")


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
