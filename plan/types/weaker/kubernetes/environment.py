"""What the containers of pods are told: variables, where their values come from, and options of what they run.

Sources are the Kubernetes documentation (Define Environment Variables for a Container; Define a Command and Arguments);
unverified where nothing else is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plan.tolerance import much_less, much_more
from plan.types.weaker.kubernetes.files import NOWHERE, files_of
from plan.types.weaker.kubernetes.variables import is_a_check, is_about_whom, judged, leads, words_of
from plan.types.weaker.kubernetes.ways import containers, deep
from plan.types.weaker.kubernetes.words import FEATURES
from plan.types.weaker.model import Told, number, written
from plan.unknown import SECRET, is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.types.weaker.kubernetes.files import Files
    from plan.types.weaker.kubernetes.words import Verdict

_ANSWER = "or let somebody answer for it (waivers)"
_HIDDEN = frozenset(("PASSWORD", "PASS", "SECRET", "TOKEN", "KEY", "CREDENTIALS", "DSN", "AUTH"))
_LOGIN = re.compile(r"://[^/@\s]*@")
_LONGEST = 60
"""Characters of a value that are shown."""
_MOST = 6
"""New variables that are named; more are counted."""
_LEVELS = frozenset(("trace", "debug", "verbose", "info", "notice", "warn", "warning", "error", "fatal", "silent"))
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SOURCES = {
    "secretKeyRef": "Secret",
    "configMapKeyRef": "ConfigMap",
    "fieldRef": "its own",
    "resourceFieldRef": "its own",
}


@dataclass(frozen=True)
class Variable:
    """One variable of a container.

    Attributes:
        value: its value; None where a plan does not say it.
        source: where it comes from, for people; empty for the plan itself.
        written: the same as one text, to compare.
    """

    value: str | None
    source: str
    written: str


def variables_of(container: object) -> dict[str, Variable]:
    """The variables that a container has by their names; of one that stands there twice the last one counts."""
    listed = deep(container, "env")
    found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return {str(one.get("name")): _variable(one) for one in found}


def _variable(one: dict[str, Any]) -> Variable:
    source = one.get("valueFrom")
    if isinstance(source, dict):
        kind = next(iter(source), "")
        about = source.get(kind)
        place = deep(about, "name") or deep(about, "fieldPath") or deep(about, "resource")
        key = deep(about, "key")
        says = f"{_SOURCES.get(kind, kind)} {place}" + (f", key {key}" if key else "")
        return Variable(None, says, written(source))
    value = one.get("value", "")
    return Variable(None if is_unknown(value) or value == SECRET else str(value), "", written(value))


def told_less(old: object, new: object) -> Iterator[Told]:
    """Every variable that a container finds no more, or that comes from elsewhere."""
    after = dict(containers(new))
    for name, container in containers(old):
        if name not in after:
            continue
        now = variables_of(after[name])
        for variable, one in variables_of(container).items():
            if variable not in now:
                feature = one.value is not None and variable.split("_", maxsplit=1)[0] in FEATURES
                if not feature and (one.value is None or judged(variable, None, one.value) != "weaker"):
                    yield Told(
                        f"env {variable} of container {name} would be gone", f"leave {variable} there, {_ANSWER}"
                    )
            elif one.source and one.written != now[variable].written:
                becomes = now[variable].source or f"the value {_shown(variable, now[variable].value)}"
                says = f"env {variable} of container {name} would go from {one.source} to {becomes}"
                yield Told(says, f"leave {variable} where it comes from, {_ANSWER}")
        yield from _without(name, deep(container, "envFrom"), deep(after[name], "envFrom"))


def _without(name: str, old: object, new: object) -> Iterator[Told]:
    before, after = _whole(old), _whole(new)
    for source, prefix in before.items():
        if source not in after:
            says = f"envFrom of container {name} would be without {source}"
            yield Told(says, f"leave {source} there, {_ANSWER}")
        elif after[source] != prefix:
            says = (
                f"envFrom of container {name} would name the variables of {source} {after[source]}... for {prefix}..."
            )
            yield Told(says, f"leave the prefix of {source}, {_ANSWER}")


def _whole(listed: object) -> dict[str, str]:
    """What a container reads as a whole, with the prefix that its variables get."""
    found: dict[str, str] = {}
    for one in listed if isinstance(listed, list) else ():
        for kind, key in (("Secret", "secretRef"), ("ConfigMap", "configMapRef")):
            name = deep(one, key, "name")
            if name is not None:
                found[f"{kind} {name}"] = str(one.get("prefix") or "")
    return found


def told_otherwise(old: object, new: object) -> Iterator[Told]:
    """Every variable or option by which a program asks for less TLS, is led elsewhere, or is opened."""
    known = dict(containers(old))
    for name, container in containers(new):
        before, files = known.get(name), files_of(new, container)
        fresh = before is None
        for variable, one in variables_of(container).items():
            was = variables_of(before).get(variable)
            if _verdict(variable, was, one, files, fresh=fresh) == "weaker":
                yield _said(f"env {variable} of container {name}", variable, was, one)
        for source, prefix in _whole(deep(container, "envFrom")).items():
            if len(prefix) > 1 and leads(prefix) and prefix not in _whole(deep(before, "envFrom")).values():
                says = f"envFrom of container {name} would have variables {prefix}... of {source}"
                yield Told(says, f"give them another prefix, {_ANSWER}")
        if fresh:
            yield from _options(name, container)


def told_more(old: object, new: object) -> Iterator[Told]:
    """Every variable that is new to a container that is known, or from a file or a source that was not there."""
    known = dict(containers(old))
    for name, container in containers(new):
        before, files = known.get(name), files_of(new, container)
        if before is None:
            continue
        fresh: list[str] = []
        for variable, one in variables_of(container).items():
            was = variables_of(before).get(variable)
            verdict = _verdict(variable, was, one, files, fresh=False)
            if verdict == "noted" or (was is None and not verdict):
                fresh.append(f"{variable} ({one.source or _shown(variable, one.value)})")
        if fresh:
            more = f" and {len(fresh) - _MOST} more" if len(fresh) > _MOST else ""
            yield Told(f"env of container {name} would have {', '.join(fresh[:_MOST])}{more}", "look at what they do")
        gained = _whole(deep(container, "envFrom")).keys() - _whole(deep(before, "envFrom")).keys()
        for source in sorted(one for one in gained if one.startswith("ConfigMap")):
            yield Told(f"envFrom of container {name} would have all variables of {source}", "look at what is in it")


def _verdict(name: str, was: Variable | None, now: Variable, files: Files, *, fresh: bool) -> Verdict:
    if was is not None and (was.written == now.written or was.source):
        return ""
    if fresh and is_about_whom(name):
        return ""
    if now.value is None:
        unread = is_about_whom(name) or (was is not None and is_a_check(name))
        return "weaker" if unread else "noted" if now.source and was is not None else ""
    return judged(name, was.value if was is not None else None, now.value, files)


def _said(what: str, name: str, was: Variable | None, now: Variable) -> Told:
    value = now.source or _shown(name, now.value)
    if was is None:
        verb = "come from" if now.source else "be set to"
        return Told(f"{what} would {verb} {value}", f"leave {name} out, {_ANSWER}")
    before = was.source or _shown(name, was.value)
    return Told(f"{what} would go from {before} to {value}", f"leave {name} at {before}, {_ANSWER}")


def _shown(name: str, value: str | None) -> str:
    """A value for people: no password, and no more than a line of it."""
    if value is None or set(words_of(name).split("_")) & _HIDDEN:
        return "a value that is not shown"
    text = _LOGIN.sub("://...@", value)
    return f"{text[:_LONGEST]}..." if len(text) > _LONGEST else text or "nothing"


def data_otherwise(old: object, new: object) -> Iterator[Told]:
    """The same of the keys of a ConfigMap that may be variables of whoever reads it as a whole."""
    before = old if isinstance(old, dict) else {}
    for name, value in new.items() if isinstance(new, dict) else ():
        text = value if isinstance(value, str) and not is_unknown(value) else None
        was = before.get(name)
        if text is None or "\n" in text.strip() or not _VARIABLE.fullmatch(name) or name != name.upper():
            continue
        fresh = not isinstance(old, dict)
        if is_unknown(was) or (fresh and is_about_whom(name)):
            continue
        if judged(name, str(was) if was is not None else None, text, NOWHERE) == "weaker":
            past = Variable(str(was), "", "") if was is not None else None
            yield _said(f"its key {name}", name, past, Variable(text, "", ""))


def _run(container: object) -> list[str]:
    """Every word of what a container runs."""
    parts = [deep(container, key) for key in ("command", "args")]
    return [str(word) for part in parts if isinstance(part, list) for word in part]


def _options(name: str, container: object) -> Iterator[Told]:
    """Options and assignments in what a new container runs that ask for no TLS, or open it."""
    words = [word for text in _run(container) for word in text.split()]
    for index, word in enumerate(words):
        key, sign, value = word.partition("=")
        if not sign and key.startswith("--"):
            follows = words[index + 1] if index + 1 < len(words) else "-"
            value = "true" if follows.startswith("-") else follows
        elif not sign:
            key, value = "", word
        named = key.strip("\"'")
        if not is_about_whom(named) and judged(named, None, value.strip("\"'")) == "weaker":
            shown = f"{named} {_shown(named, value)}" if named else _shown("", value)
            yield Told(f"container {name} would run with {shown}", f"leave {named or 'it'} out, {_ANSWER}")


def runs_otherwise(old: object, new: object) -> Iterator[Told]:
    """Every known container that runs something else; numbers and levels of its options may be tuned."""
    after = dict(containers(new))
    for name, container in containers(old):
        for key in ("command", "args"):
            was, now = deep(container, key), deep(after.get(name), key)
            if name not in after or was == now or _tuned(was, now):
                continue
            says = f"{key} of container {name} would be another: {_apart(was, now)}"
            yield Told(says, f"leave {key} of {name}, {_ANSWER}")


def _apart(old: object, new: object) -> str:
    """The first word that differs."""
    before, after = (list(map(str, side)) if isinstance(side, list) else [] for side in (old, new))
    index = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
    place = min(len(before), len(after)) if index is None else index
    was, now = (_shown("", side[place]) if place < len(side) else "nothing" for side in (before, after))
    return f"{was} would be {now}"


def _tuned(old: object, new: object) -> bool:
    """Whether two lists of words differ in numbers and levels of options alone, and in none of them by much."""
    if not isinstance(old, list) or not isinstance(new, list) or len(old) != len(new):
        return False
    last = ""
    for before, after in zip(map(str, old), map(str, new), strict=True):
        first, second = before.partition("="), after.partition("=")
        if before != after:
            name = first[0] if first[1] and first[0] == second[0] else last
            values = (first[2], second[2]) if name != last or first[1] else (before, after)
            if not name.startswith("--") or not _near(name, *values):
                return False
        last = before if before.startswith("--") and "=" not in before else ""
    return True


def _near(name: str, old: str, new: str) -> bool:
    if judged(name, old, new) or "PORT" in words_of(name).split("_"):
        return False
    if {old.lower(), new.lower()} <= _LEVELS:
        return True
    before, after = _amount(old), _amount(new)
    return (
        None not in {before, after}
        and not much_less(before or 0, after or 0)
        and not much_more(before or 0, after or 0)
    )


def _amount(text: str) -> float | None:
    found = _SECONDS.fullmatch(text)
    if found is None:
        return number(text)
    return float(found[1]) * {"ms": 0.001, "m": 60, "h": 3600, "d": 86400}.get(found[2] or "s", 1)
