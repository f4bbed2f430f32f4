"""What the containers of pods run, with which environment, when they are asked, and where their pods stand.

Sources are the Kubernetes documentation and those of the programs; unverified where nothing else is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plan.types.weaker.kubernetes.ways import containers, deep, halved
from plan.types.weaker.model import Loses, changes, differs, number, written
from plan.types.weaker.ways import appears, no_more, wide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.types.weaker.kubernetes.ways import Than

_ENV = "Kubernetes documentation, Define Environment Variables for a Container"
_START = "Kubernetes documentation, Define a Command and Arguments for a Container"
_PROBES = "Kubernetes documentation, Configure Liveness, Readiness and Startup Probes"
_LIFECYCLE = "Kubernetes documentation, Container Lifecycle Hooks"
_SECRETS = "Kubernetes documentation, Secrets"
_SPREAD = "Kubernetes documentation, Pod Topology Spread Constraints"
_PRIORITY = "Kubernetes documentation, Pod Priority and Preemption"

_TLS = re.compile(r"(^|_)(TLS|SSL|HTTPS|SSLMODE|VERIFY)(_|$)|SSLMODE$|TLS_REJECT_UNAUTHORIZED")
_OFF = frozenset(("", "0", "false", "no", "off", "none", "disable", "disabled", "allow", "prefer"))
"""How programs write that they ask for no TLS, or do not check whom they speak with (PostgreSQL documentation, SSL
Support, sslmode; Node.js documentation, NODE_TLS_REJECT_UNAUTHORIZED)."""
_WAYS = frozenset(
    (
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "LD_PRELOAD", "LD_LIBRARY_PATH", "NODE_PATH"),
        *("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    )
)
"""Variables that lead a program elsewhere, make it trust somebody else, or put another one into it (curl, Environment;
ld.so(8); Node.js documentation, Command-line API)."""
_FLAGS = re.compile(
    r"--(?:inspect|require|import|loader|experimental-loader|tls-min-v1\.[01]|insecure|use-openssl-ca|eval)"
    r"|(?:^|\s)-[re](?=\s|$)"
)
"""Options of Node.js that open a debugger, load another program, or take old TLS (the same)."""


def _of_known(than: Than) -> Than:
    """Compares each container with the one that had its name."""

    def weaker(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
        before, after = dict(containers(old)), dict(containers(new))
        return any(than(one, after[name]) for name, one in before.items() if name in after)

    return weaker


def _property(than: Than, *path: str) -> Than:
    return _of_known(lambda old, new: than(deep(old, *path), deep(new, *path)))


def _of_pod(than: Than, name: str) -> Than:
    return lambda old, new: than(deep(old, name), deep(new, name))


def _environment(container: object) -> dict[str, Any]:
    found = container.get("env") if isinstance(container, dict) else None
    listed = found if isinstance(found, list) else ()
    return {str(one.get("name")): one for one in listed if isinstance(one, dict)}


def _told_less(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a container finds a variable no more, or another one in its place."""
    before, after = _environment(old), _environment(new)
    gone = (name for name, one in before.items() if name not in after and not _worse(name, None, _value(one)))
    return any(gone) or any(_read_from(one, after[name]) for name, one in before.items() if name in after)


def _read_from(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether a variable that came from a secret or a configuration comes from elsewhere."""
    before, after = old.get("valueFrom"), new.get("valueFrom")
    return isinstance(before, dict) and written(before) != written(after)


def _told_otherwise(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a variable asks for less TLS, leads elsewhere, or opens the program."""
    before, after = _environment(old), _environment(new)
    return any(_worse(name, _value(before.get(name)), _value(one)) for name, one in after.items())


def _value(variable: object) -> str | None:
    value = variable.get("value", "") if isinstance(variable, dict) else None
    return None if value is None else str(value)


def _worse(name: str, old: str | None, new: str | None) -> bool:
    word, after = name.upper(), new or ""
    if old == new:
        return False
    if word in _WAYS:
        return bool(after)
    if word == "PORT":
        return old is not None
    if "PROXIES" in word or "PROXY" in word:
        return any(wide(block.strip()) for block in after.split(",")) or after.strip().lower() in {"*", "true", "all"}
    if word.endswith(("OPTIONS", "OPTS")):
        return bool(set(_FLAGS.findall(after)) - set(_FLAGS.findall(old or "")))
    if _TLS.search(word):
        return after.strip().lower() in _OFF and (old is None or old.strip().lower() not in _OFF)
    return False


def _secrets_of(pod: object) -> Iterator[str]:
    """The Secrets that a pod mounts or reads as a whole."""
    for _, one in containers(pod):
        sources = one.get("envFrom")
        for source in sources if isinstance(sources, list) else ():
            yield written(deep(source, "secretRef", "name"))
    volumes = deep(pod, "volumes")
    for volume in volumes if isinstance(volumes, list) else ():
        yield written(deep(volume, "secret", "secretName"))
        parts = deep(volume, "projected", "sources")
        for part in parts if isinstance(parts, list) else ():
            yield written(deep(part, "secret", "name"))


def _reads_more(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a pod reads a Secret that it did not, and none that it read has another name."""
    before, after = set(_secrets_of(old)), set(_secrets_of(new))
    return bool(after - before - {written(None)})


def _asked_elsewhere(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a container is asked on another port, path or way than before, whether it is ready or alive."""
    return any(
        _way(old.get(probe)) != _way(new.get(probe))
        for probe in ("readinessProbe", "livenessProbe", "startupProbe")
        if isinstance(old.get(probe), dict) and isinstance(new.get(probe), dict)
    )


def _way(probe: dict[str, Any]) -> str:
    return written({name: probe.get(name) for name in ("httpGet", "tcpSocket", "grpc", "exec")})


def _given_up_sooner(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a container that does not answer is ended after less than half of the time."""
    before, after = (_patience(one.get("livenessProbe")) for one in (old, new))
    return before is not None and after is not None and halved(before, after)


def _patience(probe: object) -> float | None:
    """Seconds until a container is ended; periods of 10 and 3 failures where nothing is said (Kubernetes, as above)."""
    if not isinstance(probe, dict):
        return None
    period, failures = number(probe.get("periodSeconds", 10)), number(probe.get("failureThreshold", 3))
    return None if period is None or failures is None else period * failures


def _stand_together(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether pods that must be spread need no longer be, or others are counted."""
    before, after = _spread(old), _spread(new)
    for key, one in before.items():
        now = after.get(key)
        if now is None:
            return True
        firm = one.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule"
        if firm and now.get("whenUnsatisfiable", "DoNotSchedule") != "DoNotSchedule":
            return True
        if no_more()(one.get("maxSkew"), now.get("maxSkew")):
            return True
        if written(one.get("labelSelector")) != written(now.get("labelSelector")):
            return True
    return False


def _spread(constraints: object) -> dict[str, dict[str, Any]]:
    listed = constraints if isinstance(constraints, list) else ()
    return {str(one.get("topologyKey")): one for one in listed if isinstance(one, dict)}


_RUNS = "its containers run this program"
_ASKED = "its containers are asked whether they answer as they were"
PROGRAMS: tuple[tuple[str, Than, str, Loses, str], ...] = (
    ("containers.command", _property(differs, "command"), _RUNS, "defence", _START),
    ("containers.args", _property(differs, "args"), _RUNS, "defence", _START),
    ("containers.env", _of_known(_told_less), "its programs find what they are told", "way", _ENV),
    (
        "containers.env",
        _of_known(_told_otherwise),
        "its programs check whom they speak with, and are led by nobody else",
        "defence",
        _ENV,
    ),
    ("containers.envFrom", _reads_more, "its pods read the secrets that they need", "defence", _SECRETS),
    ("containers.readinessProbe", _of_known(_asked_elsewhere), _ASKED, "redundancy", _PROBES),
    ("containers.livenessProbe", _of_known(_given_up_sooner), _ASKED, "redundancy", _PROBES),
    (
        "containers.lifecycle.preStop.sleep.seconds",
        _property(halved, "lifecycle", "preStop", "sleep", "seconds"),
        "a pod that goes answers what it has taken",
        "redundancy",
        _LIFECYCLE,
    ),
    (
        "containers.lifecycle.postStart",
        _property(appears, "lifecycle", "postStart"),
        "nothing else is run in its containers",
        "defence",
        _LIFECYCLE,
    ),
    (
        "topologySpreadConstraints",
        _of_pod(_stand_together, "topologySpreadConstraints"),
        "its pods stand on several nodes and zones",
        "redundancy",
        _SPREAD,
    ),
    (
        "priorityClassName",
        _of_pod(changes, "priorityClassName"),
        "its pods go after less important ones",
        "room",
        _PRIORITY,
    ),
)
"""How pods of one workload compare: what is shown, how, what held, what is lost, and the document."""
