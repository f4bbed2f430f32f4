"""Manifests as files: complete, readable, and without a single secret value."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from typer.testing import CliRunner

from ops.answers.render.kubernetes import LATER, UNKNOWN, RenderError, as_yaml, manifests, stack_plan, write
from ops.cli import app
from plan import Plan, PlannedResource
from tests.support.manifests import manifests as recorded_manifests
from tests.support.plans import plan_of
from tests.support.stack import recorded

if TYPE_CHECKING:
    from pathlib import Path

    from ops.rehearsal.session import RehearseOptions


def planned(token: str, inputs: dict[str, Any], op: str = "create") -> PlannedResource:
    urn = f"urn:pulumi:dev::bailbondpro::{token}::{inputs.get('metadata', {}).get('name', 'x')}"
    return PlannedResource(urn, token, "x", op, inputs)  # type: ignore[arg-type]  # an operation by name


def config_map(name: str = "settings", op: str = "create", **more: object) -> PlannedResource:
    metadata = {"name": name, "namespace": "production"}
    inputs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}, **more}
    return planned("kubernetes:core/v1:ConfigMap", inputs, op)


def secret(name: str, **more: object) -> PlannedResource:
    metadata = {"name": name, "namespace": "production"}
    inputs = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, **more}
    return planned("kubernetes:core/v1:Secret", inputs)


def test_every_object_of_the_largest_stack_becomes_a_file_of_its_own(tmp_path: Path) -> None:
    recording = recorded("prod", "microservices")
    result = write(plan_of(recording), tmp_path / "out")
    expected = recorded_manifests(recording)
    assert len(result.files) == len(set(result.files)) == len(expected)
    assert sum(result.kinds.values()) == len(expected)
    assert "kube-prometheus-stack" in result.charts
    assert result.unknown == ()
    kinds = {(item["kind"], item["metadata"]["name"]) for item in expected}
    read = [yaml.safe_load((tmp_path / "out" / name).read_text()) for name in result.files]
    assert {(item["kind"], item["metadata"]["name"]) for item in read} == kinds
    app = yaml.safe_load((tmp_path / "out" / "production" / "deployment-bailbondpro-app.yaml").read_text())
    assert app == next(
        item
        for item in expected
        if item["metadata"]["name"] == app["metadata"]["name"] and item["kind"] == "Deployment"
    )


def test_no_secret_value_reaches_a_file(tmp_path: Path) -> None:
    recording = recorded("prod", "microservices")
    values = {
        text
        for item in recorded_manifests(recording)
        if item["kind"] == "Secret"
        for part in ("data", "stringData")
        for text in (item.get(part) or {}).values()
        if len(text) > 12
    }
    assert len(values) > 5
    write(plan_of(recording), tmp_path / "out")
    written = "\n".join(path.read_text() for path in (tmp_path / "out").rglob("*.yaml"))
    assert [value for value in values if value in written] == []
    assert written.count("[secret]") >= len(values)


def test_a_secret_whose_content_the_engine_hid_shows_the_keys_that_pods_read() -> None:
    reads = {"secretKeyRef": {"name": "db-secret", "key": "url"}}
    mounts = {"secretName": "tls-secret", "items": [{"key": "tls.key", "path": "k"}]}
    pod = config_map("pretend-pod", spec={"env": [{"valueFrom": reads}], "volumes": [{"secret": mounts}]})
    plan = Plan((pod, secret("db-secret", stringData="[secret]"), secret("unread", data="[secret]")))
    found = {item["metadata"]["name"]: item for item in manifests(plan)}
    assert found["db-secret"]["stringData"] == {"url": "[secret]"}
    assert found["unread"]["stringData"] == {}
    assert "data" not in found["unread"]


def test_a_certificate_shows_its_two_keys() -> None:
    plan = Plan((secret("tls", type="kubernetes.io/tls", stringData="[secret]"),))
    assert set(manifests(plan)[0]["stringData"]) == {"tls.crt", "tls.key"}


def test_a_rendering_never_grows_out_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[RehearseOptions] = []

    def refuse(options: RehearseOptions, **_: object) -> None:
        asked.append(options)
        raise RenderError("seen enough")

    monkeypatch.setattr("ops.rehearsal.session.open_session", refuse)
    with pytest.raises(RenderError):
        stack_plan("prod", "horizontal", None, None)
    assert [options.fresh for options in asked] == [True]  # a smaller phase after a larger one would be refused


def test_what_goes_and_what_is_no_object_is_left_out() -> None:
    chart = planned("kubernetes:helm.sh/v3:Release", {"name": "keda"})
    bucket = planned("aws:s3/bucket:Bucket", {"bucket": "a"})
    assert manifests(Plan((config_map(op="delete"), chart, bucket))) == []
    assert len(manifests(Plan((config_map(op="same"),)))) == 1


def test_values_that_are_not_known_yet_are_marked_and_counted(tmp_path: Path) -> None:
    plan = Plan((config_map(data={"host": UNKNOWN}), config_map("known")))
    result = write(plan, tmp_path)
    assert result.unknown == ("production/configmap-settings.yaml",)
    assert yaml.safe_load((tmp_path / result.unknown[0]).read_text())["data"] == {"host": LATER}


def test_an_object_stands_in_the_namespace_that_it_depends_on_when_its_own_is_not_known_yet(tmp_path: Path) -> None:
    home = planned("kubernetes:core/v1:Namespace", {"kind": "Namespace", "metadata": {"name": "production"}})
    settings = config_map(metadata={"name": "settings", "namespace": UNKNOWN})
    result = write(Plan((home, replace(settings, dependencies=(home.urn,)))), tmp_path)
    assert result.files == ("cluster/namespace-production.yaml", "production/configmap-settings.yaml")
    assert result.unknown == ()


def test_an_object_without_a_known_place_is_refused(tmp_path: Path) -> None:
    for metadata in ({"name": "settings", "namespace": UNKNOWN}, {"name": UNKNOWN}):
        with pytest.raises(RenderError, match="render without --plan, which builds the stack"):
            write(Plan((config_map(metadata=metadata),)), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_head_comes_first_and_long_texts_stay_readable() -> None:
    text = as_yaml(manifests(Plan((config_map(data={"nginx.conf": "a {\n    b;\n}\n"}, kind="ConfigMap"),)))[0])
    assert text.startswith("apiVersion: v1\nkind: ConfigMap\nmetadata:\n")
    assert "  nginx.conf: |\n    a {\n        b;\n    }\n" in text


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text("a: b")
    with pytest.raises(RenderError, match="is not empty"):
        write(Plan((config_map(),)), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["old.yaml"]


def test_the_command_renders_a_plan_file_without_an_engine(tmp_path: Path) -> None:
    urn = "urn:pulumi:dev::bailbondpro::kubernetes:core/v1:ConfigMap::a"
    state = {
        "urn": urn,
        "type": "kubernetes:core/v1:ConfigMap",
        "custom": True,
        "inputs": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}},
    }
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"steps": [{"op": "create", "urn": urn, "newState": state}]}))
    arguments = ["render", "kubernetes", "dev", "--plan", str(plan), "--out", str(tmp_path / "out"), "--json"]
    ran = CliRunner().invoke(app, arguments)
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.output)["files"] == ["cluster/configmap-a.yaml"]
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 1
