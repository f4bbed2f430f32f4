"""The real kubernetes plugin in a rehearsal: found on PATH, started by the engine, and sent to the user's cluster."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLUGIN = "pulumi-resource-kubernetes"
"""The name under which the engine looks for it on PATH (Pulumi documentation, "Plugins")."""
PROVIDER = "pulumi:providers:kubernetes"
IDENTITY = "cluster_identifier"
"""The program's own name of its cluster; the user's is another one."""


def found() -> str | None:
    """Where the plugin is on PATH; None where there is none."""
    return shutil.which(PLUGIN)


def aimed_at(program: Callable[[], None], kubeconfig: Path) -> Callable[[], None]:
    """A program whose kubernetes providers reach the cluster of a kubeconfig file, whatever they are told.

    The program itself stays as it is: the engine's SDK transforms the providers as they are registered. The plugin gets
    the file's name, so that nothing of its contents is kept in the state.

    Args:
        program: what to run.
        kubeconfig: the file; its current context counts.
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
