"""Empties the sandbox of a stack, as the engine would destroy the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.settings.reading.stack_name import own_name
from ops.inputs.stack_file import ROOT
from ops.rehearsal.cluster import refuse_foreign
from ops.rehearsal.progress import progress
from ops.rehearsal.session import RehearseOptions, open_session
from sandbox.kubernetes.passport import ForeignClusterError, recorded
from sandbox.workspace import SandboxWorkspace

if TYPE_CHECKING:
    from pathlib import Path


def destroy(
    stack: str, *, api_server: bool = False, kubeconfig: Path | None = None, cluster: str | None = None
) -> dict[str, int]:
    """Empty the sandbox of a stack: everything unprotected is deleted, in the order the engine would use for real.

    Args:
        stack: the stack name.
        api_server: the rehearsal on a kube-apiserver of its own.
        kubeconfig: the rehearsal on this file's cluster.
        cluster: the file's context by name.

    Returns:
        The engine's counts per operation.

    Raises:
        EngineError: protected resources refuse; their names are in it.
        ForeignClusterError: the cluster, or an object in it, is not the one that was rehearsed; nothing was deleted.
    """
    options = RehearseOptions(stack, preview_only=True, api_server=api_server, kubeconfig=kubeconfig, cluster=cluster)
    workspace = SandboxWorkspace(ROOT, own_name(stack), options.purpose)
    if kubeconfig is not None and recorded(workspace) is None and not workspace.holds("kubernetes:"):
        raise ForeignClusterError(f"{stack} was not rehearsed with {kubeconfig} (or forgotten): nothing was deleted")
    with open_session(options) as (_, _, session):
        refuse_foreign(session)
        with progress("destroy") as bar:
            return session.destroy(bar)
