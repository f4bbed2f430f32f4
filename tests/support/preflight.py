"""Asks recorded clouds what a plan raises."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ops.answers.preflight.model import Clouds
from ops.answers.preflight.run import Preflight, asked, deployer_of, largest
from ops.answers.preflight.subject import Subject
from plan import Plan
from tests.support.aws_account import RecordedAccount
from tests.support.cloudflare_zone import RecordedZone
from tests.support.plans import planned, stack_plan
from tests.support.stack import CHECKED_IN, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.answers.preflight.model import Finding
    from plan import PlannedResource

PROVIDER_URN = "urn:pulumi:test::bailbondpro::pulumi:providers:aws::aws"
TAGS = {"Project": "bailbondpro", "Stack": "bailbondpro-test"}


def resource(token: str, logical: str, /, **inputs: object) -> PlannedResource:
    """One resource to be created; a `name` among its inputs is its physical one."""
    return replace(planned(token, logical), inputs=inputs)


def stack_subject(environment: str, phase: str) -> Subject:
    """A stack of the tests as a preflight sees it."""
    later = largest(environment, None, phase) if (environment, phase) in CHECKED_IN else ("", ())
    found = settings(environment, phase)
    return Subject(stack_plan(environment, phase), found, later, deployer_of(found))


def subject(*items: PlannedResource, accounts: str = '["123456789012"]', region: str = "us-east-1") -> Subject:
    """A plan of some resources below one provider, and without a configuration."""
    provider = planned(
        "pulumi:providers:aws",
        "aws",
        region=region,
        allowedAccountIds=accounts,
        defaultTags='{"tags": {"Project": "bailbondpro", "Stack": "bailbondpro-test"}}',
    )
    own = f"{PROVIDER_URN}::id"
    return Subject(Plan((provider, *(replace(item, provider=own) for item in items))), None)


def outcome(
    of: Subject, account: RecordedAccount | None = None, zone: RecordedZone | None = None, *, token: bool = True
) -> Preflight:
    """What recorded clouds say; free ones where none are given."""
    edge = (zone or RecordedZone()).api if token else None
    clouds = Clouds((account or RecordedAccount()).account, edge)
    return Preflight(stack=of.stack, phase=None, findings=asked(of, clouds))


def findings(of: Subject, answers: Mapping[str, object] | None = None) -> dict[str, Finding]:
    """What an account says, by question."""
    return {item.name: item for item in outcome(of, RecordedAccount(dict(answers or {}))).findings}


def one(of: Subject, name: str, answers: Mapping[str, object] | None = None) -> Finding:
    """The answer to the question whose name begins so."""
    found = [item for question, item in findings(of, answers).items() if question.startswith(name)]
    assert len(found) == 1, f"{name}: {[item.name for item in found]}"
    return found[0]
