"""Files and archives of a program: found where the plain command finds them, whatever folder a rehearsal runs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest

from sandbox.workspace import SandboxWorkspace
from tests.support.engine import Bench

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A project whose program stands in a folder of its own, with files beside it."""
    found = Bench(tmp_path)
    (tmp_path / "program" / "code").mkdir(parents=True)
    (tmp_path / "program" / "page.html").write_text("<p>hello</p>")
    (tmp_path / "program" / "code" / "index.py").write_text("")
    (tmp_path / "Pulumi.yaml").write_text("name: bailbondpro\nruntime: python\nmain: program\n")
    found.workspace = SandboxWorkspace(tmp_path, found.stack)  # the project file is read once for each workspace
    found.workspace.prepare({})
    return found


def program() -> None:
    import pulumi_aws as aws

    bucket = aws.s3.Bucket("Pages")
    aws.s3.BucketObjectv2("file", bucket=bucket.id, key="page.html", source=pulumi.FileAsset("page.html"))
    aws.s3.BucketObjectv2("text", bucket=bucket.id, key="text", source=pulumi.StringAsset("hello"))
    archives: dict[str, pulumi.Archive] = {
        "folder": pulumi.FileArchive("code"),
        "mixed": pulumi.AssetArchive({"index.py": pulumi.StringAsset("1"), "below": pulumi.FileArchive("code")}),
    }
    for name, code in archives.items():
        role = "arn:aws:iam::000000000000:role/function"
        aws.lambda_.Function(name, role=role, runtime="python3.13", handler="index.main", code=code)


def test_relative_paths_start_at_the_programs_folder_and_every_kind_of_asset_is_accepted(bench: Bench) -> None:
    bench.up(program)
    assert bench.preview(program).changes() == []
    (bucket,) = bench.objects("aws:s3/bucket:Bucket")
    assert bucket.id.startswith("pages-"), "an automatic name with a capital in it is no mistake"


def test_a_file_that_changes_is_a_change(bench: Bench) -> None:
    bench.up(program)
    (bench.root / "program" / "page.html").write_text("<p>goodbye</p>")
    assert [(item.name, item.op) for item in bench.preview(program).changes()] == [("file", "update")]
