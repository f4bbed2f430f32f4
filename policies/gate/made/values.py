"""Checks of values that nothing of their type has yet: what each may be, and what it may refer to."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.types.weaker.kubernetes.guards import is_a_guard
from plan.types.weaker.kubernetes.ways import repository
from plan.types.weaker.model import number
from plan.unknown import is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a new value may refer to.

    Attributes:
        made: namespaces and names of the objects that the same change makes, by type.
        names: logical and physical names of all that the same change makes, by type.
        namespaces: names of all namespaces.
        programs: namespaces, accounts, and what their pods run.
        mounts: namespaces, accounts, and the Secrets and ConfigMaps that their pods mount.
        databases: names of all databases.
        apps: labels of the pods that run.
        images: repositories of the images that run.
        subnets: ids of the subnets in which nodes run.
        regions: of what stands.
        domains: of the records that stand, and of the people who are told.
        networks: of the VPCs that stand.
    """

    made: frozenset[tuple[str, str, str]]
    names: frozenset[tuple[str, str]]
    namespaces: frozenset[str]
    programs: frozenset[tuple[str, str, tuple[str, ...]]]
    mounts: frozenset[tuple[str, str, str]]
    databases: frozenset[str]
    apps: frozenset[str]
    images: frozenset[str]
    subnets: frozenset[str]
    regions: frozenset[str]
    domains: frozenset[str]
    networks: tuple[ipaddress.IPv4Network, ...]


Check = Callable[[Any, Around, str], bool]
"""Whether a new value is ordinary: the value, what is around it, and the namespace of the new thing."""

GROWN_IMAGES = ("docker.io/edoburu/pgbouncer", "docker.io/prometheuscommunity/pgbouncer-exporter")
"""Images that the platform itself brings in a later phase (infra/settings/pooler.py); a test compares them."""
GROWN_CHART = ("keda", "https://kedacore.github.io/charts")
"""The chart that comes with them, and its repository (components/cluster/operators.py)."""
_SECRETS = re.compile(r"passw|secret|token|credential|private|api.?key", re.IGNORECASE)
LONGEST_HOURS = 175_200
"""Hours that the platform's own authorities last (components/tls); nothing new lasts longer."""
SHORTEST_RSA = 2048
"""Bits of an RSA key (NIST SP 800-131A)."""


def own_image(value: Any, around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """An image of a repository from which pods run already, or that the platform brings in a later phase."""
    return isinstance(value, str) and repository(value) in {*around.images, *GROWN_IMAGES}


def new_namespace(value: Any, around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A namespace that comes with it."""
    return (tokens.NAMESPACE, "", str(value)) in around.made


def is_number(value: Any, _around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A number, a quantity, or what only an update makes known."""
    return number(value) is not None or is_unknown(value)


def of_the_stack(value: Any, around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A region in which something stands."""
    return value in around.regions


def is_port(value: Any, _around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A number, or a name."""
    return isinstance(value, str) or number(value) is not None


def is_text(value: Any, _around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A text."""
    return isinstance(value, str)


def is_part(value: Any, _around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A text, a number or a truth value."""
    return isinstance(value, (str, int, float))


def is_truth(value: Any, _around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """True or false."""
    return isinstance(value, bool)


def is_variable(value: Any, _around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A name of a variable that switches no guard of its program."""
    return isinstance(value, str) and not is_a_guard(value)


def at_most(most: float) -> Check:
    """A number that is not larger.

    Args:
        most: the largest one.
    """
    return lambda value, _around, _space: (found := number(value)) is not None and found <= most


def at_least(least: float) -> Check:
    """A number that is not smaller.

    Args:
        least: the smallest one.
    """
    return lambda value, _around, _space: (found := number(value)) is not None and found >= least


def one_of(*values: object) -> Check:
    """One of some values.

    Args:
        values: the values.
    """
    return lambda value, _around, _space: value in values


def inside(value: Any, around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A network of the stack's own."""
    try:
        found = ipaddress.IPv4Network(value)
    except ValueError:
        return False
    return any(found.subnet_of(one) for one in around.networks)


_SERVER = re.compile(r"https?://(?:[a-z0-9-]+|[a-z0-9.-]+\.svc(?:\.cluster\.local)?)(?::\d+)?/?")
"""An address of a Service (Kubernetes documentation, DNS for Services and Pods)."""


def is_own_server(value: Any, _around: Around | None = None, _space: str = "") -> bool:  # noqa: ANN401 - any value of a plan
    """An address of a Service of the cluster."""
    return isinstance(value, str) and _SERVER.fullmatch(value) is not None


def like(pattern: str) -> Check:
    """A text of a form.

    Args:
        pattern: a regular expression of the whole text.
    """
    return lambda value, _around, _space: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def of_the_cluster(value: Any, around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A name of a Service (Kubernetes documentation, DNS for Services and Pods)."""
    found = re.fullmatch(r"[a-z0-9-]+(?:\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?)?", str(value))
    return found is not None and (found[1] is None or found[1] in around.namespaces)


def comes_with_it(*types: str) -> Check:
    """The name of something of some types that the same change makes, or what only an update makes known.

    Args:
        types: tokens.
    """

    def check(value: Any, around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
        if is_unknown(value) or not isinstance(value, str):
            return is_unknown(value)
        last = re.split(r"[/:]", value)[-1]
        names = {name for token, name in around.names if token in types}
        # The provider gives eight letters of chance to what has no name of its own (Pulumi documentation, Auto-naming).
        return any(re.fullmatch(rf"{re.escape(name)}(-[0-9a-f]{{7,8}})?", last) for name in names)

    return check


def of_the_domain(value: Any, around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A name below a domain that records or people have, and no wildcard."""
    found = str(value).rpartition("@")[2].lower()
    return "*" not in found and any(found == one or found.endswith(f".{one}") for one in around.domains)


def of_the_region(value: Any, around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A service of AWS in a region in which something stands, as far as that is known."""
    found = re.fullmatch(r"(?:com\.amazonaws|aws\.api)\.([a-z0-9-]+)\..+", str(value))
    return found is not None and (not around.regions or found[1] in around.regions)


def of_the_nodes(value: Any, around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A subnet in which nodes run, or one that comes."""
    return is_unknown(value) or value in around.subnets


def no_secret(value: Any, _around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A name of something that is no secret."""
    return isinstance(value, str) and _SECRETS.search(value) is None


def own_database(value: Any, around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A database of the stack."""
    return is_unknown(value) or value in around.databases


def new_pods(value: Any, around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """A label that no pods have yet."""
    return isinstance(value, str) and value not in around.apps


def not_known(value: Any, _around: Around, _space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """What only an update makes known is made by it."""
    return is_unknown(value)


def networks(cidrs: Iterable[object]) -> tuple[ipaddress.IPv4Network, ...]:
    """The networks that can be read among some.

    Args:
        cidrs: in any form.
    """
    found = []
    for cidr in cidrs:
        try:
            found.append(ipaddress.IPv4Network(str(cidr)))
        except ValueError:
            continue
    return tuple(found)
