"""Autoscalers: when more pods come, how fast, and what happens where nobody measures.

Sources are the Kubernetes and KEDA documentation; unverified where nothing else is said.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.tolerance import above_ceiling, much_less, much_more, not_much_less
from plan.types.weaker.kubernetes.ways import deep
from plan.types.weaker.model import Weaker, becomes, number, written

if TYPE_CHECKING:
    from plan.types.weaker.kubernetes.ways import Row

_HPA = "Kubernetes documentation, Horizontal Pod Autoscaling, Configurable scaling behavior; Metrics"
_KEDA = "KEDA documentation, ScaledObject specification; Scalers"
_DEFAULT: tuple[dict[str, Any], ...] = (
    {"type": "Percent", "value": 100, "periodSeconds": 15},
    {"type": "Pods", "value": 4, "periodSeconds": 15},
)
"""How fast pods come where nothing is said (Kubernetes documentation, Horizontal Pod Autoscaling, Default behavior)."""
_AT_ONCE: tuple[dict[str, Any], ...] = ({"type": "Percent", "value": 100, "periodSeconds": 15},)
_LULL = 300
"""How fast pods go, and seconds after which a lull is one, where nothing is said (the same page)."""
_PODS = 10
"""Pods of which percents are taken, so that both kinds of policies compare (ours)."""
_TOLERANCE = 0.1
"""The share of its target by which a metric may miss it where nothing is said (Kubernetes documentation, Horizontal Pod
Autoscaling, Tolerance)."""
_WAIT = 60
"""Seconds that a longer wait before more pods come may have: a peak doubles within minutes (ours)."""
_TARGETS = ("averageUtilization", "averageValue", "value")
_BOUNDS = ("value", "threshold")
_WANTED = "desiredReplicas"
_QUERY = "query"
_AUTO = "Recreate"
"""What a vertical autoscaler does where nothing is said (Kubernetes documentation, Vertical Pod Autoscaling)."""
_ACTS = ("Auto", _AUTO, "InPlaceOrRecreate")
_DIGITS = re.compile(r"\b\d+(?:\.\d+)?\b")
_POLL = 30
"""Seconds between two looks of KEDA where nothing is said (KEDA documentation, pollingInterval)."""
_NONE_MAY_GO = (0, "0", "0%")


def _slower(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether pods come much more slowly, after a much longer wait, or not at all."""
    before, after = deep(old, "scaleUp"), deep(new, "scaleUp")
    waits = [number(deep(side, "stabilizationWindowSeconds")) or 0 for side in (before, after)]
    bounds = [number(deep(side, "tolerance")) for side in (before, after)]
    looked_past = much_more(*(_TOLERANCE if bound is None else bound for bound in bounds))
    return looked_past or much_less(_speed(before), _speed(after)) or (waits[1] > _WAIT and much_more(*waits))


def _unread(rules: object) -> bool:
    """Whether a policy has a type that nobody knows."""
    listed = deep(rules, "policies")
    return any(
        deep(policy, "type") not in {"Percent", "Pods"} for policy in (listed if isinstance(listed, list) else ())
    )


def _hasty(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether pods go much sooner after a peak, or much faster."""
    before, after = deep(old, "scaleDown"), deep(new, "scaleDown")
    waits = [number(deep(side, "stabilizationWindowSeconds")) for side in (before, after)]
    first, second = (_LULL if wait is None else wait for wait in waits)
    if _unread(after) and not _unread(before):
        return True
    return much_less(first, second) or much_more(_speed(before, _AT_ONCE), _speed(after, _AT_ONCE))


def _speed(rules: object, default: tuple[dict[str, Any], ...] = _DEFAULT) -> float:
    """Pods that come, or go, in a second at the most."""
    chosen = deep(rules, "selectPolicy")
    listed = deep(rules, "policies")
    policies = listed if isinstance(listed, list) and listed else default
    speeds = [_pods(policy) for policy in policies]
    return 0 if chosen == "Disabled" else (min if chosen == "Min" else max)(speeds)


def _pods(policy: object) -> float:
    value, seconds = number(deep(policy, "value")) or 0, number(deep(policy, "periodSeconds")) or 1
    return value / seconds * {"Percent": _PODS / 100, "Pods": 1}.get(str(deep(policy, "type")), 0)


def _measures_less(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a metric is asked no more, or more pods come only at a much higher value of it."""
    before, after = _targets(old), _targets(new)
    return any(
        name not in after or (key and after[name][0] not in {"", key}) or _higher(value, after[name][1])
        for name, (key, value) in before.items()
    )


def _targets(metrics: object) -> dict[str, tuple[str, float | None]]:
    """The target of each metric, with the way in which it is written: 70 % are not 70 processors."""
    found: dict[str, tuple[str, float | None]] = {}
    for metric in metrics if isinstance(metrics, list) else ():
        kind = str(deep(metric, "type"))
        part = deep(metric, kind[:1].lower() + kind[1:])
        name = deep(part, "name") or deep(part, "metric", "name")
        values = {key: number(deep(part, "target", key)) for key in _TARGETS}
        found[f"{kind} {name}"] = next(((key, value) for key, value in values.items() if value is not None), ("", None))
    return found


def _triggers_less(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a trigger is gone, or fires only at a much higher value."""
    before, after = _bounds(old), _bounds(new)
    return any(
        len(values) > len(after.get(kind, ())) or any(map(_higher, values, after[kind]))
        for kind, values in before.items()
    )


def _bounds(triggers: object) -> dict[str, list[float | None]]:
    found: dict[str, list[float | None]] = {}
    for trigger in triggers if isinstance(triggers, list) else ():
        values = (number(deep(trigger, "metadata", key)) for key in _BOUNDS)
        bound = next((value for value in values if value is not None), None)
        found.setdefault(str(deep(trigger, "type")), []).append(bound)
    return found


def _higher(before: float | None, after: float | None) -> bool:
    """Whether a target is one at which pods come too late, or none; most are percents of what a pod asked for."""
    if before is None or after is None:
        return before is not None
    return much_more(before, after) or above_ceiling(before, after)


def _idles(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether fewer pods are left where nothing triggers."""
    before, after = number(old), number(new)
    return after is not None and (before is None or after < before)


def _falls_back_on_less(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether far fewer pods are there, or none, where a fallback that leaves none may come or go."""
    return (not_much_less(old, new) and bool(number(old))) or (number(new) == 0 and number(old) != 0)


def _rarely(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    before, after = (number(_POLL if value is None else value) for value in (old, new))
    return before is not None and (after is None or much_more(max(before, _POLL), after))


def _acts(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether an autoscaler ends pods by itself, as it does where nothing is said, and did not."""
    return becomes(*_ACTS)(_AUTO if old is None else old, _AUTO if new is None else new)


def _asks_elsewhere(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a trigger asks something else, or somebody else, than before; its bounds are for another row."""
    before, after = (
        {str(deep(one, "name") or f"{deep(one, 'type')} {place}"): one for place, one in enumerate(side)}
        if isinstance(side, list)
        else {}
        for side in (old, new)
    )
    return any(_asked(one) != _asked(after[name], of=one) for name, one in before.items() if name in after)


def _asked(trigger: object, of: object = None) -> dict[str, str]:
    """What a trigger asks, its numbers left out; of the keys that another one has, where it is given."""
    asked = {"metricType": deep(trigger, "metricType"), "auth": deep(trigger, "authenticationRef")}
    about, known = deep(trigger, "metadata"), deep(trigger if of is None else of, "metadata")
    if isinstance(about, dict) and isinstance(known, dict):
        asked |= {
            f"metadata {key}": about.get(key)
            for key in known
            if key != _WANTED and not str(key).lower().endswith(_BOUNDS)
        }
    return {
        name: _DIGITS.sub("#", str(value)) if name.endswith(_QUERY) else written(value) for name, value in asked.items()
    }


def _fewer_wanted(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether fewer pods come by the clock."""
    before, after = (
        [number(deep(one, "metadata", _WANTED)) or 0 for one in (side if isinstance(side, list) else ())]
        for side in (old, new)
    )
    return len(before) == len(after) and any(map(operator.gt, before, after))


_LATE = "more pods come before those that are there are full"
_STAYS = "pods are there until a peak has passed"
_ROWS: tuple[Row, ...] = (
    (tokens.HPA, ("spec", "behavior"), _slower, "more pods come as fast as a peak", "room", _HPA),
    (
        tokens.SCALED_OBJECT,
        ("spec", "advanced", "horizontalPodAutoscalerConfig", "behavior"),
        _slower,
        "more pods come as fast as a peak",
        "room",
        _KEDA,
    ),
    (tokens.HPA, ("spec", "behavior"), _hasty, _STAYS, "room", _HPA),
    (
        tokens.SCALED_OBJECT,
        ("spec", "advanced", "horizontalPodAutoscalerConfig", "behavior"),
        _hasty,
        _STAYS,
        "room",
        _KEDA,
    ),
    (tokens.HPA, ("spec", "metrics"), _measures_less, _LATE, "room", _HPA),
    (tokens.SCALED_OBJECT, ("spec", "triggers"), _triggers_less, _LATE, "room", _KEDA),
    (tokens.SCALED_OBJECT, ("spec", "triggers"), _asks_elsewhere, "it measures what its pods do", "way", _KEDA),
    (tokens.SCALED_OBJECT, ("spec", "triggers"), _fewer_wanted, "these pods come before a peak begins", "room", _KEDA),
    (tokens.SCALED_OBJECT, ("spec", "pollingInterval"), _rarely, _LATE, "room", _KEDA),
    (
        tokens.SCALED_OBJECT,
        ("spec", "idleReplicaCount"),
        _idles,
        "these pods are there before a peak begins",
        "room",
        _KEDA,
    ),
    (
        tokens.SCALED_OBJECT,
        ("spec", "fallback", "replicas"),
        _falls_back_on_less,
        "pods are there where nobody can measure",
        "room",
        _KEDA,
    ),
    (
        tokens.VERTICAL,
        ("spec", "updatePolicy", "updateMode"),
        _acts,
        "nothing but a deployment ends its pods",
        "redundancy",
        "Kubernetes documentation, Vertical Pod Autoscaling, Update modes",
    ),
    (
        "kubernetes:policy/v1:PodDisruptionBudget",
        ("spec", "maxUnavailable"),
        becomes(*_NONE_MAY_GO),
        "a node under its pods can be emptied and replaced",
        "redundancy",
        "Kubernetes documentation, Specifying a Disruption Budget for your Application",
    ),
)
SCALING_WEAKER: tuple[Weaker, ...] = tuple(
    Weaker(token=token, path=path, than=than, says=says, loses=loses, source=source)
    for token, path, than, says, loses, source in _ROWS
)
