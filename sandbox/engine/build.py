"""Builds the engine from `tools/pulumi`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.engine import go

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
VERSION_SYMBOL = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"


def build(root: Path, version: str, progress: go.Progress) -> str:
    """Build the engine into `root/bin/pulumi`; returns what came of it, never raises for a failed build.

    Args:
        root: the cache folder of this engine version.
        version: the engine version, linked into the binary (the Automation API reads it).
        progress: receives a line every few seconds.
    """
    program = go.Program(name="pulumi", package=COMMAND, variables=((VERSION_SYMBOL, f"v{version}"),), asked="version")
    tool = go.GoTool(
        title=f"Pulumi {version}", folder="pulumi", programs=(program,), takes="about 4 minutes on 2 cores"
    )
    return go.build(tool, root, progress)
