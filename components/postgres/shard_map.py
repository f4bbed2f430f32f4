"""The shard map inside the cluster: a ConfigMap that pods mount, kept equal to the published one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..kubernetes.children import child_options
from ..kubernetes.labels import standard_labels
from ..kubernetes.pods import Annotation, FileMount

CONFIG_NAME = "bailbondpro-shard-map"
FILE_NAME = "map.json"
DIRECTORY = "/etc/bailbondpro/shards"
FILE_PATH = f"{DIRECTORY}/{FILE_NAME}"


@dataclass(frozen=True, kw_only=True)
class ShardMapArgs:
    """What is published, and where.

    Attributes:
        namespace: where the pods are.
        document: the map as JSON: version, hash, count and one entry per shard (`components.postgres.shards`).
    """

    namespace: pulumi.Input[str]
    document: pulumi.Input[str]


class ShardMap(pulumi.ComponentResource):
    """The map as a file for pods; a new version of it rolls them.

    Which server holds a client stands in the map, how to reach it in `DATABASE_SHARD_<n>_URL`, which may lead through
    a pooler.

    Example:
        ```python
        shard_map = ShardMap("shard-map", ShardMapArgs(namespace="production", document=shards.shard_map))
        files, checksums = (shard_map.mount,), (shard_map.checksum,)
        args = WorkloadArgs(namespace="production", image=image, files=files, checksums=checksums)
        ```
    """

    mount: FileMount
    """For the pods that read it; the file is `FILE_PATH`."""
    checksum: Annotation
    """For the same pods."""

    def __init__(self, name: str, args: ShardMapArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:shard_map:ShardMap", name, None, opts)
        config = k8s.core.v1.ConfigMap(
            f"{name}-config",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=CONFIG_NAME, namespace=args.namespace, labels=standard_labels(CONFIG_NAME, "shards")
            ),
            data={FILE_NAME: args.document},
            opts=child_options(self, opts),
        )
        digest = pulumi.Output.from_input(args.document).apply(
            lambda text: hashlib.sha256(text.encode()).hexdigest()[:16]
        )
        self.mount = FileMount(kind="config_map", name="shard-map", object_name=config.metadata.name, path=DIRECTORY)
        self.checksum = Annotation(key="checksum/shard-map", value=digest)
        self.register_outputs({"configMapName": config.metadata.name})
