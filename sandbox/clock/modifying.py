"""An update of an object that exists: what becomes real at once, what waits, and what a request takes along."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sandbox.clock.events import Change, Event, Kind
from sandbox.clock.moments import written
from sandbox.cloud import CloudObject, Waiting, redacted
from sandbox.model.checks import flag
from sandbox.model.timing import When
from sandbox.protocol.diff import changes
from sandbox.protocol.wire import unwrap
from sandbox.services import row_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.cloud import Cloud, Ends
    from sandbox.model.outputs import Inputs
    from sandbox.model.timing import Also, Outage, Setting, Timing


def timing_of(token: str) -> Timing | None:
    """When the changes of a type happen; None where nobody looked it up."""
    row = row_of(token)
    return row.timing if row is not None else None


def stamped(cloud: Cloud, token: str, inputs: Inputs) -> dict[str, Any]:
    """The outputs of a new object that hold moments."""
    timing = timing_of(token)
    return timing.made(inputs, cloud.now) if timing is not None and timing.made is not None else {}


def keeping(item: CloudObject, sent: Inputs) -> dict[str, Any]:
    """What its service keeps of an object once these settings were sent; no secret is among it."""
    timing = timing_of(item.token)
    return timing.keeps(item.kept, redacted(sent)) if timing is not None and timing.keeps is not None else item.kept


def as_seen(cloud: Cloud, token: str, sent: Inputs, state: Mapping[str, Any]) -> Inputs:
    """The inputs of an object as its provider sees them now: what waits has its old value.

    Args:
        cloud: the clock.
        token: the type.
        sent: what was sent last, secrets unwrapped.
        state: the outputs in the engine's state.
    """
    timing = timing_of(token)
    if timing is None:
        return sent
    waits = {path for path, setting in timing.by_path.items() if setting.when is not When.AT_ONCE}
    seen = {key: value for key, value in sent.items() if key not in waits or key in state}
    seen |= {path: state[path] for path in waits if path in seen}
    return {**seen, **timing.due(sent, dict(state), cloud.now)} if timing.due is not None else seen


@dataclass
class Applied:
    """What becomes real in one step.

    Attributes:
        items: every object that is another one afterwards, the one that was asked for first.
        events: the entries of the time line.
        marks: what is remembered for a time: kind, key, end.
    """

    items: list[CloudObject]
    events: list[Event] = field(default_factory=list)
    marks: list[tuple[str, str, Ends]] = field(default_factory=list)

    def keep(self, cloud: Cloud) -> None:
        """Write it: the objects as one step."""
        cloud.put_all(self.items)
        for kind, key, ends in self.marks:
            cloud.mark(kind, key, ends)


def modified(cloud: Cloud, wanted: CloudObject, sent: Inputs, state: Mapping[str, Any]) -> Applied:
    """What an update makes of an object that exists.

    Args:
        cloud: what exists.
        wanted: the object as the program wants it.
        sent: what was sent before, secrets unwrapped.
        state: the outputs in the engine's state, secrets unwrapped: the provider sends what differs from them.
    """
    timing, before = timing_of(wanted.token), cloud.get(wanted.token, wanted.id)
    if timing is None or before is None:
        return Applied([wanted])
    new = unwrap(wanted.inputs)
    asked = {str(item.keys[0]) for item in changes(as_seen(cloud, wanted.token, sent, state), new)}
    asked -= set(timing.silent)
    return _Modification(cloud, timing, before, wanted).of(asked, new)


def updated(cloud: Cloud, wanted: CloudObject, sent: Inputs, state: Mapping[str, Any]) -> dict[str, Any]:
    """Write an update as far as it is real now; returns the outputs that the provider reads then.

    Args:
        cloud: what exists.
        wanted: the object as the program wants it.
        sent: what was sent before, secrets unwrapped.
        state: the outputs in the engine's state, secrets unwrapped.
    """
    done = modified(cloud, wanted, sent, state)
    done.keep(cloud)
    cloud.happened.extend(done.events)
    return done.items[0].outputs


class _Modification:
    """One request to change an object."""

    def __init__(self, cloud: Cloud, timing: Timing, before: CloudObject, wanted: CloudObject) -> None:
        self.cloud, self.timing, self.before, self.wanted = cloud, timing, before, wanted
        self.waiting = {item.path: item for item in before.waiting}
        self.since = written(cloud.now)

    def of(self, asked: set[str], new: Inputs) -> Applied:
        """Sort what was asked for into now and later, and apply what is for now."""
        immediately = flag(new.get(self.timing.at_once)) is True
        real = {path: new.get(path) for path in asked if path in self.timing.by_path}
        for path in tuple(real):
            if not immediately and self._waits(self.timing.by_path[path], new):
                value = real.pop(path)
                self.waiting.pop(path, None)
                if value != self.before.inputs.get(path):
                    self.waiting[path] = Waiting(path, redacted(value), self.since)
            else:
                self.waiting.pop(path, None)
        flushed: Inputs = {}
        if asked and (immediately or asked & set(self.timing.forced)):
            flushed = {item.path: item.value for item in self.waiting.values() if not item.restart}
            self.waiting = {path: item for path, item in self.waiting.items() if item.restart}
        for path, value in real.items():
            if self.timing.by_path[path].when is When.RESTART and value != self.before.inputs.get(path):
                self.waiting[path] = Waiting(path, redacted(value), self.since, restart=True)
        base = replace(self.before, urn=self.wanted.urn, waiting=tuple(self.waiting.values()))
        base = replace(base, kept=keeping(base, self.wanted.inputs))
        done = applied(self.cloud, base, {**flushed, **real}, self._kind(flushed))
        done.items[0] = self._shown(done.items[0])
        if self.timing.notes is not None:
            said = self.timing.notes(self.before, redacted(self.wanted.inputs))
            done.events += [self._note(what, source) for what, source in said]
        return done

    def _note(self, what: str, source: str) -> Event:
        item = self.wanted
        return Event(self.cloud.now, Kind.ASKED, item.token, item.name, what=what, sources=(source,))

    def _kind(self, flushed: Inputs) -> Kind:
        return Kind.FLUSHED if flushed else Kind.ASKED

    def _waits(self, setting: Setting, new: Inputs) -> bool:
        """Whether a change waits for the window."""
        if setting.only is not None:
            return setting.only(self.before.inputs, new)
        return setting.when is When.WINDOW

    def _shown(self, item: CloudObject) -> CloudObject:
        """The object with everything of it that no time is about as the program wants it."""
        inputs, outputs = dict(self.wanted.inputs), dict(self.wanted.outputs)
        for path in self.timing.by_path:
            _keep(inputs, path, item.inputs, same=unwrap(inputs.get(path)))
            _keep(outputs, path, item.outputs, same=unwrap(outputs.get(path)))
        for path in self.waiting:
            if self.timing.shown is not None and path in self.timing.by_path:
                outputs[path] = self.timing.shown(item, path, self.waiting[path].value)
        outputs |= {path: item.outputs[path] for path in self.timing.lasting if path in item.outputs}
        if self.timing.follows is not None:
            outputs |= self.timing.follows(unwrap(inputs))
        return replace(item, inputs=inputs, outputs=outputs)


def _keep(into: dict[str, Any], path: str, real: Mapping[str, Any], same: Any) -> None:  # noqa: ANN401 - any value
    """Put the real value of a property in place, unless it is the one that stands there (perhaps as a secret)."""
    if path not in real:
        into.pop(path, None)
    elif redacted(same) != real[path] and redacted(into.get(path)) != real[path]:
        into[path] = real[path]


def applied(cloud: Cloud, item: CloudObject, real: Inputs, kind: Kind, window: str = "") -> Applied:
    """What exists after some changes of an object have become real.

    Args:
        cloud: what exists, and the moment.
        item: the object, without the changes among those that wait.
        real: properties and their values.
        kind: why it happens.
        window: the window that they waited for.
    """
    timing = timing_of(item.token)
    if timing is None:
        return Applied([item])
    before = item.inputs
    real = {path: value for path, value in real.items() if redacted(value) != before.get(path)}
    outages = [cost for path, value in real.items() if (cost := _cost(timing, before, path, value)) is not None]
    along = {one.path: one.value for one in item.waiting if one.restart and outages and one.path not in real}
    if outages:
        item = replace(item, waiting=tuple(waiting for waiting in item.waiting if not waiting.restart))
    changed = _with(item, real, timing)
    done = Applied([changed])
    noted = [*(Change(path, _hidden(before.get(path)), _hidden(value)) for path, value in sorted(real.items()))]
    noted += [Change(path, "set, not in use", _hidden(value)) for path, value in sorted(along.items())]
    settings = [timing.by_path[path] for path in real if path in timing.by_path]
    if noted and (outages or kind is not Kind.ASKED):
        done.events.append(
            Event(
                cloud.now,
                kind,
                item.token,
                item.name,
                tuple(noted),
                window=window,
                outages=tuple(outages),
                sources=tuple(dict.fromkeys(setting.source for setting in settings)),
                assumed=any(setting.assumed for setting in settings) or any(cost.assumed for cost in outages),
            )
        )
    if timing.remembers is not None:
        done.marks += timing.remembers(cloud, item, real)
    if timing.reaches is not None and real:
        for also in timing.reaches(cloud, item, real):
            _reach(cloud, also, done)
    return done


def _reach(cloud: Cloud, also: Also, done: Applied) -> None:
    other, before = also.item, also.item.inputs
    if also.when is When.RESTART:
        kept = {item.path: item for item in other.waiting}
        for path, value in also.changes.items():
            kept[path] = Waiting(path, redacted(value), written(cloud.now), restart=True)
        done.items.append(replace(other, waiting=tuple(kept.values())))
        return
    timing = timing_of(other.token)
    gone = set(also.changes)
    waiting = tuple(item for item in other.waiting if item.path not in gone and not (item.restart and also.outage))
    changed = replace(other, waiting=waiting)
    changed = _with(changed, also.changes, timing)
    done.items.append(replace(changed, outputs={**changed.outputs, **also.outputs}))
    done.events.append(
        Event(
            cloud.now,
            Kind.ALONG,
            other.token,
            other.name,
            tuple(Change(path, before.get(path), value) for path, value in sorted(also.changes.items())),
            what=also.why,
            outages=(also.outage,) if also.outage is not None else (),
            sources=(also.source,),
            assumed=also.assumed or (also.outage is not None and also.outage.assumed),
        )
    )


def _with(item: CloudObject, real: Inputs, timing: Timing | None) -> CloudObject:
    own = {path: value for path, value in real.items() if "." not in path}
    gone = {path for path, value in own.items() if value is None}
    set_ = {path: value for path, value in own.items() if value is not None}
    inputs = {**{key: value for key, value in item.inputs.items() if key not in gone}, **set_}
    outputs = {**{key: value for key, value in item.outputs.items() if key not in gone}, **set_}
    if timing is not None and timing.follows is not None and own:
        outputs |= timing.follows(unwrap(inputs))
    return replace(item, inputs=inputs, outputs=outputs)


def _cost(timing: Timing, before: Inputs, path: str, value: Any) -> Outage | None:  # noqa: ANN401 - any value
    setting = timing.by_path.get(path)
    return setting.outage(before, value) if setting is not None and setting.outage is not None else None


def _hidden(value: Any) -> Any:  # noqa: ANN401 - property values have any shape
    return "(secret)" if isinstance(value, dict) else value
