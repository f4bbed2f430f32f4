"""The instances of one provider package: each `aws.Provider(...)` of a program has a configuration of its own.

The engine opens a connection to the provider's port for every instance, so that the peer of a call says which one it is
for; no message of the protocol carries the instance.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.model.outputs import short_hash
from sandbox.model.place import HOME, Place
from sandbox.protocol.wire import has_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.model.outputs import Inputs

_JSON = ("{", "[")
_ROLE_ACCOUNT = re.compile(r"arn:[a-z-]+:iam::(\d{12}):role/")


@dataclass(frozen=True)
class Instance:
    """One configured provider.

    Attributes:
        config: what the program, the stack's configuration or the environment gave it, secrets unwrapped.
        place: where it works.
    """

    config: Mapping[str, Any] = field(default_factory=dict)
    place: Place = HOME

    @property
    def default_tags(self) -> dict[str, Any]:
        """The tags of everything that it makes."""
        tags = _mapping(self.config.get("defaultTags")).get("tags")
        return _mapping(tags)

    def ignores(self, tag: str) -> bool:
        """Whether the provider looks away from a tag (`ignoreTags`)."""
        ignored = _mapping(self.config.get("ignoreTags"))
        beginnings = tuple(map(str, _under(ignored, "keyPrefixes", "key_prefixes") or ()))
        return tag in (ignored.get("keys") or ()) or (bool(beginnings) and tag.startswith(beginnings))


class Instances:
    """The instances of one package by the peer of their connection."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._by_peer: dict[str, Instance] = {}
        self._latest = Instance()
        self._lock = threading.Lock()

    def configure(self, peer: str, arguments: Inputs) -> Instance:
        """Remember how an instance was configured.

        Args:
            peer: of the connection.
            arguments: of the Configure call, secrets unwrapped; what is not known yet is left out.
        """
        found = configured(self._package, arguments)
        with self._lock:
            self._by_peer[peer] = self._latest = found
        return found

    def of(self, peer: str) -> Instance:
        """The instance that a call is for; a peer that configured nothing, such as a test's, meets the latest one."""
        with self._lock:
            return self._by_peer.get(peer, self._latest)


def configured(package: str, arguments: Inputs) -> Instance:
    """An instance from its configuration; nested values arrive as JSON texts.

    Args:
        package: the provider package, for example "aws".
        arguments: by property name; unknown ones must be left out.
    """
    config = {key: _plain(value) for key, value in arguments.items()}
    if package == "aws":
        region, account = config.get("region"), _account(config)
        place = replace(HOME, region=str(region or HOME.region), account=account or HOME.account)
        return Instance(config, place)
    if package == "kubernetes":
        return Instance(config, replace(HOME, cluster=cluster_of(config)))
    return Instance(config)


def moved_by(package: str, old: Inputs, new: Inputs) -> frozenset[str]:
    """The properties of a provider whose change makes it another provider, so that all of its resources are replaced.

    The Kubernetes provider is replaced when it turns to another cluster (SDK documentation, `clusterIdentifier`).

    Args:
        package: the provider package.
        old: its configuration before.
        new: its configuration now; unknown values tell nothing yet.
    """
    if package != "kubernetes" or has_unknown(new):
        return frozenset()
    before, after = configured(package, old).place.cluster, configured(package, new).place.cluster
    keys = ("clusterIdentifier", "kubeconfig", "context", "cluster")
    return frozenset(key for key in keys if old.get(key) != new.get(key)) if before and before != after else frozenset()


def cluster_of(config: Mapping[str, Any]) -> str:
    """What tells the cluster of a Kubernetes provider from others: its server's address, whoever logs in there.

    The provider itself compares `clusterIdentifier` and else what the kubeconfig says (pulumi-kubernetes, Provider
    resource documentation).
    """
    if identifier := config.get("clusterIdentifier"):
        return short_hash(str(identifier), length=12)
    given = config.get("kubeconfig")
    document = given if isinstance(given, dict) else _kubeconfig(str(given or ""))
    named = str(config.get("context") or document.get("current-context") or "")
    contexts = {str(item.get("name")): _mapping(item.get("context")) for item in _items(document.get("contexts"))}
    clusters = {str(item.get("name")): _mapping(item.get("cluster")) for item in _items(document.get("clusters"))}
    cluster = str(config.get("cluster") or contexts.get(named, {}).get("cluster") or "")
    server = clusters.get(cluster, next(iter(clusters.values()), {})).get("server") or named or given
    return short_hash(str(server), length=12) if server else ""


def _kubeconfig(text: str) -> dict[str, Any]:
    try:
        return _mapping(yaml.safe_load(text))
    except yaml.YAMLError:
        return {}


def _items(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - configuration values have any shape
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:  # noqa: ANN401 - configuration values have any shape
    return value if isinstance(value, dict) else {}


def _account(config: Mapping[str, Any]) -> str:
    """The account of the role that the provider takes on at last, if it takes on any."""
    roles = [*_items(config.get("assumeRoles")), _mapping(config.get("assumeRoleWithWebIdentity"))]
    found = [match[1] for role in roles if (match := _ROLE_ACCOUNT.match(str(_under(role, "roleArn", "role_arn"))))]
    return found[-1] if found else ""


def _under(item: Mapping[str, Any], name: str, written: str) -> Any:  # noqa: ANN401 - configuration values have any shape
    """A nested value by either of its names.

    The SDK for Python sends plain dictionaries as they are written, and the bridge takes both: a name without capitals
    stays as it is (pulumi-terraform-bridge, pkg/tfbridge/names.go, PulumiToTerraformName; read 2026-11-29).
    """
    return item.get(name, item.get(written))


def _plain(value: Any) -> Any:  # noqa: ANN401 - configuration values have any shape
    if isinstance(value, str) and value.startswith(_JSON):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
