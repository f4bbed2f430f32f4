"""Whom pods believe to be their database: a file of authorities in every pod, and URLs that insist on it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pulumi
import pulumi_kubernetes as k8s

from ..kubernetes.children import child_options
from ..kubernetes.labels import standard_labels
from ..kubernetes.pods import Annotation, FileMount

CONFIG_NAME = "bailbondpro-database-ca"
FILE_NAME = "ca.crt"
DIRECTORY = "/etc/bailbondpro/database-ca"
FILE_PATH = f"{DIRECTORY}/{FILE_NAME}"


@dataclass(frozen=True, kw_only=True)
class DatabaseTrustArgs:
    """Which authorities, and where.

    Attributes:
        namespace: where the pods are.
        authorities: PEM of each authority whose servers are believed. The databases' belongs here even while a pooler
            stands before them: pods with the old URL read the file again with every new connection.
    """

    namespace: pulumi.Input[str]
    authorities: tuple[pulumi.Input[str], ...]

    def __post_init__(self) -> None:
        if not self.authorities:
            raise ValueError("without an authority no server would be believed")


class DatabaseTrust(pulumi.ComponentResource):
    """The authorities as a file for pods; a change of them rolls the pods.

    Example:
        ```python
        authorities = ("-----BEGIN CERTIFICATE-----",)
        trust = DatabaseTrust("database-trust", DatabaseTrustArgs(namespace="production", authorities=authorities))
        database_url, files = verified(url), (trust.mount,)
        ```
    """

    mount: FileMount
    """For the pods that connect; the file is `FILE_PATH`."""
    checksum: Annotation
    """For the same pods."""

    def __init__(self, name: str, args: DatabaseTrustArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:database_trust:DatabaseTrust", name, None, opts)
        bundle = pulumi.Output.all(*args.authorities).apply(lambda pems: "".join(f"{pem.strip()}\n" for pem in pems))
        config = k8s.core.v1.ConfigMap(
            f"{name}-config",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=CONFIG_NAME, namespace=args.namespace, labels=standard_labels(CONFIG_NAME, "databases")
            ),
            data={FILE_NAME: bundle},
            opts=child_options(self, opts),
        )
        digest = bundle.apply(lambda text: hashlib.sha256(text.encode()).hexdigest()[:16])
        self.mount = FileMount(kind="config_map", name="database-ca", object_name=config.metadata.name, path=DIRECTORY)
        self.checksum = Annotation(key="checksum/database-ca", value=digest)
        self.register_outputs({"configMapName": config.metadata.name})


def verified(url: pulumi.Input[str]) -> pulumi.Output[str]:
    """The same URL for pods that mount the file: the server's certificate and its name are checked; secret.

    libpq and node-postgres read both parameters (PostgreSQL documentation, "Connection Strings"; node-postgres
    documentation, "SSL").
    """
    return pulumi.Output.secret(pulumi.Output.from_input(url).apply(verifying))


def verifying(url: str) -> str:
    """A PostgreSQL URL with `sslmode=verify-full` and the authorities' file, instead of any other mode."""
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key not in {"sslmode", "sslrootcert"}]
    query += [("sslmode", "verify-full"), ("sslrootcert", FILE_PATH)]
    return urlunsplit(parts._replace(query=urlencode(query, safe="/")))
