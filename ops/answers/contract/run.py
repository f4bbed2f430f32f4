"""What all judges share: the application, what it was started with, and what it says of itself."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from bailbondpro.contract import contract
from ops.answers.contract.client import Answer, Application, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DOCUMENT_PATH = "/internal/contract"
LONGER_SECONDS = 0.5
"""Beyond the gateway's time a connection is left idle: one that ends at the same moment loses requests."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the application was started with, and what may be done to it.

    Attributes:
        variables: those that it was started with; None where nobody said, and the contract's examples count.
        page: a page that names files under /static/.
        write: path of a POST that creates something; None for none.
        body: of that POST.
        headers: of requests to the API.
        log: the file that its standard output goes to; None for none.
        pid: of its process, which is then stopped; None leaves it alone.
        idle_seconds: how long a connection is left idle.
        stop_seconds: how long its end is waited for.
    """

    variables: Mapping[str, str] | None = None
    page: str = "/"
    write: str | None = None
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    log: Path | None = None
    pid: int | None = None
    idle_seconds: float = (contract().clause("connections.kept").seconds or 0) + LONGER_SECONDS
    stop_seconds: float = contract().clause("stop.ends").seconds or 0


@dataclass
class Run:
    """One test of one application."""

    application: Application
    options: Options
    mark: str = field(default_factory=lambda: f"contract-{secrets.token_hex(8)}")
    """In paths and bodies of this run alone, so that it is found again in metrics."""
    personal: str = field(default_factory=lambda: f"person-{secrets.token_hex(8)}")
    """In the page's query alone, as queries carry personal data: it is looked for in metrics and logs."""
    created: list[tuple[str, Answer]] = field(default_factory=list)
    """Answers to POSTs that created something, with their keys."""
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def lasted(self) -> timedelta:
        """How long the test has gone on."""
        return datetime.now(UTC) - self.began

    @property
    def places(self) -> set[str]:
        """Where what was created can be read."""
        return {made.headers.get("location", "") for _, made in self.created} - {""}

    @property
    def own(self) -> list[Answer]:
        """Answers of the application's own routes: the page, what writes, what was written."""
        paths = {self.options.page, self.options.write, *self.places}
        return [answer for answer in self.application.answers if answer.path.partition("?")[0] in paths]

    def variable(self, name: str) -> str:
        """What the application was started with; the contract's example where nobody said."""
        examples = {variable.name: variable.example for variable in contract().variables}
        return (self.options.variables or {}).get(name, examples[name])

    def given(self, name: str) -> str | None:
        """What the application was started with; None where it was not, or nobody said."""
        return (self.options.variables or {}).get(name)

    @cached_property
    def described(self) -> Answer | str:
        """The application's document, or why there is none."""
        try:
            return self.application.ask(DOCUMENT_PATH, part="api")
        except UnreachableError as error:
            return str(error)

    @cached_property
    def page(self) -> Answer | str:
        """The page, or why there is none."""
        try:
            return self.application.ask(f"{self.options.page}?name={self.personal}")
        except UnreachableError as error:
            return str(error)

    def says(self, path: str) -> object:
        """A field of the document by its path; `MISSING` where it is not there."""
        return at(self.described.document, path) if isinstance(self.described, Answer) else MISSING


class _Missing:
    """No field: None is a value."""

    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def at(document: object, path: str) -> object:
    """A field of a JSON document by the names on the way."""
    for name in path.split("."):
        if not isinstance(document, dict) or name not in document:
            return MISSING
        document = document[name]
    return document
