"""Asks an account every question of a plan."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from bailbondpro.facts.regions import home_of
from infra.phases import PHASES
from infra.problems import ConfigError
from infra.quotas import quota_needs
from ops.answers.bootstrap.policies import prepared
from ops.answers.preflight import cloudflare, deploying, identity, images, names, offers, quotas, roles
from ops.answers.preflight.account import open_account
from ops.answers.preflight.model import FAILS, Answer, Clouds, Finding, NotJudgedError, Verdict, not_asked
from ops.answers.preflight.policy import policy
from ops.answers.preflight.subject import Deployer, Subject
from ops.answers.preflight.zone import CloudflareApi
from ops.foreign import one_line
from ops.inputs.stack_file import settings_of
from ops.jsonable import plain
from ops.rehearsal.planned import planned

if TYPE_CHECKING:
    from pathlib import Path

    from infra.quotas import QuotaNeed
    from infra.settings import Settings
    from ops.answers.preflight.model import Question

AREAS = (identity, deploying, quotas, roles, offers, names, images, cloudflare)
MALFORMED = (KeyError, TypeError, ValueError, IndexError, AttributeError)
"""What reading an answer ends with that has not the form of the service's documentation."""


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """Every question with its answer.

    Attributes:
        stack: the stack.
        phase: its growth phase, if known.
        findings: in the order in which they were asked.
    """

    stack: str
    phase: str | None
    findings: tuple[Finding, ...]

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many of each verdict."""
        found = Counter(item.verdict for item in self.findings)
        return {verdict: found[verdict] for verdict in get_args(Verdict)}

    @property
    def exit_code(self) -> int:
        """0 where everything that was asked is met; what nobody can ask is listed and does not fail."""
        return 1 if any(item.verdict in FAILS for item in self.findings) else 0

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answers."""
        return {"stack": self.stack, "phase": self.phase, "counts": self.counts, "findings": plain(self.findings)}


def preflight(
    stack: str, phase: str | None, config: Path | None, file: Path | None = None, role: str = ""
) -> Preflight:
    """Ask the account of the credentials at hand, and Cloudflare with the token of the environment.

    Args:
        stack: the stack.
        phase: growth phase to use instead of the file's.
        config: another stack file.
        file: a plan, in place of a preview.
        role: name or ARN of the role that deploys, or ARN of the user; by default the bootstrap's, else who asks.

    Raises:
        PreflightError: there are no usable credentials, or nobody answers.
        ConfigError: the configuration has problems.
        PlanError: the file is no plan.
    """
    if file is None:
        # Before the preview, which takes half a minute.
        _ = open_account(home_of(settings_of(stack, config, phase).region)).identity
    subject, name = subject_of(stack, phase, config, file, role)
    clouds = Clouds(open_account(subject.home), CloudflareApi.from_environment(os.environ))
    return Preflight(stack=stack, phase=name, findings=asked(subject, clouds))


def policy_of(
    stack: str, phase: str | None, config: Path | None, file: Path | None = None, role: str = ""
) -> dict[str, Any]:
    """The smallest policy with which `preflight` can ask everything.

    Raises:
        ConfigError: the configuration has problems.
        PlanError: the file is no plan.
    """
    return policy(questions_of(subject_of(stack, phase, config, file, role)[0]))


def subject_of(
    stack: str, phase: str | None, config: Path | None, file: Path | None, role: str
) -> tuple[Subject, str | None]:
    """The stack as a preflight sees it, and its growth phase."""
    found = planned(stack, phase, config, file)
    later = largest(stack, config, found.phase)
    return Subject(found.plan, found.settings, later, deployer_of(found.settings, role)), found.phase


def deployer_of(settings: Settings | None, role: str = "") -> Deployer:
    """Who makes a stack's updates: the named role, or the one that the bootstrap makes for the stack in its account.

    Args:
        settings: the stack's configuration; None for a program of somebody else.
        role: what the command names; empty where it names nobody.
    """
    entry = dict(prepared()).get(settings.stack) if settings else None
    if settings is None or entry is None or entry[0].account_id not in settings.aws.allowed_account_ids:
        return Deployer(named=role)
    return Deployer(
        named=role or f"bailbondpro-{settings.stack}-deploy",
        repository=entry[0].github.repository,
        environment=settings.stack,
    )


def largest(stack: str, config: Path | None, phase: str | None) -> tuple[str, tuple[QuotaNeed, ...]]:
    """What a stack takes of quotas in its last phase; nothing where it is there, or its file does not fit it."""
    last = PHASES[-1]
    if phase in {None, last}:
        return "", ()
    try:
        return last, quota_needs(settings_of(stack, config, last))
    except ConfigError:
        return "", ()


def questions_of(subject: Subject) -> list[Question]:
    """Everything that a plan's resources raise, in the order in which it is asked."""
    found = [question for area in AREAS for question in area.questions(subject)]
    return found if subject.uses_aws else [question for question in found if question.cloud != "aws"]


def asked(subject: Subject, clouds: Clouds) -> tuple[Finding, ...]:
    """The answers.

    Raises:
        PreflightError: nobody can be asked at all.
    """
    if subject.uses_aws:
        _ = clouds.aws.identity
    findings: list[Finding] = []
    stopped: dict[str, str] = {}
    for question in questions_of(subject):
        if question.cloud in stopped:
            findings.append(_finding(question, not_asked(stopped[question.cloud])))
            continue
        answer = _answer(question, clouds)
        findings.append(_finding(question, answer))
        if question.first and answer.verdict != "met":
            stopped[question.cloud] = f"`{question.name}` comes first"
    return tuple(findings)


def _answer(question: Question, clouds: Clouds) -> Answer:
    try:
        return question.ask(clouds)
    except NotJudgedError as error:
        return Answer(verdict="not judged", said=error.said, fix=error.fix)
    except MALFORMED as error:
        said = f"the answer has another form than the service documents ({type(error).__name__}: {one_line(error)})"
        return Answer(verdict="not judged", said=said, fix="check what answers at that address; update ./bbp")


def _finding(question: Question, answer: Answer) -> Finding:
    return Finding(
        area=question.area,
        name=question.name,
        why=question.why,
        verdict=answer.verdict,
        said=answer.said,
        fix=answer.fix,
        reads=tuple(dict.fromkeys(f"{need.read.service}:{need.read.operation}" for need in question.needs)),
    )
