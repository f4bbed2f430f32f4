"""The lock files agree with pyproject.toml and with each other."""

from __future__ import annotations

import re
import tomllib

from tests.support.paths import ROOT


def test_the_locks_pin_what_the_project_asks_for_with_hashes_and_name_no_registry() -> None:
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text())
    base = {*metadata["project"]["dependencies"], *metadata["build-system"]["requires"]}
    wanted = {"requirements.lock": base}
    wanted["requirements-dev.lock"] = base | set(metadata["project"]["optional-dependencies"]["dev"])
    for name, requirements in wanted.items():
        text = (ROOT / name).read_text()
        pins = dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE))
        for requirement in requirements:
            package, version = requirement.split("==")
            assert pins[package.lower().split("[")[0]] == version, f"{name} does not pin {requirement}"
        assert "://" not in text
        assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=[a-z])", text))


def test_the_development_lock_pins_the_same_versions_as_the_base_lock() -> None:
    read = [(ROOT / name).read_text() for name in ("requirements.lock", "requirements-dev.lock")]
    base, dev = (dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE)) for text in read)
    assert {package: dev.get(package) for package in base} == base


def test_pulumi_install_finds_the_project_from_the_programs_directory() -> None:
    lines = [
        line
        for line in (ROOT / "infra" / "requirements.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert lines == ["-e .."]


def test_the_lock_is_built_with_the_setuptools_that_the_build_asks_for() -> None:
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert metadata["dependency-groups"]["build"] == metadata["build-system"]["requires"]


def test_the_policy_pack_s_environment_is_pinned_with_hashes_and_its_sdk_is_the_one_that_tests_use() -> None:
    lines = (ROOT / "policies" / "pack" / "requirements.txt").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    entries = re.split(r"\n(?=[a-z])", text)
    assert all(re.match(r"[a-z0-9.-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    used = (ROOT / "tools" / "servers" / "policy.lock").read_text().split()[0]
    assert any(entry.startswith(f"{used} ") for entry in entries)
