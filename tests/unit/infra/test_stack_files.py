from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import yaml

from infra.settings import ConfigError, Settings, json_schema, load, read_config_map, read_stack_file, read_stack_source
from ops.inputs.stack_file import check
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from infra.problems import Problem


def _file(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "Pulumi.test.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _file_problem(path: Path) -> Problem:
    with pytest.raises(ConfigError) as caught:
        read_stack_file(path)
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


def test_a_stack_file_gives_raw_values_and_lines(tmp_path: Path) -> None:
    text = "config:\n  aws:region: us-east-1\n  bailbondpro:phase: horizontal\n  bailbondpro:redis:\n    shards: 3\n"
    source = read_stack_source(_file(tmp_path, text))
    assert source.raw == {"region": "us-east-1", "phase": "horizontal", "redis": {"shards": 3}}
    assert source.lines["bailbondpro:redis.shards"] == 5


def test_values_of_other_providers_are_left_alone(tmp_path: Path) -> None:
    text = "config:\n  cloudflare:apiToken:\n    secure: v1:abc\n  pulumi:tags: {a: b}\nencryptionsalt: v1:salt\n"
    assert read_stack_file(_file(tmp_path, text)) == {}


@pytest.mark.parametrize(("key", "hint"), [("bailbondro:phase", "bailbondpro:phase"), ("phase", "bailbondpro:phase")])
def test_an_unknown_namespace_gets_the_nearest_one(tmp_path: Path, key: str, hint: str) -> None:
    problem = _file_problem(_file(tmp_path, f"config:\n  {key}: horizontal\n"))
    assert problem.rule == "unknown-namespace"
    assert hint in problem.fix


def test_texts_stay_texts_as_in_pulumis_own_reader(tmp_path: Path) -> None:
    text = (
        "config:\n  bailbondpro:x: {a: yes, b: 03:00, c: 2026-11-23, d: on, e: 010, f: ~, g: 1.5, h: 0x10, i: true}\n"
    )
    values = read_stack_file(_file(tmp_path, text))["x"]
    assert values == {
        "a": "yes",
        "b": "03:00",
        "c": "2026-11-23",
        "d": "on",
        "e": 10,
        "f": None,
        "g": 1.5,
        "h": 16,
        "i": True,
    }


@pytest.mark.parametrize(
    ("content", "rule", "words"),
    [
        ("config:\n  a: [1\n", "yaml", "line"),
        ("- a\n- b\n", "yaml", "list"),
        ("just text\n", "yaml", "single value"),
        ("", "yaml", "empty"),
        ("config:\n\tx: 1\n", "yaml", "line 2"),
        (b"config: \xff\xfe\n", "file", "byte"),
        ("config: 5\n", "type", "5"),
        ("config: [5]\n", "type", "a list"),
        ("confg:\n  a: 1\n", "unknown-key", "an object"),
        ("bailbondpro:phase: horizontal\n", "unknown-key", "horizontal"),
        ("config:\n  bailbondpro:phase: a\n  bailbondpro:phase: b\n", "duplicate-key", '"a" and "b"'),
        ("config:\n  bailbondpro:x: &a [*a]\n", "yaml-size", "more"),
        ('config:\n  bailbondpro:x: "\\ud800"\n', "yaml", "?"),
    ],
)
def test_a_broken_file_is_one_clear_problem(tmp_path: Path, content: str | bytes, rule: str, words: str) -> None:
    problem = _file_problem(_file(tmp_path, content))
    assert problem.rule == rule
    assert words in problem.value


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    lines = ["config:", "  bailbondpro:a: &a [x, x, x, x, x, x, x, x, x, x]"]
    names = "abcdefgh"
    lines += [f"  bailbondpro:{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in pairwise(names)]
    assert _file_problem(_file(tmp_path, "\n".join(lines))).rule == "yaml-size"


def test_a_missing_file_names_those_that_exist(tmp_path: Path) -> None:
    _file(tmp_path, "config: {}\n")
    problem = _file_problem(tmp_path / "Pulumi.prod.yaml")
    assert (problem.rule, problem.value) == ("file", "no such file")
    assert "Pulumi.test.yaml" in problem.fix


def test_a_folder_is_no_stack_file(tmp_path: Path) -> None:
    assert _file_problem(tmp_path).value == "a directory"


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "Pulumi.test.yaml"
    os.mkfifo(pipe)
    assert _file_problem(pipe).value == "a pipe or a device"


def test_a_loop_of_links_is_not_called_a_lack_of_permission(tmp_path: Path) -> None:
    link = tmp_path / "Pulumi.test.yaml"
    link.symlink_to(link)
    assert "permission" not in _file_problem(link).fix


def test_pulumis_configuration_map_reads_like_the_file() -> None:
    config = {
        "aws:region": "us-east-1",
        "bailbondpro:environment": "dev",
        "bailbondpro:phase": "horizontal",
        "bailbondpro:domain": "bailbondpro.com",
        "bailbondpro:protect": "true",
        "bailbondpro:postgres": '{"replicas":2}',
        "bailbondpro:cluster": '{"adminPrincipalArns":["arn:aws:iam::123456789012:role/deploy"]}',
        "cloudflare:apiToken": "t",
    }
    loaded = load(read_config_map(config, ["cloudflare:apiToken"]))
    assert loaded.postgres.replicas == 2
    assert loaded.protect is True


def test_a_credential_that_the_engine_hands_over_unencrypted_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        read_config_map({"cloudflare:apiToken": "plain", "pulumi:tags": "{}"})
    assert [(item.path, item.rule) for item in caught.value.problems] == [
        ("cloudflare:apiToken", "no-plain-credentials")
    ]
    assert "plain" not in str(caught.value).replace("no-plain", "")


@pytest.mark.parametrize(
    "line",
    [
        "cloudflare:apiToken: abcdefgh",
        "cloudflare:apiKey: abcdefgh",
        "cloudflare:apiUserServiceKey: abcdefgh",
        "aws:accessKey: AKIAIOSFODNN7EXAMPLE",
        "aws:secretKey: abcdefgh",
        "aws:token: abcdefgh",
        "aws:assumeRoles: [{roleArn: x, token: abcdefgh}]",
        "kubernetes:kubeconfig: abcdefgh",
        "random:note: ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    ],
)
def test_a_credential_in_clear_is_refused_with_the_way_to_encrypt_it(tmp_path: Path, line: str) -> None:
    problem = _file_problem(_file(tmp_path, f"config:\n  {line}\n"))
    assert problem.rule == "no-plain-credentials"
    own = line.startswith(("aws:", "kubernetes:"))
    assert ("environment of the command" if own else "pulumi config set --secret") in problem.fix
    assert "abcdefgh" not in str(problem)


def test_an_encrypted_credential_is_left_to_its_provider(tmp_path: Path) -> None:
    text = "config:\n  cloudflare:apiToken: {secure: v1:abc}\n  cloudflare:apiKey: {secure: v1:abc}\n"
    assert read_stack_file(_file(tmp_path, text)) == {}


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("aws:profile: deploy", "AWS_PROFILE"),
        ("aws:allowedAccountIds: ['123456789012']", "bailbondpro:aws.allowedAccountIds"),
        ("aws:defaultTags: {tags: {a: b}}", "tags everything itself"),
        ("aws:secretKey: {secure: v1:abc}", "environment variables"),
        ("aws:skipMetadataApiCheck: true", "environment variables"),
        ("kubernetes:context: kind", "the cluster that it makes"),
    ],
)
def test_a_key_that_nobody_would_read_is_refused_with_what_to_do(tmp_path: Path, line: str, fix: str) -> None:
    problem = _file_problem(_file(tmp_path, f"config:\n  {line}\n"))
    assert problem.rule == "unread-key"
    assert fix in problem.fix


@pytest.mark.parametrize(
    ("area", "path", "text"),
    [
        ("cluster: {version: 1.30}", "cluster.version", "1.30"),
        ("aws: {allowedAccountIds: [012345678901]}", "aws.allowedAccountIds[0]", "012345678901"),
        ("cdn: {zoneId: 00000000000000000000000000000012}", "cdn.zoneId", "00000000000000000000000000000012"),
    ],
)
def test_a_number_that_lost_its_quotes_is_repeated_as_it_was_written(
    tmp_path: Path, area: str, path: str, text: str
) -> None:
    common = "aws:region: us-east-1\n  bailbondpro:environment: dev\n  bailbondpro:phase: optimization"
    file = _file(tmp_path, f"config:\n  {common}\n  bailbondpro:{area}\n")
    found = {item.path: item for item in check("dev", file).problems}
    problem = found[f"bailbondpro:{path}"]
    assert problem.value == text
    assert problem.fix == f'write "{text}" in quotes'


@pytest.mark.parametrize("other", ["us-east-1", "eu-west-1"])
def test_there_is_one_key_for_the_region(tmp_path: Path, other: str) -> None:
    text = f"config:\n  aws:region: us-east-1\n  bailbondpro:region: {other}\n"
    problem = _file_problem(_file(tmp_path, text))
    assert (problem.rule, problem.path) == ("one-region", "bailbondpro:region")
    assert problem.fix == "write aws:region instead"


def test_an_unknown_namespace_in_the_map_is_a_problem() -> None:
    with pytest.raises(ConfigError):
        read_config_map({"bailbond:phase": "x"})


def test_the_schema_has_every_key_under_its_written_name() -> None:
    schema = json_schema()
    properties = schema["properties"]["config"]["properties"]  # type: ignore[index]  # a JSON document
    expected = {f"bailbondpro:{field.alias}" for name, field in Settings.model_fields.items() if name != "region"}
    assert set(properties) == expected | {"aws:region"}
    json.dumps(schema)


def test_the_schema_lets_an_area_be_written_in_part() -> None:
    definitions = json_schema()["$defs"]
    assert "required" not in definitions["PostgresSettings"]  # type: ignore[index]  # a JSON document
    assert definitions["ServiceSettings"]["required"] == ["name", "paths"]  # type: ignore[index]  # a JSON document


def test_the_schema_offers_the_instance_classes() -> None:
    postgres = json_schema()["$defs"]["PostgresSettings"]  # type: ignore[index]  # a JSON document
    assert "db.m7g.large" in postgres["properties"]["instanceClass"]["enum"]


def test_the_project_file_declares_every_key_without_overruling_a_phase() -> None:
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text("utf-8"))
    declared = project["config"]
    keys = {f"bailbondpro:{field.alias}" for name, field in Settings.model_fields.items() if name != "region"}
    assert keys - set(declared) == {"bailbondpro:protect", "bailbondpro:services", "bailbondpro:deployAfter"}
    assert set(declared) <= keys
    required = {key for key, declaration in declared.items() if "default" not in declaration}
    assert required == {"bailbondpro:environment", "bailbondpro:phase", "bailbondpro:domain"}
    assert {json.dumps(d["default"]) for d in declared.values() if "default" in d} == {"{}", "false"}
    assert (project["name"], project["main"]) == ("bailbondpro", "infra")


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_settings_phases_and_limits_know_no_pulumi() -> None:
    files = [*(ROOT / "infra" / "settings").rglob("*.py"), *(ROOT / "infra" / "limits").glob("*.py")]
    # The one door to the engine, for the program alone.
    files.remove(ROOT / "infra" / "settings" / "reading" / "stack_config.py")
    files += [ROOT / "infra" / name for name in ("phases.py", "problems.py")]
    files += [*(ROOT / "bailbondpro" / "facts").glob("*.py")]
    files += [*(ROOT / "ops" / "inputs").glob("*.py"), ROOT / "ops" / "answers" / "check.py"]
    for file in files:
        assert not {name for name in _imports(file) if name.split(".")[0].startswith("pulumi")}, file


def test_checking_loads_no_pulumi_module() -> None:
    modules = "ops.inputs.stack_file, ops.answers.check, ops.views.check"
    code = f"import sys, {modules}; print([name for name in sys.modules if name.startswith('pulumi')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("written", ['{environment: {GREETING: "a\\0b"}}', '["\\0"]', '"\\0"'])
def test_a_text_with_a_nul_is_refused_wherever_it_stands(tmp_path: Path, written: str) -> None:
    problem = _file_problem(_file(tmp_path, f"config:\n  bailbondpro:app: {written}\n"))
    assert problem.path.startswith("bailbondpro:app")
    assert problem.value in {'"a\\u0000b"', '"\\u0000"'}
    assert "NUL" in problem.allowed
