"""The Kubernetes Secrets that the application reads: `db-secret` and `redis-secret` of the guide's Deployment."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..kubernetes.children import child_options
from ..kubernetes.labels import standard_labels
from .runtime_env import DATABASE_SECRET, REDIS_SECRET, URL_KEY, replica_key, shard_key


@dataclass(frozen=True, kw_only=True)
class SecretEntry:
    """One key of a Secret and its value."""

    key: str
    value: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class AppSecretsArgs:
    """Where the application finds its databases and its cache.

    Attributes:
        namespace: namespace of the Secrets.
        database: entries of `db-secret`, see `database_entries`; must hold the key "url".
        redis: entries of `redis-secret`, see `redis_entries`; must hold the key "url".
    """

    namespace: pulumi.Input[str]
    database: tuple[SecretEntry, ...]
    redis: tuple[SecretEntry, ...]

    def __post_init__(self) -> None:
        for secret, entries in ((DATABASE_SECRET, self.database), (REDIS_SECRET, self.redis)):
            keys = [entry.key for entry in entries]
            if URL_KEY not in keys:
                raise ValueError(f"{secret} needs the key {URL_KEY!r}, which the guide's Deployment reads")
            if len(set(keys)) != len(keys):
                raise ValueError(f"{secret} has a key twice: {sorted(keys)}")


def database_entries(
    primary: pulumi.Input[str],
    replicas: tuple[pulumi.Input[str], ...] = (),
    shards: tuple[pulumi.Input[str], ...] = (),
) -> tuple[SecretEntry, ...]:
    """The entries of `db-secret`: the primary's URL under both of its names, then replicas from 1, shards from 0."""
    return (
        SecretEntry(key=URL_KEY, value=primary),
        SecretEntry(key="primary-url", value=primary),
        *(SecretEntry(key=replica_key(number), value=url) for number, url in enumerate(replicas, start=1)),
        *(SecretEntry(key=shard_key(index), value=url) for index, url in enumerate(shards)),
    )


def redis_entries(url: pulumi.Input[str], host: pulumi.Input[str], port: pulumi.Input[int]) -> tuple[SecretEntry, ...]:
    """The entries of `redis-secret`: the URL of the guide's Deployment, host and port of its caching code."""
    return (
        SecretEntry(key=URL_KEY, value=url),
        SecretEntry(key="host", value=host),
        SecretEntry(key="port", value=pulumi.Output.from_input(port).apply(lambda number: str(int(number)))),
    )


class AppSecrets(pulumi.ComponentResource):
    """`db-secret` and `redis-secret`, and a checksum that makes a change of a value a rollout of the pods.

    The names are fixed by the guide, so that a changed value changes the object in place and pods would keep the
    old one; `checksum` belongs into the pod template's annotations.

    Example:
        ```python
        database, redis = database_entries(url), redis_entries(cache.url, cache.host, 6379)
        secrets = AppSecrets("app-secrets", AppSecretsArgs(namespace="production", database=database, redis=redis))
        ```
    """

    checksum: pulumi.Output[str]

    def __init__(self, name: str, args: AppSecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:app_secrets:AppSecrets", name, None, opts)
        child = child_options(self, opts)
        names = [
            _secret(logical, secret, args.namespace, entries, child)
            for logical, secret, entries in (
                (f"{name}-database", DATABASE_SECRET, args.database),
                (f"{name}-redis", REDIS_SECRET, args.redis),
            )
        ]
        digest = checksum((*args.database, *args.redis))
        # waits for both objects: a pod whose Secret does not exist yet cannot start
        self.checksum = pulumi.Output.all(digest, *names).apply(lambda resolved: str(resolved[0]))
        self.register_outputs({"checksum": self.checksum})


def _secret(
    logical: str,
    secret: str,
    namespace: pulumi.Input[str],
    entries: tuple[SecretEntry, ...],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    resource = k8s.core.v1.Secret(
        logical,
        metadata=k8s.meta.v1.ObjectMetaArgs(name=secret, namespace=namespace, labels=standard_labels(secret, "secret")),
        type="Opaque",
        string_data={entry.key: pulumi.Output.secret(entry.value) for entry in entries},
        opts=opts,
    )
    return pulumi.Output.unsecret(resource.metadata.name)


def checksum(entries: tuple[SecretEntry, ...]) -> pulumi.Output[str]:
    """A short hash of all values, deliberately no secret: it must be readable in the pod template.

    The values carry random passwords of 40 characters, which no one can find from a hash.
    """
    values = pulumi.Output.all(*(entry.value for entry in entries))
    digest = values.apply(lambda texts: hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16])
    return pulumi.Output.unsecret(digest)
