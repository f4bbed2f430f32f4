"""Whom alarms, budgets and the edge tell: nobody is a loss, and others, more or fewer people are only to be known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan.types.weaker.model import written

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE = frozenset(("email", "email-json", "sms"))
"""Protocols whose addresses are people's (Amazon SNS API Reference, Subscribe)."""
_ADDRESSES = ("subscriberEmailAddresses",)
"""Of a budget's notification, the people whom it tells (AWS Budgets API Reference, Subscriber)."""


def another_machine(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a subscription that is no person's has another endpoint."""
    return _moved(old, new) and old.get("protocol") not in PEOPLE


def another_person(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a person's subscription is another person's."""
    return _moved(old, new) and old.get("protocol") in PEOPLE


def _moved(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    sides = (old, new)
    return (
        all(isinstance(one, dict) for one in sides)
        and bool(old.get("endpoint"))
        and old["endpoint"] != new.get("endpoint")
    )


def fewer_hear(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a notification or a machine that was told is gone, or nobody of the people is left."""
    before, after = _heard(old), _heard(new)
    return any(key not in after or (people and not after[key]) for key, people in before.items())


def others_hear(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether other people are told, more or fewer of them, and somebody still is."""
    before, after = _heard(old), _heard(new)
    return not fewer_hear(old, new) and any(people != after[key] for key, people in before.items())


def _heard(told: object) -> dict[str, set[str]]:
    """The people whom each notification tells, by everything else of it."""
    found: dict[str, set[str]] = {}
    for key, person in _entries(told):
        people = found.setdefault(key, set())
        if person:
            people.add(person)
    return found


def _entries(told: object) -> Iterator[tuple[str, str]]:
    if isinstance(told, dict):
        # Mechanisms of the edge: people by their addresses, everything else by what it is.
        for way, entries in told.items():
            for entry in entries if isinstance(entries, list) else ():
                name = str(entry.get("id") if isinstance(entry, dict) else entry)
                yield (way, name) if way == "emails" else (f"{way} {name}", "")
        return
    for entry in told if isinstance(told, list) else ():
        if isinstance(entry, dict) and str(entry.get("type", "")).upper() == "EMAIL":
            yield written({key: value for key, value in entry.items() if key != "address"}), str(entry.get("address"))
        elif isinstance(entry, dict):
            key = written({name: value for name, value in entry.items() if name not in _ADDRESSES})
            yield key, ""
            for name in _ADDRESSES:
                yield from ((key, str(one)) for one in entry.get(name) or ())
        else:
            yield written(entry), ""
