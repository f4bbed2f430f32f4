"""What the containers of pods run, with which environment, when they are asked, and where their pods stand.

Sources are the Kubernetes documentation and those of the programs; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan.tolerance import much_more
from plan.types.weaker.kubernetes.environment import runs_otherwise, told_less, told_more, told_otherwise
from plan.types.weaker.kubernetes.mounts import hides, other_source
from plan.types.weaker.kubernetes.secrets import reads_more
from plan.types.weaker.kubernetes.ways import containers, deep, halved
from plan.types.weaker.model import Loses, changes, number, written
from plan.types.weaker.ways import appears, no_more

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plan.types.weaker.kubernetes.ways import Than
    from plan.types.weaker.model import Told

_ENV = "Kubernetes documentation, Define Environment Variables for a Container"
_START = "Kubernetes documentation, Define a Command and Arguments for a Container"
_PROBES = "Kubernetes documentation, Configure Liveness, Readiness and Startup Probes"
_LIFECYCLE = "Kubernetes documentation, Container Lifecycle Hooks"
_VOLUMES = "Kubernetes documentation, Volumes"
_SECRETS = "Kubernetes documentation, Secrets"
_SPREAD = "Kubernetes documentation, Pod Topology Spread Constraints"
_PRIORITY = "Kubernetes documentation, Pod Priority and Preemption"


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


def _far_more(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a number has grown by more than people tune."""
    before, after = number(old), number(new)
    return before is not None and after is not None and much_more(max(before, 1), after)


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


SPEAKS = "its programs check whom they speak with, and are led by nobody else"
UNREAD = "nothing here knows what it does"
_FOUND = "its containers find their own files, and these, where they were"
_RUNS = "its containers run this program"
_ASKED_OFTEN = "a container that does not answer is found soon"
_PROBED = {
    "readinessProbe": ("periodSeconds", "timeoutSeconds", "initialDelaySeconds", "failureThreshold"),
    "startupProbe": ("periodSeconds", "timeoutSeconds", "initialDelaySeconds", "failureThreshold"),
    # How long a container that hangs may live is tuned by its period; that it is not ended too soon has a row.
    "livenessProbe": ("timeoutSeconds", "initialDelaySeconds"),
}
_ASKED = "its containers are asked whether they answer as they were"
PROGRAMS: tuple[tuple[str, Than, str, Loses, str], ...] = (
    ("containers.readinessProbe", _of_known(_asked_elsewhere), _ASKED, "redundancy", _PROBES),
    ("containers.livenessProbe", _of_known(_given_up_sooner), _ASKED, "redundancy", _PROBES),
    *(
        (f"containers.{probe}.{name}", _property(_far_more, probe, name), _ASKED_OFTEN, "redundancy", _PROBES)
        for probe, names in _PROBED.items()
        for name in names
    ),
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
    ("volumes", other_source, "its files are of these kinds", "defence", _VOLUMES),
    ("containers.volumeMounts", hides, _FOUND, "way", _VOLUMES),
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

TOLD: tuple[tuple[tuple[str, ...], Callable[[Any, Any], Iterator[Told]], str, Loses, str, bool], ...] = (
    (("containers.command", "containers.args"), runs_otherwise, _RUNS, "defence", _START, False),
    (("containers.env", "containers.envFrom"), told_less, "its programs find what they are told", "way", _ENV, False),
    (("containers.env", "containers.envFrom"), told_otherwise, SPEAKS, "defence", _ENV, False),
    (("containers.env", "containers.envFrom"), told_more, UNREAD, "nothing", _ENV, True),
)
"""The same where people are told which part it is: the parts, what is told, what held, what is lost, the document, and
whether it is only noted."""
READS = ("containers.env", "containers.envFrom")
"""Where variables come from Secrets: `policies.gate.readers` judges it, as it depends on who else reads them. Volumes
are named beside it, because nothing here says what their files are."""
READ = (reads_more, "its pods read no secrets of others", _SECRETS)
"""How that compares, what held, and the document."""
