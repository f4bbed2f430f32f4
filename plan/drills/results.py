"""The results of a drill: what happened when, what could not be placed and why, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Event:
    """Something that happened to an object of the cluster.

    Attributes:
        seconds: simulated, since the drill's beginning.
        kind: of the object, for example `Pod`.
        name: `namespace/name`, or the name alone of what belongs to no namespace.
        what: one word: of a pod `created`, `pending`, `scheduled`, `running`, `ready`, `unready`, `terminating`,
            `gone`, `succeeded`, `failed`; of a node `added`, `ready`, `not ready`, `cordoned`, `uncordoned`, `gone`; of
            a workload `scaled`; of anything else the reason that a component gave in its own event.
        detail: what a component said, the node of a pod, the numbers of a workload; empty where nothing is to be said.
    """

    seconds: float
    kind: str
    name: str
    what: str
    detail: str = ""


@dataclass(frozen=True)
class Pending:
    """A pod that waited for a node.

    Attributes:
        pod: `namespace/name`.
        reason: the scheduler's own words, the latest of them.
        seconds: how long it waited, simulated; until the drill's end for one that never got a node.
        ended: whether it got a node, or went away.
    """

    pod: str
    reason: str
    seconds: float
    ended: bool = False


@dataclass(frozen=True)
class TimeLine:
    """Everything that was seen of a drill, in order.

    Attributes:
        events: sorted by time.
        seconds: simulated, how long it was watched.
    """

    events: tuple[Event, ...] = ()
    seconds: float = 0.0

    def of(self, name: str = "", kind: str = "", what: str = "") -> tuple[Event, ...]:
        """The events of an object, a kind, or one word; all that are given must fit."""
        return tuple(
            event
            for event in self.events
            if (not name or event.name == name)
            and (not kind or event.kind == kind)
            and (not what or event.what == what)
        )

    def between(self, start: float, end: float) -> TimeLine:
        """The part from one second until before another."""
        return TimeLine(tuple(event for event in self.events if start <= event.seconds < end), min(end, self.seconds))

    def pending(self) -> tuple[Pending, ...]:
        """The pods that the scheduler could not place at first or ever, in the order of their first refusal."""
        waiting: dict[str, Event] = {}
        reasons: dict[str, str] = {}
        found: dict[str, Pending] = {}
        for event in self.events:
            if event.kind != "Pod":
                continue
            if event.what == "pending":
                waiting.setdefault(event.name, event)
                reasons[event.name] = event.detail
            elif event.what in {"scheduled", "gone"} and event.name in waiting:
                began = waiting.pop(event.name)
                found[event.name] = Pending(event.name, reasons[event.name], event.seconds - began.seconds, ended=True)
        for name, began in waiting.items():
            found[name] = Pending(name, reasons[name], self.seconds - began.seconds)
        order = {event.name: -index for index, event in enumerate(reversed(self.events)) if event.what == "pending"}
        return tuple(sorted(found.values(), key=lambda item: order[item.pod]))


@dataclass(frozen=True)
class Outcome:
    """What came of a scenario.

    Attributes:
        scenario: its name.
        passed: whether everything that it wants came true.
        seconds: simulated, from its beginning until it was decided.
        problems: what did not come true, one sentence each; empty where it passed.
        pending: pods that waited for a node.
        worst_ready: the lowest share of ready pods by workload (`namespace/name`), from 0 to 1.
        notes: what is worth knowing without being a problem, for example a stand-in.
        time_line: everything that was seen.
        skipped: why it says nothing of this stack; empty where it does.
    """

    scenario: str
    passed: bool
    seconds: float
    problems: tuple[str, ...] = ()
    pending: tuple[Pending, ...] = ()
    worst_ready: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    time_line: TimeLine = field(default_factory=TimeLine)
    skipped: str = ""
