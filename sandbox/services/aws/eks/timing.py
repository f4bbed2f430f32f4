"""How long Amazon EKS takes for what it begins at once, as far as a document says.

The API reference, the user guide and the provider's documentation (default timeouts) were read on 2026-11-29.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.checks import block, number
from sandbox.model.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import CloudObject
    from sandbox.model.outputs import Inputs

_PROVIDER = "terraform-provider-aws documentation, {}, Timeouts"
_VERSION = (
    "Amazon EKS API Reference, UpdateClusterVersion: the cluster continues to function, it should finish within a few "
    f"minutes; {_PROVIDER.format('aws_eks_cluster')}"
)
_NODES = (
    "Amazon EKS User Guide, Managed node update behavior: one node at a time unless updateConfig says more, 15 minutes "
    f"for its pods to go; {_PROVIDER.format('aws_eks_node_group')}"
)
_ADDON = f"Amazon EKS API Reference, UpdateAddon; {_PROVIDER.format('aws_eks_addon')}"


def _cluster(before: CloudObject, new: Inputs) -> Iterator[tuple[str, str]]:
    old, version = before.inputs.get("version"), new.get("version")
    if old and version and old != version:
        what = f"upgrades its control plane from {old} to {version}: some minutes, in which it answers"
        yield f"{what}; the provider waits 60 minutes at most", _VERSION


def _template(inputs: Inputs) -> object:
    return block(inputs, "launchTemplate").get("version")


def _node_group(before: CloudObject, new: Inputs) -> Iterator[tuple[str, str]]:
    names = [
        name for name in ("version", "releaseVersion") if new.get(name) and before.inputs.get(name) != new.get(name)
    ]
    if _template(new) is not None and _template(before.inputs) != _template(new):
        names.append("launchTemplate.version")
    if not names:
        return
    update = block(new, "updateConfig")
    share = number(update.get("maxUnavailablePercentage"))
    most = f"{share:g} % of them" if share else f"{number(update.get('maxUnavailable')) or 1:g}"
    forced = "are then deleted (forceUpdateVersion)" if new.get("forceUpdateVersion") is True else "else it fails"
    what = f"replaces all its nodes ({', '.join(names)}), {most} at a time"
    yield f"{what}; the pods of each have 15 minutes to go, {forced}; the provider waits 60 minutes at most", _NODES


def _addon(before: CloudObject, new: Inputs) -> Iterator[tuple[str, str]]:
    old, version = before.inputs.get("addonVersion"), new.get("addonVersion")
    if version and old != version:
        yield f"is updated from {old or 'its version'} to {version}; the provider waits 20 minutes at most", _ADDON


CLUSTER_TIMING = Timing(notes=_cluster)
NODE_GROUP_TIMING = Timing(notes=_node_group)
ADDON_TIMING = Timing(notes=_addon)
