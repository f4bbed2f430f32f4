"""The real kubernetes plugin in a rehearsal: found on PATH, started by the engine, and sent to the user's cluster."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pulumi
import yaml

from sandbox.cache import write_atomically
from sandbox.kubernetes.kubeconfig import one_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

PLUGIN = "pulumi-resource-kubernetes"
"""The name under which the engine looks for it on PATH (Pulumi documentation, "Plugins")."""
PROVIDER = "pulumi:providers:kubernetes"
IDENTITY = "cluster_identifier"
"""The program's own name of its cluster; the user's is another one."""


def found() -> str | None:
    """Where the plugin is on PATH; None where there is none."""
    return shutil.which(PLUGIN)


@contextmanager
def pinned(folder: Path, kubeconfig: Path, context: str | None) -> Iterator[Path]:
    """A kubeconfig file with one context of another, for the time of a run.

    The plugin reads its file when it starts, after the cluster was checked: what somebody switches or edits in the
    user's file meanwhile must not lead it elsewhere. The place is always the same, because it stands in the state.

    Args:
        folder: readable by its owner alone.
        kubeconfig: the user's file.
        context: the context; None for the current one.

    Raises:
        KubeconfigError: the file is not understood.
    """
    path = folder / "kubeconfig"
    write_atomically(path, yaml.safe_dump(one_context(kubeconfig, context)))
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def without_proxy(environment: Mapping[str, str], url: str) -> dict[str, str]:
    """Variables that send a plugin to a server directly, as the checks went; charts still come through a proxy."""
    before = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    hosts = ",".join(filter(None, (before, urlsplit(url).hostname)))
    return {"NO_PROXY": hosts, "no_proxy": hosts}


def aimed_at(program: Callable[[], None], kubeconfig: Path) -> Callable[[], None]:
    """A program whose kubernetes providers reach the cluster of a kubeconfig file, whatever they are told.

    The program itself stays as it is: the engine's SDK transforms the providers as they are registered. The plugin gets
    the file's name, so that nothing of its contents is kept in the state.

    Args:
        program: what to run.
        kubeconfig: the file that `pinned` made.
    """

    def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != PROVIDER:
            return None
        told = {key: value for key, value in args.props.items() if key != IDENTITY}
        return pulumi.ResourceTransformationResult({**told, "kubeconfig": str(kubeconfig.resolve())}, args.opts)

    def aimed() -> None:
        pulumi.runtime.register_stack_transformation(transform)
        program()

    return aimed
