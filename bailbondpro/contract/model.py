"""The contract's model: `contract.yaml` read and checked."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal, Self, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

Keeper: TypeAlias = Literal["platform", "application"]
Judge: TypeAlias = Literal["plan", "test", "application"]
"""By tests over what every stack renders, by `./bbp contract test`, or by the application's own tests alone."""
Phase: TypeAlias = Literal["optimization", "horizontal", "microservices"]
Pods: TypeAlias = Literal["app", "services"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Clause(_Part):
    """One promise.

    Attributes:
        id: its name, which never changes.
        says: the promise, in plain words.
        keeper: who keeps it.
        judged: by what.
        source: where it is from: a section of the scaling guide, a vendor's document, or a page of ours.
        wants: what the tester wants to see.
        fix: the smallest thing to do where it is broken.
        why: why nothing but the application's own tests can judge it.
        seconds: a bound that the promise has.
        reads: how often something is read.
    """

    id: str = Field(pattern=r"^[a-z-]+\.[A-Za-z_.-]+$")
    says: str
    keeper: Keeper
    judged: Judge
    source: str
    wants: str = ""
    fix: str = ""
    why: str = ""
    seconds: float | None = None
    reads: int | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.judged == "test" and not (self.wants and self.fix):
            raise ValueError(f"{self.id} is judged by the tester: say what it wants and the smallest fix")
        if (self.judged == "application") != bool(self.why):
            raise ValueError(f"{self.id}: why stands exactly where only the application's own tests judge")
        if self.judged == "plan" and self.keeper != "platform":
            raise ValueError(f"{self.id}: a plan shows what the platform keeps, and nothing of the application")
        return self


class Variable(_Part):
    """A variable of the pods; the platform keeps it, the plan shows it.

    Attributes:
        name: with `n` for a number.
        unit: of its value.
        example: a value; the platform's default where there is one.
        since: the first phase whose pods have it, as the checked-in stacks are.
        pods: whose.
        says: what it is for.
        source: see `Clause`.
        when: what else it takes.
        secret: the Secret and the key that it comes from; empty for a plain value.
    """

    name: str = Field(pattern=r"^[A-Z][A-Zn_0-9]*$")
    unit: str
    example: str
    since: Phase
    pods: tuple[Pods, ...]
    says: str
    source: str
    when: str = ""
    secret: str = ""

    @property
    def clause(self) -> Clause:
        """The promise."""
        return Clause(id=f"variable.{self.name}", says=self.says, keeper="platform", judged="plan", source=self.source)


class Endpoint(_Part):
    """What the application is asked for.

    Attributes:
        id: without its prefix.
        path: absolute, or the setting that names it.
        port: the variable that says where.
        asked: by whom, how often.
        answers: the promise.
        judged: see `Clause`.
        source: see `Clause`.
        why: see `Clause`.
        fix: see `Clause`.
    """

    id: str
    path: str
    port: Literal["PORT", "API_PORT"]
    asked: str
    answers: str
    judged: Judge
    source: str
    why: str = ""
    fix: str = ""

    @property
    def clause(self) -> Clause:
        """The promise."""
        return Clause(
            id=f"endpoint.{self.id}",
            says=f"{self.path} on {self.port} answers {self.answers}.",
            keeper="application",
            judged=self.judged,
            source=self.source,
            wants=self.answers if self.judged == "test" else "",
            fix=self.fix,
            why=self.why,
        )


class DocumentField(_Part):
    """A field of the diagnostic document: its path and what it holds."""

    field: str
    holds: str


class Header(_Part):
    """A header.

    Attributes:
        id: without its prefix.
        name: as it is written.
        way: to the application, from it, or from the gateway to the visitor.
        value: what it holds.
        says: the promise.
        source: see `Clause`.
        judged: see `Clause`; None where other clauses hold it.
        judged_by: ids of those.
        wants: see `Clause`.
        fix: see `Clause`.
    """

    id: str
    name: str
    way: Literal["in", "out", "visitor"]
    value: str
    says: str
    source: str
    judged: Judge | None = None
    judged_by: tuple[str, ...] = ()
    wants: str = ""
    fix: str = ""

    @model_validator(mode="after")
    def _judged_somehow(self) -> Self:
        if (self.judged is None) != bool(self.judged_by):
            raise ValueError(f"the header {self.id} is judged either itself or by other clauses")
        return self

    @property
    def clause(self) -> Clause | None:
        """The promise; None where other clauses hold it."""
        if self.judged is None:
            return None
        return Clause(
            id=f"header.{self.id}",
            says=self.says,
            keeper="application" if self.way == "out" else "platform",
            judged=self.judged,
            source=self.source,
            wants=self.wants,
            fix=self.fix,
        )


class Metric(_Part):
    """A metric of the application.

    Attributes:
        name: with its unit, as Prometheus wants it.
        kind: its type.
        unit: of its value.
        labels: names of its labels.
        buckets: bounds that a histogram has, in its unit.
        read_by: what of the platform reads it; empty for people.
        says: the promise.
        source: see `Clause`.
    """

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    unit: str
    labels: tuple[str, ...]
    buckets: tuple[float, ...] = ()
    read_by: tuple[Literal["autoscaler", "alerts", "dashboards"], ...]
    says: str
    source: str

    @property
    def clause(self) -> Clause:
        """The promise."""
        bounds = f", with the buckets {', '.join(f'{bound:g}' for bound in self.buckets)}" if self.buckets else ""
        kind = self.kind.capitalize()
        return Clause(
            id=f"metric.{self.name}",
            says=self.says,
            keeper="application",
            judged="test",
            source=self.source,
            wants=f"a {self.kind} in {self.unit} with the labels {', '.join(self.labels)}{bounds}",
            fix=f"prom-client: new {kind}({{name: '{self.name}', labelNames: {list(self.labels)}, ...}})",
        )


class LogField(_Part):
    """A field of a log line.

    Attributes:
        name: its key.
        type: of its value in JSON.
        unit: of its value.
        example: a value.
        every: in every line; else in those of requests.
        says: what it is.
    """

    name: str
    type: Literal["text", "number"]
    unit: str
    example: str | float
    every: bool
    says: str

    @property
    def clause(self) -> Clause:
        """The promise."""
        where = "Every line has" if self.every else "The line of a request has"
        return Clause(
            id=f"log.{self.name}",
            says=f"{where} {self.name}: {self.unit}. {self.says}",
            keeper="application",
            judged="test",
            source="12factor.net, Logs; the gateway's own log",
            wants=f"the field {self.name}, a {self.type}: {self.unit}",
            fix="one JSON object a line on standard output, for each request once it is answered",
        )


Promise: TypeAlias = Variable | Endpoint | Header | Metric | LogField | Clause


class Contract(_Part):
    """All of it; see `contract.yaml`.

    Raises:
        ValueError: an id is there twice, or a header refers to a clause that does not exist.
    """

    version: int
    variables: tuple[Variable, ...]
    endpoints: tuple[Endpoint, ...]
    document: tuple[DocumentField, ...]
    headers: tuple[Header, ...]
    metrics: tuple[Metric, ...]
    log: tuple[LogField, ...]
    clauses: dict[str, tuple[Clause, ...]]

    @model_validator(mode="after")
    def _ids(self) -> Self:
        ids = [clause.id for clause in self.every_clause]
        if twice := sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"there twice: {', '.join(twice)}")
        if lost := [one for header in self.headers for one in header.judged_by if one not in ids]:
            raise ValueError(f"headers refer to clauses that do not exist: {', '.join(lost)}")
        return self

    @property
    def every_clause(self) -> tuple[Clause, ...]:
        """All clauses in the file's order."""
        listed: tuple[Variable | Endpoint | Metric | LogField, ...] = (*self.variables, *self.endpoints)
        headers = [clause for header in self.headers if (clause := header.clause) is not None]
        measured: tuple[Metric | LogField, ...] = (*self.metrics, *self.log)
        return (
            *(part.clause for part in listed),
            *headers,
            *(part.clause for part in measured),
            *(clause for clauses in self.clauses.values() for clause in clauses),
        )

    def clause(self, name: str) -> Clause:
        """A clause by its id.

        Raises:
            KeyError: there is none.
        """
        return {clause.id: clause for clause in self.every_clause}[name]


@cache
def contract() -> Contract:
    """The contract of this version of the platform."""
    text = files(__package__).joinpath("contract.yaml").read_text(encoding="utf-8")
    return Contract.model_validate(yaml.safe_load(text))
