"""In which order stacks are deployed: what production runs was deployed somewhere before."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from infra.problems import NAMESPACE, Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from infra.settings import Settings

PATH = f"{NAMESPACE}:deployAfter"
"""The key."""


def before(settings: Settings, others: Mapping[str, Settings]) -> tuple[str, ...]:
    """The stacks that are deployed before this one: what its file says, or for production all of development.

    Args:
        settings: the stack's own.
        others: those of the stacks beside it, by name.
    """
    if settings.deploy_after is not None:
        return tuple(sorted(settings.deploy_after))
    development = (name for name, other in others.items() if not other.environment.production)
    return tuple(sorted(development)) if settings.environment.production else ()


def order_problems(settings: Settings, others: Mapping[str, Settings]) -> Iterator[Problem]:
    """Where a stack waits for one that does not exist, or for itself.

    Args:
        settings: the stack's own.
        others: valid settings of the stacks beside it, by name.
    """
    for index, name in enumerate(settings.deploy_after or ()):
        if name not in others:
            near = next(iter(nearest(name, sorted(others))), "")
            yield Problem(
                path=f"{PATH}[{index}]",
                rule="deploy-after-a-stack",
                value=name,
                allowed=f"a stack with a valid file beside this one: {', '.join(sorted(others)) or 'there is none'}",
                fix=f"write `{near}`" if near else "remove it",
            )
    if (circle := _circle({**others, settings.stack: settings})) and settings.stack in circle:
        yield Problem(
            path=PATH,
            rule="deploy-after-in-a-circle",
            value=", ".join(settings.deploy_after or ()),
            allowed=f"an order, and these wait for each other: {' -> '.join(circle)}",
            fix=f"take one of them out of the deployAfter of {circle[0]}",
        )


def deploy_order(stacks: Mapping[str, Settings]) -> tuple[str, ...]:
    """Names of stacks, each after those that it waits for, otherwise by name.

    Args:
        stacks: valid settings of all stacks, by name.

    Raises:
        CycleError: some wait for each other, which `order_problems` says of each.
    """
    sorter = TopologicalSorter(_graph(stacks))
    sorter.prepare()
    found: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        found += ready
        sorter.done(*ready)
    return tuple(found)


def _graph(stacks: Mapping[str, Settings]) -> dict[str, list[str]]:
    graph = {}
    for name, settings in stacks.items():
        others = {other: found for other, found in stacks.items() if other != name}
        graph[name] = [earlier for earlier in before(settings, others) if earlier in others]
    return graph


def _circle(stacks: Mapping[str, Settings]) -> tuple[str, ...]:
    try:
        TopologicalSorter(_graph(stacks)).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()
