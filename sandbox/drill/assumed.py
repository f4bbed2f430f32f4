"""What drills assume where no document says it, one sentence each."""

from __future__ import annotations

from sandbox.drill.metrics.handover import UPDATE_SECONDS
from sandbox.drill.nodes.fleet import BOOT_SECONDS, RETRY_SECONDS
from sandbox.drill.numbers import NUMBERS
from sandbox.drill.scenarios.losses import LINGER_SECONDS


def assumptions() -> tuple[str, ...]:
    """The assumptions of every drill, whatever is drilled."""
    return (
        f"a machine registers {BOOT_SECONDS:.0f} s after it is asked for",
        f"a launch that was refused is tried again after {RETRY_SECONDS:.0f} s",
        "a zone that is lost refuses machines at once, and gives every kind of machine that exists otherwise",
        f"the nodes of lost machines stand in the cluster for {LINGER_SECONDS:.0f} s",
        "volumes are made, attached and detached in no time",
        f"an update takes {UPDATE_SECONDS:.0f} s from the last object that it makes to the first that it deletes",
        *(f"{item.value} s {item.what}: {item.assumed}" for item in NUMBERS if item.assumed),
    )
