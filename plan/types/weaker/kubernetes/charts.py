"""Values of Helm charts that must not become weaker in silence, by what they are called in any chart.

Sources are the charts' own values (kube-prometheus-stack, keda, cluster-autoscaler, aws-load-balancer-controller,
grafana) and the documentation of what they run; unverified where nothing else is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from plan.tolerance import much_less, much_more
from plan.types.weaker.kubernetes.ways import halved, repository
from plan.types.weaker.measured import seconds
from plan.types.weaker.model import (
    FALSE,
    TRUE,
    Loses,
    at_least,
    becomes,
    changes,
    differs,
    gains,
    keeps_all,
    no_less,
    number,
    ranked,
    stays,
)
from plan.types.weaker.ways import appears, fewer, older_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.types.weaker.kubernetes.ways import Than

Lost = Loses | Literal["admits"]
"""What is lost; `admits` where somebody is let in."""
_KEPT = "10d"
"""How long the chart keeps series where nothing is said (kube-prometheus-stack, values, retention)."""
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGTPE]i?)B?")


def _off(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a part goes off; charts have most parts on where nothing is said."""
    return becomes(*FALSE)(old, new)


def _comes_from_elsewhere(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether an image has another registry or repository, or one where the chart chose it."""
    before, after = (repository(side) if side else "" for side in (old, new))
    return before != after


def _named_loosely(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a version is older, or none at all, such as `latest`."""
    return older_version(old, new) or (bool(new) and old != new and not re.search(r"\d", str(new)))


def _kept_shorter(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    before, after = (_amount(_KEPT if side is None else side) for side in (old, new))
    return before is not None and (after is None or much_less(before, after))


def _smaller(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    before, after = _amount(old), _amount(new)
    return before is not None and after is not None and much_less(before, after)


def _amount(value: object) -> float | None:
    """A duration of Prometheus in seconds, or a size; None for anything else."""
    if (found := _SIZE.fullmatch(str(value))) is not None:
        return number(f"{found[1]}{found[2]}")
    return seconds(value) or number(value)


def _rarer(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    before, after = seconds(old), seconds(new)
    return bool(before) and much_more(before, after)


def _more_go(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    before, after = (number(str(side).removesuffix("%")) for side in (old, new))
    return bool(before) and after is not None and much_more(before or 0, after)


def _fewer_stay(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    before, after = (number(str(side).removesuffix("%")) for side in (old, new))
    return bool(before) and after is not None and (not after or much_less(before or 0, after))


_ANONYMOUS = r"auth[._]anonymous[._]"
_SAFE = "whoever is in its pods has no rights of their node"
_ASKS = "it asks who comes"
_INSIDE = "it is reached inside of the cluster alone"
_ROWS: tuple[tuple[str, Than, Lost, str], ...] = (
    (rf"{_ANONYMOUS}enabled", becomes(*TRUE), "admits", _ASKS),
    (rf"{_ANONYMOUS}org_role", becomes("Editor", "Admin"), "admits", _ASKS),
    (r"auth[._](?:proxy|jwt)[._]enabled", becomes(*TRUE), "admits", _ASKS),
    (r"users[._]allow_sign_up", becomes(*TRUE), "admits", _ASKS),
    (r"users[._]auto_assign_org_role", becomes("Editor", "Admin"), "admits", _ASKS),
    (r"(?:ingress|route[.]main|gateway|httproute)[.]enabled", becomes(*TRUE), "admits", _INSIDE),
    (r"service[.]?type", becomes("LoadBalancer", "NodePort"), "admits", _INSIDE),
    (
        r"(?<!ingress[.])(?<!testframework[.])(?<!anonymous[.])enabled",
        _off,
        "defence",
        "this part of the chart is there",
    ),
    (r"defaultrules[.](?:create|rules[.]\w+)", becomes(*FALSE), "defence", "these alerts ring"),
    (r"defaultrules[.]disabled[.]\w+", becomes(*TRUE), "defence", "these alerts ring"),
    (r"paused", becomes(*TRUE), "defence", "it follows its values"),
    (r"\w*niluseshelmvalues", stays(*FALSE), "defence", "monitors and rules of every chart are read"),
    (r"watchnamespaces?", differs, "defence", "it looks after every namespace that it looked after"),
    (r"configsecret|useexistingsecret", appears, "defence", "who is told stands in its values"),
    (r"failurepolicy", becomes("Ignore"), "defence", "what it would refuse is refused while it does not answer"),
    (r"insecure\w*|\w*skip_?(?:tls_?)?verify", becomes(*TRUE), "defence", "it checks whom it speaks to"),
    # Replicas
    (r"replicas|(?:min)?replicacount|minreplicas", becomes(0), "defence", "pods of it run"),
    (r"replicas|(?:min)?replicacount|minreplicas", at_least(2), "redundancy", "a second pod goes on when one is lost"),
    (r"replicas|(?:min)?replicacount|minreplicas", fewer, "room", "these pods are there before a peak begins"),
    (r"maxunavailable", _more_go, "redundancy", "few of its pods go at once"),
    (r"minavailable", _fewer_stay, "redundancy", "few of its pods go at once"),
    (r"podantiaffinity", ranked("soft", "hard", absent="soft"), "redundancy", "its pods stand apart"),
    (r"whenunsatisfiable", stays("DoNotSchedule"), "redundancy", "its pods stand apart"),
    # Images
    (r"repository|registry|imageregistry|hub|image", _comes_from_elsewhere, "way", "its program comes from its makers"),
    (r"tag|imagetag|\w+version", _named_loosely, "defence", "what its makers repaired stays so"),
    # What is kept and measured
    (r"retention(?:time|days|period)?", _kept_shorter, "defence", "what was measured is kept"),
    (r"retentionsize", _smaller, "defence", "what was measured is kept"),
    (r"requests[.]storage|persistence[.]size", no_less, "copies", "a volume never shrinks"),
    (r"\w*interval|group_wait", _rarer, "defence", "it is measured and told often"),
    (r"(?:limits|requests)[.](?:cpu|memory)", halved, "room", "its containers have what their load takes"),
    # Rights
    (r"privileged|allowprivilegeescalation|host(?:network|pid|ipc)", becomes(*TRUE), "defence", _SAFE),
    (r"runasnonroot|readonlyrootfilesystem", becomes(*FALSE), "defence", _SAFE),
    (r"runasnonroot|readonlyrootfilesystem", stays(*TRUE), "defence", _SAFE),
    (r"runas(?:user|group)", becomes(0), "defence", _SAFE),
    (r"seccompprofile[.]type", becomes("Unconfined"), "defence", _SAFE),
    (r"capabilities[.]add", gains, "defence", _SAFE),
    (r"capabilities[.]drop", keeps_all, "defence", _SAFE),
    (r"serviceaccount[.]name", changes, "defence", "its pods have the rights of this account"),
    (r"clustername|clusterendpoint|vpcid|(?:aws)?region", changes, "way", "it looks after this cluster"),
)
"""How values are called at their end, in small letters, how two of them compare, what is lost, and what held."""
_COMPILED = tuple((re.compile(rf"(?:.*[._])?(?:{name})"), than, lost, says) for name, than, lost, says in _ROWS)


def weaker_value(path: str, old: Any, new: Any) -> tuple[Lost, str] | None:  # noqa: ANN401 - any value of a plan
    """What is lost where one value of a chart becomes another one, and what held; None for nothing that is known.

    Args:
        path: where it stands, as people write it.
        old: the value; None for none.
        new: the same afterwards.
    """
    for name, than, lost, says in _COMPILED:
        if name.fullmatch(path.lower()) and than(old, new):
            return lost, says
    return None


def is_weighed(path: str) -> bool:
    """Whether somebody compares a value of a chart, as far as its name says.

    Args:
        path: where it stands, as people write it.
    """
    return any(name.fullmatch(path.lower()) for name, *_ in _COMPILED)


def values_of(value: Any, path: str = "values") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any value of a plan
    """Every value of a chart with its path; entries of lists by their names, or their places."""
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from values_of(part, f"{path}.{key}")
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        for place, part in enumerate(value):
            name = part.get("name") if isinstance(part, dict) else None
            yield from values_of(part, f"{path}[{name or place}]")
    else:
        yield path, value
