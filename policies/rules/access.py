"""Rules over who may do what: IAM, buckets, logins, secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plan.tokens import BUCKET, KUBERNETES_SECRET
from plan.unknown import is_hidden, is_unknown
from policies.documents import listed, statements
from policies.logins import logins_of_masters
from policies.posture.checks import BLOCKED, BUCKET_POLICY, PUBLIC_ACCESS
from policies.principals import any_token, anybody
from policies.rules.model import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from plan import Plan, PlannedResource

IAM_POLICIES = (
    *("aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy"),
    *("aws:iam/userPolicy:UserPolicy", "aws:iam/groupPolicy:GroupPolicy"),
)
ATTACHMENTS = (
    *("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/policyAttachment:PolicyAttachment"),
    *("aws:iam/userPolicyAttachment:UserPolicyAttachment", "aws:iam/groupPolicyAttachment:GroupPolicyAttachment"),
)
ROLE = "aws:iam/role:Role"
EVERYTHING = re.compile(
    r"arn:aws[\w-]*:iam::aws:policy/(?:[\w-]+/)*(?:AdministratorAccess[\w-]*|PowerUserAccess|ReadOnlyAccess|\w*FullAccess\w*"
    r"|SecretsManagerReadWrite|(?:System|Database|Network)Administrator|DataScientist|AWSKeyManagementServicePowerUser)"
)
"""Managed policies with which everything else can be had, or everything that a service keeps (AWS Managed Policy
Reference; unverified)."""
_READS = re.compile(r"(?i)[\w-]+:(?:describe|list|get|batchget|lookup|view)[\w*?]*")
_KEPT = re.compile(
    r"(?i)(?:secretsmanager:(?:get|batchget|put|update|delete|restore)|kms:(?:decrypt|reencrypt|creategrant|put|schedule|disable)"
    r"|s3:(?:getobject|putobject|deleteobject|put|delete|replicate)|ssm:(?:getparameter|sendcommand|startsession)"
    r"|rds:(?:delete|modify|restore|copy)|rds-db:connect|dynamodb:(?:getitem|batchget|query|scan|delete)"
    r"|lambda:(?:invoke|update)|ec2:(?:terminate|delete|authorize)|eks:(?:create|update|delete|associate)"
    r"|logs:(?:delete|getlogevents|filterlogevents)|ecr:(?:delete|putimage)|backup:delete|cloudtrail:(?:stop|delete)"
    r"|route53:change)[\w*?]*"
)
"""Actions that read, change or delete what a service keeps, or who may do so (Service Authorization Reference, Access
levels; unverified)."""
_DEPLOYS = "bailbondpro:bootstrap:Account$"
"""Whose policies are those of roles that deploy, and the boundary of every role: they make, change and delete all that
a stack is of, and what no role may have stands in the boundary (docs/bootstrap.md). Changes of them are judged as
others are (`admits-more`)."""
_ALWAYS_SO = frozenset(("aws:requestedregion", "aws:securetransport", "aws:currenttime", "aws:epochtime"))
"""Keys of conditions that every request of the stack's own has."""
_ALL_OF_A_SERVICE = re.compile(
    r"arn:[^:]*:s3:[^:]*:[^:]*:\*(?:/\*)?|arn:[^:]*:(?!s3:)[^:]*:[^:]*:[^:]*:(?:[\w-]+[:/])?\*(?:[:/]\*)*"
)
"""ARNs that name everything of one kind in one account or all of them, such as `arn:aws:s3:::*` or `...:secret:*`."""
RISING = frozenset(
    (
        *(
            "iam:*",
            "sts:*",
            "iam:AttachRolePolicy",
            "iam:AttachUserPolicy",
            "iam:CreateAccessKey",
            "iam:CreatePolicyVersion",
        ),
        *("iam:PassRole", "iam:PutRolePolicy", "iam:PutUserPolicy", "iam:SetDefaultPolicyVersion", "sts:AssumeRole"),
        *("iam:UpdateAssumeRolePolicy", "iam:DeleteRolePermissionsBoundary"),
    )
)
"""Actions with which, on every resource, more is taken than a policy gives (IAM User Guide, Permissions boundaries,
delegating; unverified)."""
ACL = frozenset(("public-read", "public-read-write", "authenticated-read", "website"))
"""Canned lists that admit people from outside of the account (Amazon S3 User Guide, Access control list overview)."""
SECRET_NAME = re.compile(
    r"(?i)(^|[_\-.])(password|passwd|pwd|secret|token|api_?key|access_?key|private_?key|credentials?)$"
    r"|(?<=[a-z])(?<!existing)(?<!config)(Password|Secret|Token|ApiKey|AccessKey|PrivateKey|Credentials?)$"
)
SECRET_SHAPE = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\b[a-z][a-z0-9+.-]*://[^\s/:@{}$\[]+:[^\s/@{}$\[]{3,}@"
)
"""Keys of AWS, private keys, tokens of GitHub, and addresses with a password in them, wherever they stand."""
NO_SECRET = re.compile(r"^(?:arn:|/|\$\{|\{\{|https?://|projects/)|^(?:true|false|\d{1,4})$", re.IGNORECASE)
"""Names of secrets, switches and references: what such a property may say in the clear."""


def _wildcards(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan.of_type(*IAM_POLICIES):
        yield from _everything(item, item.inputs.get("policy"), "its policy")
    for item in plan.of_type(ROLE):
        for inline in item.inputs.get("inlinePolicies") or ():
            yield from _everything(item, inline.get("policy") if isinstance(inline, dict) else inline, "its policy")
        yield from _trusts(item)
    for item in plan.of_type(*ATTACHMENTS):
        if EVERYTHING.fullmatch(str(item.inputs.get("policyArn"))):
            yield Violation(urn=item.urn, says=f"attaches {item.inputs['policyArn']}")
    for item in plan.of_type(ROLE):
        for arn in listed(item.inputs.get("managedPolicyArns")):
            if EVERYTHING.fullmatch(str(arn)):
                yield Violation(urn=item.urn, says=f"attaches {arn}")


def _everything(item: PlannedResource, policy: object, what: str) -> Iterator[Violation]:
    allowed = statements(policy, "Allow")
    if allowed is None:
        yield Violation(urn=item.urn, says=f"{what} is known only after an update", known=False)
    for found in allowed or ():
        actions, resources = listed(found.get("Action")), listed(found.get("Resource"))
        everywhere = "NotResource" in found or any(map(_all_of_it, map(str, resources)))
        if "NotAction" in found or (everywhere and any(map(_all_of_it, map(str, actions)))):
            yield Violation(urn=item.urn, says=f"{what} allows every action on every resource")
        elif (
            everywhere
            and not found.get("Condition")
            and (risen := sorted(one for one in RISING if one.lower() in {str(action).lower() for action in actions}))
        ):
            yield Violation(urn=item.urn, says=f"{what} allows {', '.join(risen)} on every resource: more can be taken")
        elif _DEPLOYS not in item.urn and (
            taken := sorted(set(_taken(found, map(str, actions), list(map(str, resources)), everywhere=everywhere)))
        ):
            yield Violation(urn=item.urn, says=f"{what} allows {', '.join(taken)} on everything that there is of it")


def _taken(
    statement: Mapping[str, Any], actions: Iterable[str], resources: list[str], *, everywhere: bool
) -> Iterator[str]:
    """The actions that a statement allows on all that a service keeps."""
    if not everywhere and not any(map(_ALL_OF_A_SERVICE.fullmatch, resources)):
        return
    for action in actions:
        whole = "*" in action and not _READS.fullmatch(action)
        if (whole or _KEPT.fullmatch(action)) and not _narrowed(statement.get("Condition")):
            yield action


def _narrowed(condition: object) -> bool:
    """Whether a condition leaves out some of what a statement names: where and how it is asked for narrows nothing."""
    asked = condition.values() if isinstance(condition, dict) else ()
    return any(str(key).lower() not in _ALWAYS_SO for keys in asked if isinstance(keys, dict) for key in keys)


def _all_of_it(pattern: str) -> bool:
    """Whether a pattern of actions or of ARNs leaves nothing out: `*`, `*:*`, `arn:aws:*`."""
    return "*" in pattern and not re.sub(r"^arn|aws[a-z-]*|[*?:/]", "", pattern)


def _trusts(item: PlannedResource) -> Iterator[Violation]:
    policy = item.inputs.get("assumeRolePolicy")
    if policy is not None and statements(policy, "Allow") is None:
        yield Violation(urn=item.urn, says="who may take this role is known only after an update", known=False)
    for found in statements(policy, "Allow") or ():
        if anybody(found):
            yield Violation(urn=item.urn, says="anybody may take this role")
        if any_token(found):
            yield Violation(urn=item.urn, says="whoever has a token of its identity provider may take this role")


def _public_buckets(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan.of_type(PUBLIC_ACCESS):
        values = {name: item.inputs.get(name) for name in BLOCKED}
        if any(map(is_unknown, values.values())):
            yield Violation(urn=item.urn, says="what it blocks is known only after an update", known=False)
        elif off := [name for name, value in values.items() if value is not True]:
            yield Violation(urn=item.urn, says=f"public access is not blocked ({', '.join(off)})")
    for item in plan:
        if item.op != "delete" and item.type.startswith("aws:s3") and item.inputs.get("acl") in ACL:
            yield Violation(urn=item.urn, says=f"acl: {item.inputs['acl']}")
    for item in plan.of_type(BUCKET_POLICY):
        # One that is not known yet opens nothing while public access is blocked, which is asked of every bucket.
        if any(map(anybody, statements(item.inputs.get("policy"), "Allow") or ())):
            yield Violation(urn=item.urn, says="its policy lets anybody in")
    for item in plan.of_type(BUCKET):
        if not any(other.type == PUBLIC_ACCESS for other in plan.dependents(item.urn)):
            yield Violation(urn=item.urn, says="nothing blocks public access to it")


def _masters(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for workload, through in logins_of_masters(plan):
        yield Violation(urn=workload.urn, says=f"its pods log in as a database's master user ({through})")


def _plain_secrets(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan:
        if item.op == "delete":
            continue
        if item.type == KUBERNETES_SECRET:
            for part in ("data", "stringData"):
                values = item.inputs.get(part)
                for key, value in values.items() if isinstance(values, dict) else ():
                    if isinstance(value, str) and value and not is_hidden(value):
                        yield Violation(urn=item.urn, says=f"{part}.{key} is not marked as a secret")
            continue
        for path, key, value in _leaves(item.inputs, "", ""):
            named = bool(SECRET_NAME.search(key)) and not NO_SECRET.search(value)
            if value and not is_hidden(value) and (named or SECRET_SHAPE.search(value)):
                yield Violation(urn=item.urn, says=f"{path} holds a secret that everybody can read")


def _leaves(value: object, path: str, key: str) -> Iterator[tuple[str, str, str]]:
    """Every text with its path and what it is called; of a variable of a container, by the variable's name."""
    if isinstance(value, str):
        yield path, key, value
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _leaves(entry, f"{path}[{index}]", key)
    elif isinstance(value, dict):
        name = value.get("name")
        for inner, entry in value.items():
            called = name if inner == "value" and isinstance(name, str) else inner
            yield from _leaves(entry, f"{path}.{inner}" if path else str(inner), str(called))


ACCESS_RULES: tuple[Rule, ...] = (
    Rule(
        id="iam-wildcard",
        title="No role may do everything, and nobody unnamed may take one",
        severity="high",
        reason="one leaked credential is the whole account",
        fix="name the actions and the resources; ./bbp bootstrap policies shows what a plan takes",
        source="AWS Foundational Security Best Practices, IAM.1, IAM.27; IAM User Guide, least privilege",
        judge=_wildcards,
        alone=True,
    ),
    Rule(
        id="public-bucket",
        title="No bucket is open to the internet",
        severity="critical",
        reason="backups, logs and documents are read by whoever finds the name",
        fix="a BucketPublicAccessBlock with all four switches, and a policy that names who may read",
        source="AWS Foundational Security Best Practices, S3.2, S3.3, S3.8",
        judge=_public_buckets,
    ),
    Rule(
        id="master-login",
        title="No pod that serves has the login of a database's master user",
        severity="high",
        reason="whoever makes an application run another statement is that user then",
        fix="give it one of the users that the Jobs of databases make",
        source="Amazon RDS User Guide, Understanding the rds_superuser role",
        judge=_masters,
    ),
    Rule(
        id="plain-secret",
        title="No secret stands in the plan in the clear",
        severity="critical",
        reason="it is in the state, in every preview and in the logs of every pipeline",
        fix="pulumi config set --secret, or make it in the program and hand it over as a secret output",
        source="Pulumi documentation, Secrets handling",
        judge=_plain_secrets,
        alone=True,
    ),
)
