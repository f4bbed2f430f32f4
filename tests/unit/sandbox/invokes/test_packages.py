"""Look-ups of small packages: charts, archives, keys, certificates."""

from __future__ import annotations

import hashlib
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.cloud import Cloud, CloudObject
from sandbox.invokes.answers import Asked, LookUps
from sandbox.invokes.errors import LookUpError
from sandbox.model.place import Place
from sandbox.protocol.schema import SchemaOracle
from sandbox.protocol.wire import Secret, unwrap
from sandbox.seed import Seed

if TYPE_CHECKING:
    from pathlib import Path

EU = Place("eu-central-1")


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return Cloud(tmp_path / "cloud.jsonl")


def ask(
    cloud: Cloud,
    token: str,
    place: Place = EU,
    tags: dict[str, str] | None = None,
    **args: Any,  # noqa: ANN401 - arguments of any function
) -> dict[str, Any]:
    found: dict[str, Any] = unwrap(
        LookUps(Seed(), SchemaOracle()).answer(Asked(token, dict(args), place, cloud, tags or {}))
    )
    return found


@pytest.mark.parametrize("token", ["kubernetes:helm:template", "kubernetes:kustomize:directory"])
def test_what_is_not_rendered_is_refused_by_name(cloud: Cloud, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    tool = token.split(":")[1]
    with pytest.raises(LookUpError, match=f"is not rendered: there is no `{tool}` on PATH"):
        ask(cloud, token, jsonOpts='{"chart": "a"}', directory="a")


def test_a_chart_is_rendered_where_helm_is_on_the_path(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helm = tmp_path / "helm"
    helm.write_text(
        '#!/bin/sh\necho "$@" > ' + str(tmp_path / "called") + "\n"
        "printf 'apiVersion: v1\\nkind: Service\\nmetadata: {name: a}\\n---\\napiVersion: v1\\nkind: Pod\\n"
        'metadata: {name: t, annotations: {"helm.sh/hook": test}}\\n\'\n'
    )
    helm.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    options = {
        "chart": "nginx",
        "release_name": "web",
        "version": "1.2",
        "namespace": "edge",
        "fetch_opts": {"repo": "https://a"},
    }
    (found,) = ask(cloud, "kubernetes:helm:template", jsonOpts=json.dumps(options))["result"]
    assert found["metadata"] == {"name": "a", "namespace": "edge"}
    called = (tmp_path / "called").read_text()
    assert called.startswith("template web nginx --include-crds --repo https://a --version 1.2 --namespace edge")


def test_an_archive_is_really_made_and_the_same_every_time(cloud: Cloud, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "out" / "a.zip"
    (source / "sub").mkdir(parents=True)
    (source / "sub" / "b.py").write_text("b")
    (source / "a.py").write_text("a")
    asked: dict[str, Any] = {"type": "zip", "sourceDir": str(source), "outputPath": str(target), "excludes": ["a.py"]}
    first = ask(cloud, "archive:index/getFile:getFile", **asked)
    assert zipfile.ZipFile(target).namelist() == ["sub/b.py"]
    assert first["outputSha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert first["outputSize"] == target.stat().st_size
    assert ask(cloud, "archive:index/getFile:getFile", **asked) == first
    with pytest.raises(LookUpError, match="missing directory"):
        ask(cloud, "archive:index/getFile:getFile", **{**asked, "sourceDir": str(tmp_path / "nowhere")})


def test_the_public_half_of_a_key_that_was_made_here_is_known(cloud: Cloud) -> None:
    outputs = {"privateKeyPem": Secret("private"), "publicKeyPem": "public", "publicKeyOpenssh": "ssh-rsa x"}
    cloud.put(CloudObject("tls:index/privateKey:PrivateKey", "1", "urn:x", {}, outputs))
    assert ask(cloud, "tls:index/getPublicKey:getPublicKey", privateKeyPem="private")["publicKeyPem"] == "public"
    with pytest.raises(LookUpError, match="nothing that exists"):
        ask(cloud, "tls:index/getPublicKey:getPublicKey", privateKeyPem="another")


def test_the_certificates_of_a_simulated_host_are_made_up_and_those_of_others_are_not(cloud: Cloud) -> None:
    url = "https://oidc.eks.eu-central-1.amazonaws.com/id/AB"
    found = ask(cloud, "tls:index/getCertificate:getCertificate", url=url)
    assert len(found["certificates"][0]["sha1Fingerprint"]) == 40
    with pytest.raises(LookUpError):
        ask(cloud, "tls:index/getCertificate:getCertificate", url="https://example.com")


def test_relative_paths_begin_in_the_programs_folder(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "hello.txt").write_text("hello")
    lookups = LookUps(Seed(), SchemaOracle(), folder=tmp_path)
    archived = {"type": "zip", "sourceFile": "hello.txt", "outputPath": "out/hello.zip"}
    lookups.answer(Asked("archive:index/getFile:getFile", archived, EU, cloud))
    assert (tmp_path / "out" / "hello.zip").is_file()
    assert lookups.answer(Asked("std:index:file", {"input": "hello.txt"}, EU, cloud)) == {"result": "hello"}
    assert lookups.answer(Asked("std:index:abspath", {"input": "a"}, EU, cloud)) == {"result": str(tmp_path / "a")}
