"""Waivers: what somebody answers for, for one resource, one rule and a while."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from plan.days import read_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

KEYS = ("rule", "urn", "owner", "reason", "expires")
LONGEST = timedelta(days=90)
"""A waiver that outlives a quarter is no exception any more: it is said again, or the rule is wrong."""
SHORTEST_REASON = 10
"""Characters: "ok" and "needed" are no reasons."""
SHORTEST_LETTERS = 5
"""Different letters: a row of dots, or of one letter, is no sentence."""
SHORTEST_OWNER = 2
"""Different letters: nobody is called `x`, and the owner is whom others ask."""
WILDCARDS = frozenset("*?")
URN = re.compile(r"urn:pulumi:(?P<stack>[^:\s]+)::(?P<project>[^:\s]+)::[^:\s]+(?::[^:\s]+)*::[^:\s]+(?::+[^:\s]+)*")
"""The four parts of a URN (Pulumi documentation, URNs): stack, project, types and name."""
NOBODY = frozenset(("you@example.com", "owner", "todo", "tbd", "nobody", "someone", "somebody"))
"""Owners that were never filled in. The examples in the documents name a person and a reason: whoever copies one has to
name another URN anyhow."""
NO_REASON = frozenset(("why it may happen", "reason goes here", "to be determined"))
"""Reasons that were never filled in, that of waivers.yaml among them."""
PROJECT = "bailbondpro"
"""The project that all URNs are of (Pulumi.yaml)."""
SOON = timedelta(days=14)
"""Before its end somebody still has the time to say it again, or to repair what it waives (ours)."""
EXAMPLE = "{rule: stateful-replace, urn: 'urn:pulumi:...', owner: ada@example.com, reason: ..., expires: 2026-12-24}"

Trouble = Literal["malformed", "too broad", "expired", "unused"]


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One entry.

    Attributes:
        rule: id of the rule that it waives, and of no other.
        urn: the resource, exactly.
        owner: who answers for it.
        reason: why it may happen.
        expires: the last day on which it counts, UTC.
        number: its place in the file, from 1.
    """

    rule: str
    urn: str
    owner: str
    reason: str
    expires: date
    number: int

    @property
    def stack(self) -> str:
        """The stack of its resource."""
        return stack_of(self.urn)


def stack_of(urn: str) -> str:
    """The stack that a URN names."""
    return urn.split(":")[2]


@dataclass(frozen=True, kw_only=True)
class WaiverProblem:
    """What is wrong with an entry.

    Attributes:
        number: its place in the file, from 1; 0 for the file as a whole.
        trouble: what kind of problem it is.
        says: what is wrong, with what is allowed.
    """

    number: int
    trouble: Trouble
    says: str

    @property
    def refuses(self) -> bool:
        """Whether the file itself has to be corrected; expired and unused entries only wait for somebody to tidy up."""
        return self.trouble in {"malformed", "too broad"}


@dataclass(frozen=True, kw_only=True)
class Waivers:
    """A file of waivers: what can be used, and what is wrong with the rest."""

    entries: tuple[Waiver, ...] = ()
    problems: tuple[WaiverProblem, ...] = ()


NO_WAIVERS = Waivers()


def read_waivers(document: object, rules: Collection[str], today: date) -> Waivers:
    """The waivers of a parsed file.

    Args:
        document: what the file holds; nothing at all is a file without waivers.
        rules: the ids that exist.
        today: the day on which they are used.
    """
    if document is None:
        return NO_WAIVERS
    if (
        not isinstance(document, dict)
        or set(document) != {"waivers"}
        or not isinstance(document["waivers"], (list, type(None)))
    ):
        says = f"the file must hold `waivers:` with a list, and nothing else, such as {EXAMPLE}"
        return Waivers(problems=(WaiverProblem(number=0, trouble="malformed", says=says),))
    entries: dict[tuple[str, str], Waiver] = {}
    problems: list[WaiverProblem] = []
    for number, entry in enumerate(document["waivers"] or (), start=1):
        wrong = list(_problems(number, entry, rules, today))
        problems += wrong
        if wrong:
            continue
        texts = {key: entry[key] for key in KEYS}
        waiver = Waiver(**{**texts, "expires": read_day(entry["expires"])}, number=number)
        same = entries.setdefault((waiver.rule, waiver.urn), waiver)
        if same is not waiver:
            says = f"says the same as entry {same.number}; leave one"
            problems.append(WaiverProblem(number=number, trouble="malformed", says=says))
    return Waivers(entries=tuple(entries.values()), problems=tuple(problems))


def _problems(number: int, entry: object, rules: Collection[str], today: date) -> Iterator[WaiverProblem]:
    def malformed(says: str) -> WaiverProblem:
        return WaiverProblem(number=number, trouble="malformed", says=says)

    if not isinstance(entry, dict):
        yield malformed(f"must be an object, such as {EXAMPLE}")
        return
    if unknown := [str(key) for key in entry if key not in KEYS]:
        yield malformed(f"knows no {', '.join(unknown)}; allowed: {', '.join(KEYS)}")
    if missing := [key for key in KEYS if entry.get(key) in {None, ""}] if _plain(entry) else list(KEYS):
        yield malformed(f"needs a text for {', '.join(missing)}")
        return
    yield from (malformed(says) for says in _texts(entry, rules))
    urn = str(entry["urn"])
    if WILDCARDS & set(urn):
        yield WaiverProblem(number=number, trouble="too broad", says=f"{urn}: a waiver is for one URN, without * or ?")
    elif wrong := _no_urn(urn):
        yield malformed(f"urn: {urn[:80]!a} {wrong}; copy it from the finding")
    expires = read_day(entry["expires"])
    if expires is None:
        yield malformed(f"expires: {entry['expires']} is no day; write it as 2026-12-24")
    elif expires < today:
        yield WaiverProblem(
            number=number,
            trouble="expired",
            says=f"{entry['rule']} of {urn.rsplit('::', 1)[-1]} ended on {expires} ({entry['owner']})",
        )
    elif expires - today > LONGEST:
        says = f"expires: {expires} is more than {LONGEST.days} days ahead; at most {today + LONGEST}"
        yield WaiverProblem(number=number, trouble="too broad", says=says)


def _no_urn(urn: str) -> str:
    """What a URN lacks; empty where it is whole."""
    if not urn.isprintable() or any(sign.isspace() for sign in urn):
        return "has white space or signs that nobody sees"
    found = URN.fullmatch(urn)
    if found is None:
        return "is no URN: urn:pulumi:STACK::PROJECT::TYPE::NAME"
    return "" if found["project"] == PROJECT else f"is of the project {found['project']}, and this is {PROJECT}"


def notices(waivers: Waivers, today: date, stacks: Collection[str]) -> tuple[str, ...]:
    """What somebody should know of a file that nothing is wrong with: what has ended, ends soon, or is of no stack.

    Args:
        waivers: what the file holds.
        today: the day on which they are used.
        stacks: the stacks that have a file.
    """
    said = [f"waivers, entry {one.number}: {one.says}" for one in waivers.problems if not one.refuses]
    for one in waivers.entries:
        about = f"waivers, entry {one.number}: {one.rule} of {one.urn.rsplit('::', 1)[-1]}"
        if one.expires - today <= SOON:
            said.append(f"{about} ends on {one.expires}; {one.owner} says it again, or repairs it")
        if one.stack not in stacks:
            said.append(f"{about} is of the stack {one.stack}, which has no file Pulumi.{one.stack}.yaml")
    return tuple(said)


def _plain(entry: dict[Any, Any]) -> bool:
    return all(isinstance(entry.get(key), (str, date, type(None))) for key in KEYS)


def _texts(entry: dict[Any, Any], rules: Collection[str]) -> Iterator[str]:
    for key in ("rule", "urn", "owner", "reason"):
        if not isinstance(entry[key], str) or not _letters(entry[key]):
            yield f"{key} must be a text"
        elif not entry[key].strip().replace("\n", " ").isprintable():
            yield f"{key}: {entry[key]!r} has signs that nobody sees; write it anew"
    if entry["rule"] not in rules:
        yield f"rule: there is no {entry['rule']}; copy the id from the finding (docs/gate.md lists them)"
    if 0 < _letters(entry["owner"]) < SHORTEST_OWNER or str(entry["owner"]).strip().casefold() in NOBODY:
        yield f"owner: {entry['owner']!r} is nobody; name a person or a team that answers for this"
    said = str(entry["reason"]).strip().casefold()
    if said in NO_REASON or _letters(entry["reason"]) < SHORTEST_LETTERS or len(said) < SHORTEST_REASON:
        yield f"reason: {entry['reason']!r} is none; say in a sentence why this may happen"


def _letters(text: object) -> int:
    """How many different letters somebody can read in a text, of whatever alphabet."""
    return len({sign.casefold() for sign in str(text) if sign.isalpha()})
