"""What no rehearsal says, and what this one left open: the other half of a green light."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from sandbox.services.kubernetes.kinds import RELEASE
from sandbox.truth.setting import Kubernetes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.truth.setting import Setting

NEVER: Final = (
    "whether the account may do it: IAM and service control policies are read as text and never evaluated",
    "whether there is room: quotas, capacity of a zone, and whether an image or version is offered there today",
    "whether it works: no pod starts, no health check runs, no packet is sent",
)
"""What no simulation answers, whatever its tables say."""


EXECUTES: Final = {
    "command:*": ("command", "not executed: whether they succeed, and what they print, nobody knows"),
    "docker:*:Image": ("image of Docker", "not executed: whether they build, and for which processors"),
    "docker:*:Container": ("container of Docker", "not executed: whether they start"),
    "docker-build:*": ("image of Docker", "not executed: whether they build, and for which processors"),
    "synced-folder:*": ("synchronized folder", "not executed: what is copied"),
}
"""Patterns of types whose providers run something on a machine of the program's: a noun, and what it leaves open."""


def unsaid(counted: Mapping[str, int], setting: Setting) -> tuple[str, ...]:
    """What a green light of this run does not say.

    Args:
        counted: how many resources there are of each type.
        setting: what the run had beside the simulation.
    """
    return (*_of_this_run(counted, setting), *NEVER)


def _of_this_run(counted: Mapping[str, int], setting: Setting) -> Iterator[str]:
    if not setting.updated:
        yield "whether an update would succeed: a preview creates nothing, and asks nothing of what exists"
    for pattern, (noun, what) in EXECUTES.items():
        run = sum(number for token, number in counted.items() if fnmatchcase(token, pattern))
        if run:
            yield f"{run} {noun}{'' if run == 1 else 's'} {what}"
    objects = sum(number for token, number in counted.items() if token.startswith("kubernetes:") and token != RELEASE)
    if objects and setting.kubernetes is Kubernetes.SIMULATED:
        yield f"whether an API server takes the {objects} objects of Kubernetes: they were simulated (see --api-server)"
    charts = counted.get(RELEASE, 0)
    if charts and setting.kubernetes is not Kubernetes.PLUGIN:
        what = "chart renders" if charts == 1 else "charts render"
        yield f"whether the {charts} {what}, and what comes out of {'it' if charts == 1 else 'them'}"
