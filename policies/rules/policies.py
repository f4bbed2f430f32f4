"""Rules over policies that resources carry: whom they let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.tokens import KEY, SECRET
from plan.unknown import is_unknown
from policies.documents import statements
from policies.principals import anybody
from policies.rules.model import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan import Plan

TRUSTS = frozenset(("aws:iam/role:Role",))
"""Whose policy says who may take it."""
POLICIES: Mapping[str, tuple[str, ...]] = {
    KEY: ("policy",),
    SECRET: ("policy",),
    "aws:kms/keyPolicy:KeyPolicy": ("policy",),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("policy",),
    "aws:sns/topic:Topic": ("policy",),
    "aws:sns/topicPolicy:TopicPolicy": ("policy",),
    "aws:sqs/queue:Queue": ("policy",),
    "aws:sqs/queuePolicy:QueuePolicy": ("policy",),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("policy",),
    "aws:backup/vaultPolicy:VaultPolicy": ("policy",),
    "aws:opensearch/domain:Domain": ("accessPolicies",),
    "aws:opensearch/domainPolicy:DomainPolicy": ("accessPolicies",),
    "aws:s3/bucket:Bucket": ("policy",),
    "aws:s3/bucketPolicy:BucketPolicy": ("policy",),
    "aws:iam/role:Role": ("assumeRolePolicy",),
}
"""Types whose policy names who is let in, with its property. A VPC endpoint's is none: it names whom the network lets
out, and is for everybody by default."""
JUDGED_ELSEWHERE = frozenset((*TRUSTS, "aws:s3/bucket:Bucket", "aws:s3/bucketPolicy:BucketPolicy"))
"""By `iam-wildcard` and `public-bucket`."""


def _open_policies(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan.of_type(*(token for token in POLICIES if token not in JUDGED_ELSEWHERE)):
        for name in POLICIES[item.type]:
            policy = item.inputs.get(name)
            allowed = statements(policy, "Allow")
            if is_unknown(policy):
                yield Violation(urn=item.urn, says=f"{name} is known only after an update", known=False)
            elif policy is not None and allowed is None:
                yield Violation(urn=item.urn, says=f"{name} is no policy that can be read", known=False)
            elif any(map(anybody, allowed or ())):
                yield Violation(urn=item.urn, says=f"{name} lets anybody in")


POLICY_RULES: tuple[Rule, ...] = (
    Rule(
        id="open-policy",
        title="No policy of a key, a secret, a topic, a vault or a repository lets anybody in",
        severity="high",
        reason="a policy of a resource admits other accounts without any role of this one",
        fix="name the principal, or narrow it by aws:SourceAccount, aws:SourceArn or aws:PrincipalOrgID",
        source="AWS Foundational Security Best Practices, SNS.4, KMS.5; IAM User Guide, Principal",
        judge=_open_policies,
        alone=True,
    ),
)
