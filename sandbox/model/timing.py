"""When a service makes a change real: at once, in its next maintenance window, or at a restart; and what that costs.

A row that says nothing of time has changes that happen at once, as far as anybody knows here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.cloud import Cloud, CloudObject, Ends
    from sandbox.model.outputs import Inputs


class When(StrEnum):
    """When a changed setting takes effect."""

    WINDOW = "maintenance window"
    """In the next window, unless the request says that it is to be applied immediately."""
    AT_ONCE = "at once"
    """As soon as possible, whatever the request says."""
    RESTART = "restart"
    """At the next restart of the server, which the service does not begin by itself."""


class TimeSource(StrEnum):
    """How sure it is when the changes of a type happen."""

    TABLE = "table"
    """Every setting that waits has a public document beside it."""
    ASSUMED = "assumed"
    """At least one setting waits, or not, because somebody here thinks so."""
    NONE = "none"
    """Nothing is known: every change happens at once."""


@dataclass(frozen=True)
class Outage:
    """For how long something does not answer.

    Attributes:
        least: seconds.
        most: seconds.
        source: the public document, or why it is assumed.
        assumed: whether no document gives the numbers.
        why: what happens meanwhile, for example a failover.
    """

    least: int
    most: int
    source: str
    assumed: bool = False
    why: str = "restart"


Costs = Callable[["Inputs", Any], Outage | None]
"""(what the object is before the change, the new value) -> for how long it does not answer; None for not at all."""
Waits = Callable[["Inputs", "Inputs"], bool]
"""(what the object is, what it is to be) -> whether this change of the setting waits for a window at all."""


@dataclass(frozen=True)
class Setting:
    """One property of a type, and when a change of it happens.

    Attributes:
        path: the property.
        when: when a change of it takes effect.
        source: the public document.
        outage: what the change costs; None for nothing.
        assumed: whether no document says when it happens.
        reaches: a change of it moves other objects, see `Timing.reaches`.
        lingers: the value before it is seen for a time, see `Timing.remembers`.
        only: which changes of it wait for a window; None for all of a setting that waits for one, and for none of the
            others.
    """

    path: str
    when: When
    source: str
    outage: Costs | None = None
    assumed: bool = False
    reaches: bool = False
    lingers: bool = False
    only: Waits | None = None

    @property
    def tells(self) -> bool:
        """Whether a change of it is more than a change at once that nobody notices."""
        return self.when is not When.AT_ONCE or self.outage is not None or self.reaches or self.lingers


@dataclass(frozen=True)
class Deadline:
    """Something that happens to an object at a moment, whatever anybody changes.

    Attributes:
        at: the moment.
        what: what happens, in words that follow the object's name.
        source: the public document.
        assumed: whether the moment is assumed.
    """

    at: datetime
    what: str
    source: str
    assumed: bool = False


@dataclass(frozen=True)
class Also:
    """What happens to another object because of a change.

    Attributes:
        item: the other object.
        changes: its properties and their new values.
        outputs: its outputs that change with them.
        why: the reason, in words.
        outage: for how long it does not answer.
        source: the public document.
        assumed: whether it is assumed.
        when: at once, or at the other object's next restart.
    """

    item: CloudObject
    changes: Inputs
    why: str
    source: str
    outage: Outage | None = None
    assumed: bool = False
    when: When = When.AT_ONCE
    outputs: dict[str, Any] = field(default_factory=dict)


Follows = Callable[["Inputs"], dict[str, Any]]
"""Settings -> the outputs that follow from them once they are real."""
Shown = Callable[["CloudObject", str, Any], Any]
"""(the object, a property, the value that waits) -> what the provider reads of it meanwhile."""
Reaches = Callable[["Cloud", "CloudObject", "Inputs"], Iterable[Also]]
"""(what exists, the object as it was, what changes now) -> what that does to others."""
Notes = Callable[["CloudObject", "Inputs"], Iterable[tuple[str, str]]]
"""(the object before, what it is to be) -> sentences that follow its name, each with the public document."""
Keeps = Callable[[dict[str, Any], "Inputs"], dict[str, Any]]
"""(what its service has kept so far, what is sent, without secrets) -> what the service keeps from then on."""
Remembers = Callable[["Cloud", "CloudObject", "Inputs"], Iterable[tuple[str, str, "Ends"]]]
"""(the clock, the object, what changes now) -> what is remembered of it for a time: kind, key, end."""
Deadlines = Callable[["CloudObject"], Iterable[Deadline]]
Recurs = Callable[["CloudObject", "datetime"], Iterable[Deadline]]
"""(the object, now) -> what happens to it again and again, each with its next time."""
Made = Callable[["Inputs", "datetime"], dict[str, Any]]
"""(settings, the moment of creation) -> outputs that hold moments."""
Due = Callable[["Inputs", dict[str, Any], "datetime"], dict[str, Any]]
"""(settings, outputs, now) -> properties that differ from what was asked for because time has passed."""


@dataclass(frozen=True)
class Timing:
    """When the changes of a type happen.

    Attributes:
        settings: the properties that somebody looked up.
        window: the property with the weekly maintenance window.
        default_window: (what the object is) -> the window that the service picks where none is given.
        at_once: the property that asks for changes to be applied immediately.
        silent: properties that the provider keeps to itself: a change of them sends no request.
        forced: properties that the provider always sends with "apply immediately", whatever `at_once` says.
        follows: outputs that follow from settings.
        lasting: outputs that time alone changes: an update keeps what the object has, whatever the engine's state says.
        shown: what the provider reads of a property while a value waits; the old value where None.
        reaches: what a change does to other objects.
        remembers: what is remembered of a change for a time.
        deadlines: what happens to an object at a moment of its own.
        recurring: what happens to an object again and again, whatever anybody changes; it changes nothing here.
        made: outputs that hold moments, given at creation.
        due: what the provider finds changed because time has passed.
        notes: what else is worth saying of an update.
        keeps: what its service keeps of what was sent, beside what anybody can read of it.
        by_path: the settings with something to tell.
    """

    settings: tuple[Setting, ...] = ()
    window: str = ""
    default_window: Callable[[str], str] | None = None
    at_once: str = ""
    silent: tuple[str, ...] = ()
    forced: tuple[str, ...] = ()
    follows: Follows | None = None
    lasting: tuple[str, ...] = ()
    shown: Shown | None = None
    reaches: Reaches | None = None
    remembers: Remembers | None = None
    deadlines: Deadlines | None = None
    recurring: Recurs | None = None
    notes: Notes | None = None
    keeps: Keeps | None = None
    made: Made | None = None
    due: Due | None = None
    by_path: dict[str, Setting] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_path", {item.path: item for item in self.settings if item.tells})

    @property
    def told(self) -> tuple[str, ...]:
        """The settings that somebody looked up."""
        return tuple(item.path for item in self.settings)

    @property
    def guessed(self) -> tuple[str, ...]:
        """Those among them that no document speaks of."""
        return tuple(item.path for item in self.settings if item.assumed)

    @property
    def source(self) -> TimeSource:
        """How sure the whole of it is."""
        return TimeSource.ASSUMED if any(item.assumed for item in self.settings) else TimeSource.TABLE
