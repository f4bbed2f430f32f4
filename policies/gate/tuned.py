"""Checks of values that people tune: which changes of a property are ordinary, and which nobody judged."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bailbondpro.facts.windows import MINUTES_PER_DAY, daily_span, weekly_span
from plan.types.weaker.model import FALSE, TRUE, number
from plan.unknown import is_unknown
from policies.documents import listed
from policies.gate.made.values import is_own_server

Inputs = Mapping[str, Any]
Check = Callable[[Any, Any, Inputs], bool]
"""Whether a change is ordinary: what stands there, what will, and the inputs of the whole resource afterwards."""
NEAR_MINUTES = 4 * 60
"""Minutes by which a window may move through the day without anybody being asked (ours): a night stays a night."""
_OPTIONS = frozenset(("noatime", "nodiratime", "relatime", "discard", "nouuid"))
"""Options of a mount that neither lose writes nor forbid them (mount(8), ext4(5), xfs(5); unverified 2026-12-01)."""
_ADDON = re.compile(
    r"(.*\.)?(replicaCount|replicas|minReplicas|maxReplicas|resources\..*|topologySpreadConstraints\b.*"
    r"|podDisruptionBudget\..*|env\.(WARM|MINIMUM)_\w+)"
)
"""Values of add-ons that say how much of it runs (Amazon EKS User Guide, Amazon EKS add-ons; unverified 2026-12-01)."""
_TRIGGERS = frozenset(("cpu", "memory", "prometheus", "cron"))
"""Scalers of KEDA that the planner simulates; another one asks somebody whom nobody here knows."""
_PORTS = frozenset(("name", "containerPort", "protocol"))
_ENDPOINT = frozenset(("port", "path", "interval", "scrapeTimeout", "scheme"))
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_GENERATION = re.compile(r"-(?:\d{1,4}|[a-z])$")
_TAG = re.compile(r"[^/:]+")


def any_value(_old: Any, _new: Any, _inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """Every change."""
    return True


def at_most(most: float) -> Check:
    """Numbers up to one.

    Args:
        most: the largest.
    """
    return lambda _old, new, _inputs: (found := number(new)) is not None and found <= most


def grows(least: float) -> Check:
    """Numbers that grow, or that are this many at least.

    Args:
        least: how many; 0 where it must grow.
    """

    def check(old: Any, new: Any, _inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
        before, after = number(old), number(new)
        return after is not None and (after >= least > 0 or (before is not None and after >= before))

    return check


def one_of(*values: object) -> Check:
    """Some values.

    Args:
        values: the values.
    """
    return lambda _old, new, _inputs: not isinstance(new, bool) and new in values


def is_form(pattern: str) -> Check:
    """Texts of a form.

    Args:
        pattern: a regular expression of the whole text.
    """
    return lambda _old, new, _inputs: isinstance(new, str) and re.fullmatch(pattern, new) is not None


def is_switched_off(old: Any, new: Any, _inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """What was not on, and is off."""
    return old not in TRUE and new in (None, *FALSE)


def near_by(old: Any, new: Any, _inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """A window that stays at about its time of day."""
    spans = [daily_span(str(side)) or weekly_span(str(side)) for side in (old, new)]
    if any(span is None for span in spans):
        return False
    moved = (spans[1].start - spans[0].start) % MINUTES_PER_DAY  # type: ignore[union-attr]  # none is None
    return min(moved, MINUTES_PER_DAY - moved) <= NEAR_MINUTES


def next_of_name(old: Any, new: Any, _inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """The name of another generation of the same thing, whose names end in a number or a letter."""
    sides = [_GENERATION.sub("", side) if isinstance(side, str) else None for side in (old, new)]
    return sides[0] is not None and sides[0] == sides[1]


def runs_its_image(_old: Any, new: Any, _inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """Containers that go, or that come and run what their image says: rows compare the rest of them, part by part."""
    return all(isinstance(one, dict) and not one.get("command") for one in listed(new))


def prefers(old: Any, new: Any, _inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """Wishes of pods for nodes and neighbours, of which none is asked for."""
    sides = [side if isinstance(side, dict) else {} for side in (old, new)]
    paths = {path for side in sides for path, _ in _leaves(side)} - {""}
    return all(_PREFERRED in path for path in paths)


def tolerates_by_name(_old: Any, _new: Any, inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """Taints that are tolerated by their names: pods that tolerate every taint stay on nodes that are lost."""
    return all(isinstance(one, dict) and bool(one.get("key")) for one in _tolerations(inputs))


def _tolerations(value: Any) -> Iterator[Any]:  # noqa: ANN401 - any value of a plan
    for name, part in value.items() if isinstance(value, dict) else ():
        if name == "tolerations":
            yield from listed(part)
        else:
            yield from _tolerations(part)


def harmless_options(old: Any, new: Any, _inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """Options of a mount that lose nothing."""
    before, after = (set(side) if isinstance(side, list) else set() for side in (old, new))
    return isinstance(new, list | None) and (before ^ after) <= _OPTIONS


def known_contacts(_old: Any, new: Any, inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """Nobody but those whom the alarm tells."""
    told = inputs.get("alarmActions")
    return new is None or (isinstance(new, list) and all(one in (told or ()) for one in new))


def plain_tags(old: Any, new: Any, _inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """Tags of which none that comes, goes or changes is read by a program; a provider writes them as JSON."""
    before, after = (_tags(side) for side in (old, new))
    if before is None or after is None:
        return False
    differ = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    return all(_TAG.fullmatch(key) for key in differ)


def _tags(value: Any) -> dict[str, Any] | None:  # noqa: ANN401 - any value of a plan
    if isinstance(value, str) and not is_unknown(value):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if value is None:
        return {}
    if not isinstance(value, dict):
        return None
    if set(value) == {"tags"} and isinstance(value["tags"], dict):
        return value["tags"]
    return value


def addon_values(old: Any, new: Any, _inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """Values of an add-on that say how much of it runs."""
    try:
        before, after = (dict(_leaves(json.loads(side) if side else {})) for side in (old, new))
    except (TypeError, ValueError):
        return False
    differ = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    return all(_ADDON.fullmatch(path) and after.get(path) not in {0, "0"} for path in differ)


def _leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any value of a plan
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, f"{at}.{name}" if at else str(name))
    else:
        yield at, json.dumps(value, sort_keys=True) if isinstance(value, list) else value


def own_triggers(old: Any, new: Any, _inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """Triggers beside those that stand, of scalers that ask nobody outside of the cluster."""
    if not isinstance(old, list) or not isinstance(new, list) or len(new) < len(old):
        return False
    stand = [_asks(one) for one in old]
    return stand == [_asks(one) for one in new[: len(old)]] and all(
        isinstance(one, dict)
        and one.get("type") in _TRIGGERS
        and "authenticationRef" not in one
        and is_own_server((one.get("metadata") or {}).get("serverAddress", "http://a"))
        for one in new[len(old) :]
    )


def _asks(trigger: Any) -> object:  # noqa: ANN401 - any value of a plan
    """Whom a trigger asks, and what."""
    about = trigger.get("metadata") if isinstance(trigger, dict) else None
    told = about if isinstance(about, dict) else {}
    return [trigger, "other"] if about is None else [trigger.get("type"), told.get("serverAddress"), told.get("query")]


def own_endpoints(old: Any, new: Any, _inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """Ports beside those that are measured, with nothing that drops or renames what is measured."""
    if not isinstance(old, list) or not isinstance(new, list) or any(one not in new for one in old):
        return False
    return all(
        isinstance(one, dict) and set(one) <= _ENDPOINT and one.get("path", "/metrics") == "/metrics" for one in new
    )


def with_more_ports(old: Any, new: Any, _inputs: Inputs) -> bool:  # noqa: ANN401 - any value of a plan
    """Ports of a container that come: policies of the network say who reaches them."""
    if isinstance(new, list):
        return all(one in new for one in (old or ())) and all(with_more_ports(None, one, {}) for one in new)
    return old is None and isinstance(new, dict) and set(new) <= _PORTS
