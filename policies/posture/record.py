"""Reads `posture.yaml`: the controls, what they ask, and what is accepted."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Reason:
    """Why something that a control asks for is not done.

    Attributes:
        because: the reason, for people.
        environments: where it counts; empty for everywhere.
        names: logical names of the resources that it excuses, with `*`; empty for all.
    """

    because: str
    environments: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def excuses(self, name: str, environment: str) -> bool:
        """Whether it excuses a resource of a stack."""
        here = not self.environments or environment in self.environments
        return here and (not self.names or any(fnmatchcase(name, pattern) for pattern in self.names))


@dataclass(frozen=True)
class Control:
    """One control of a standard.

    Attributes:
        id: its id in Security Hub, such as `RDS.2`.
        of: the standards that it belongs to, by key.
        asks: what it asks for.
        types: the types of resources that it asks it of.
        met: the form of its check (`policies.posture.checks`); None where all is accepted.
        accepted: why what its check finds may stay; without a check, why nothing is checked.
        read: where its text was read: `guide`, `archive`, or `title` where only its title was.
    """

    id: str
    of: tuple[str, ...]
    asks: str
    types: tuple[str, ...]
    met: Mapping[str, Any] | None
    accepted: tuple[Reason, ...]
    read: str


@dataclass(frozen=True)
class Found:
    """One check of checkov that fails, with the reason why it may.

    Attributes:
        id: its id, such as `CKV_AWS_157`.
        asks: what it asks for.
        because: why it stays as it is.
    """

    id: str
    asks: str
    because: str


@dataclass(frozen=True)
class Record:
    """The whole file.

    Attributes:
        standards: titles of the standards, by key.
        controls: what is asked of types in these plans.
        account: by standard, what is asked of the whole account.
        account_because: why no stack does that.
        elsewhere: types that no plan has, and the controls that ask about them.
        unused: modules of services that no plan has anything of.
        no_control: types that no control asks about.
        checkov: what checkov finds, and why it stays.
    """

    standards: Mapping[str, str]
    controls: tuple[Control, ...]
    account: Mapping[str, tuple[str, ...]]
    account_because: str
    elsewhere: Mapping[str, tuple[str, ...]]
    unused: tuple[str, ...]
    no_control: tuple[str, ...]
    checkov: tuple[Found, ...]

    @property
    def types(self) -> frozenset[str]:
        """Every type that somebody judged."""
        return frozenset((*self.no_control, *(token for control in self.controls for token in control.types)))


@cache
def record() -> Record:
    """The file beside this module."""
    read = yaml.safe_load(files("policies.posture").joinpath("posture.yaml").read_text("utf-8"))
    account = dict(read["account"])
    return Record(
        standards=read["standards"],
        controls=tuple(_control(entry, read["read"]) for entry in read["controls"]),
        account_because=account.pop("because"),
        account={standard: tuple(ids) for standard, ids in account.items()},
        elsewhere={token: tuple(ids) for token, ids in read["elsewhere"].items()},
        unused=tuple(read["unused"]),
        no_control=tuple(read["no_control"]),
        checkov=tuple(Found(**found) for found in read["checkov"]["findings"]),
    )


def _control(entry: Mapping[str, Any], texts: Mapping[str, list[str]]) -> Control:
    where = (text for text, ids in texts.items() if any(fnmatchcase(entry["id"], pattern) for pattern in ids))
    return Control(
        id=entry["id"],
        of=tuple(entry["of"]),
        asks=entry["asks"],
        types=tuple(entry["types"]),
        met=entry.get("met"),
        accepted=tuple(
            Reason(reason["because"], tuple(reason.get("environments", ())), tuple(reason.get("names", ())))
            for reason in entry.get("accepted", ())
        ),
        read=next(where, "title"),
    )
