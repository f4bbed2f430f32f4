"""Whether a role is taken by the jobs of one environment of one GitHub repository, and by no other jobs."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from bootstrap.access import AUDIENCE, ISSUER
from ops.answers.preflight import reads
from ops.answers.preflight.model import Answer, met, not_met

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ops.answers.preflight.account import Account
    from ops.answers.preflight.subject import Deployer

TAKE = "sts:AssumeRoleWithWebIdentity"
NO_PROVIDER = ("NoSuchEntity", "NoSuchEntityException")
EXACT = ("StringEquals", "StringLike")
"""Operators under which a value without a wildcard is that value alone."""


def trusts(role: Mapping[str, Any], deployer: Deployer, aws: Account) -> Answer:
    """Whether jobs of the deployer's environment may take a role, and no other jobs.

    Args:
        role: as IAM describes it.
        deployer: whose jobs.
        aws: the account, which is asked for the provider.
    """
    own = f"repo:{deployer.repository}:environment:{deployer.environment}"
    fix = f"its trust policy must ask for {ISSUER}:aud {AUDIENCE} and {ISSUER}:sub {own}, both by StringEquals"
    document = role["AssumeRolePolicyDocument"]
    found = [item for item in document["Statement"] if item["Effect"] == "Allow" and TAKE in _listed(item["Action"])]
    if not found:
        return not_met(f"no identity provider's token may take {role['Arn']}", fix)
    provider = next((arn for item in found for arn in _listed(item["Principal"].get("Federated", ()))), "")
    if not provider.endswith(f":oidc-provider/{ISSUER}"):
        return not_met(f"{provider or 'no provider'} is trusted, and not GitHub's", fix)
    if others := sorted({one for item in found for one in _beyond(item.get("Condition", {}), own)}):
        return not_met(f"others may take it, too: {'; '.join(others)}", fix)
    if not all(_lets(item.get("Condition", {}), own) for item in found):
        return not_met(f"a job with the subject {own} may not take it", fix)
    there = aws.look(reads.OIDC_PROVIDER, missing=NO_PROVIDER, OpenIDConnectProviderArn=provider)
    if there is None:
        return not_met(f"there is no provider {provider}", "make the bootstrap again, with existingProvider: false")
    if AUDIENCE not in there["ClientIDList"]:
        add = f"aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn {provider}"
        return not_met(f"{provider} does not take tokens for {AUDIENCE}", f"{add} --client-id {AUDIENCE}")
    return met(f"{own}, for {AUDIENCE}")


def _claims(condition: Mapping[str, Mapping[str, object]], claim: str) -> list[tuple[str, str]]:
    """Operator and value for each value that a claim may have."""
    key = f"{ISSUER}:{claim}".lower()
    return [
        (operator, value)
        for operator, keys in condition.items()
        for name, values in keys.items()
        if name.lower() == key
        for value in _listed(values)
    ]


def _beyond(condition: Mapping[str, Mapping[str, object]], own: str) -> Iterator[str]:
    """Subjects that a statement lets in beside the own one."""
    for claim, right in (("aud", AUDIENCE), ("sub", own)):
        found = _claims(condition, claim)
        if not found:
            yield f"any {claim}"
        yield from (value for operator, value in found if operator not in EXACT or value != right)


def _lets(condition: Mapping[str, Mapping[str, object]], own: str) -> bool:
    return any(fnmatchcase(own, value) for _, value in _claims(condition, "sub"))


def _listed(value: object) -> Sequence[str]:
    return (
        [value] if isinstance(value, str) else [str(item) for item in value] if isinstance(value, (list, tuple)) else []
    )
