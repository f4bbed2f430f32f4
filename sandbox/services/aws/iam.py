"""AWS IAM: roles, policies and what binds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.checks import On
from sandbox.model.names import Named, Unique
from sandbox.model.outputs import Inputs, short_hash
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Alike, Returned, Row, Service, by_arn, by_name
from sandbox.model.sources import Sources
from sandbox.services.aws.arns import arn
from sandbox.services.aws.pairs.identities import MANAGED
from sandbox.services.aws.policies import Document, document
from sandbox.services.aws.returned import identity

if TYPE_CHECKING:
    from sandbox.model.place import Place

POLICY_ARN = (Target("aws:iam/policy:Policy", ("arn",)),)
ROLE_ARN = (Target("aws:iam/role:Role", ("arn",)),)
ROLE_NAME = (Target("aws:iam/role:Role", ("id", "name")),)
_SIMPLE = r"[\w+=,.@-]+"
_PATH = r"/|/[\x21-\x7e]+/"


def _role_outputs(name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    named = str(inputs.get("name") or name)
    return {
        "arn": arn("iam", f"role/{named}", place, regional=False),
        "uniqueId": f"AROA{short_hash(named, length=17).upper()}",
    }


def _policy_outputs(name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    return {"arn": arn("iam", f"policy/{inputs.get('name') or name}", place, regional=False)}


def _provider_outputs(_name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    host = str(inputs.get("url")).removeprefix("https://")
    return {"arn": arn("iam", f"oidc-provider/{host}", place, regional=False)}


_provider = On("identity-provider", source="IAM API Reference, CreateOpenIDConnectProvider")
_role = On("role", source="IAM API Reference, CreateRole")
_policy = On("managed-policy", source="IAM API Reference, CreatePolicy")
_inline = On("inline-policy", source="IAM API Reference, PutRolePolicy")
_attached = On("attached-policy", source="IAM API Reference, AttachRolePolicy")
IAM = Service(
    "iam",
    "IAM API Reference, Errors of AttachRolePolicy, PutRolePolicy, DeleteRole, DeletePolicy",
    (
        Row(
            token="aws:iam/instanceProfile:InstanceProfile",
            name=NONE,
            replaced=Replaced(("name", "namePrefix", "path"), {"path": "/"}, kept=("name", "namePrefix")),
            references=(
                Reference(
                    "role",
                    ROLE_NAME,
                    "NoSuchEntity",
                    "DeleteConflict: Cannot delete entity, must remove roles from instance profile first",
                ),
            ),
            unique=(Unique(("name",), "EntityAlreadyExists"),),
            values=(),
        ),
        Row(
            token="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
            name=NONE,
            id=by_arn,
            outputs=_provider_outputs,
            replaced=Replaced(("url",)),
            references=(),
            unique=(Unique(("url",), "EntityAlreadyExists: Provider with url already exists"),),
            values=(
                _provider.matches(
                    "url", r"https://\S{1,247}", "an address that begins with https://", "ValidationError"
                ),
                _provider.longest("clientIdLists[*]", 255),
                _provider.matches("thumbprintLists[*]", r"[0-9A-Fa-f]{40}", "40 hexadecimal digits", "ValidationError"),
            ),
            sources=Sources(
                replacement="IAM API Reference: of an OpenID Connect provider there are operations for its clients, "
                "its thumbprints and its tags, none for its address"
            ),
        ),
        Row(
            token="aws:iam/policy:Policy",
            name=Named(),
            outputs=_policy_outputs,
            replaced=Replaced(
                ("description", "name", "namePrefix", "path"), {"path": "/"}, kept=("name", "namePrefix")
            ),
            references=(),
            unique=(Unique(("name",), "EntityAlreadyExists"),),
            values=(
                _policy.matches(
                    "name", rf"(?=.{{1,128}}$){_SIMPLE}", "1 to 128 letters, digits or _+=,.@-", "ValidationError"
                ),
                _policy.matches("path", _PATH, "a slash, or a path between slashes"),
                _policy.longest("description", 1000),
                document("policy-managed", Document("policy", principal=False, longest=6144)),
            ),
            sources=Sources(outputs="Service Authorization Reference, resource types of AWS IAM"),
            returned=Returned(values=identity.POLICY),
        ),
        Row(
            token="aws:iam/role:Role",
            name=Named(),
            id=by_name,
            outputs=_role_outputs,
            replaced=Replaced(("name", "namePrefix", "path"), {"path": "/"}, kept=("name", "namePrefix")),
            references=(Reference("permissionsBoundary", POLICY_ARN, "NoSuchEntity"),),
            unique=(Unique(("name",), "EntityAlreadyExists"),),
            values=(
                _role.matches(
                    "name", rf"(?=.{{1,64}}$){_SIMPLE}", "1 to 64 letters, digits or _+=,.@-", "ValidationError"
                ),
                _role.matches("path", _PATH, "a slash, or a path between slashes"),
                _role.between("maxSessionDuration", 3600, 43_200, "seconds", "ValidationError"),
                _role.longest("description", 1000),
                document("policy-trust", Document("assumeRolePolicy", principal=True, resource=False, longest=2048)),
                MANAGED,
            ),
            returned=Returned(values=identity.ROLE),
        ),
        Row(
            token="aws:iam/rolePolicy:RolePolicy",
            name=Named(),
            replaced=Replaced(("name", "namePrefix", "role"), kept=("name",)),
            references=(
                Reference(
                    "role",
                    ROLE_NAME,
                    "NoSuchEntity",
                    "DeleteConflict: Cannot delete entity, must delete policies first",
                ),
            ),
            unique=(),
            values=(
                _inline.matches(
                    "name", rf"(?=.{{1,128}}$){_SIMPLE}", "1 to 128 letters, digits or _+=,.@-", "ValidationError"
                ),
                document("policy-inline", Document("policy", principal=False, longest=10_240)),
            ),
            returned=Returned(values=identity.ROLE_POLICY),
        ),
        Row(
            token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            name=NONE,
            replaced=Replaced(("policyArn", "role"), deleted_first=True),
            references=(
                Reference(
                    "role",
                    ROLE_NAME,
                    "NoSuchEntity",
                    "DeleteConflict: Cannot delete entity, must detach all policies first",
                ),
                Reference(
                    "policyArn",
                    POLICY_ARN,
                    "NoSuchEntity",
                    "DeleteConflict: Cannot delete a policy attached to entities",
                ),
            ),
            unique=(),
            values=(
                _attached.matches(
                    "policyArn", r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/.+", "the ARN of a managed policy"
                ),
                MANAGED,
            ),
        ),
    ),
    (
        Alike("aws:iam/userPolicyAttachment:*", values=(MANAGED,)),
        Alike("aws:iam/groupPolicyAttachment:*", values=(MANAGED,)),
    ),
    Sources(
        time="IAM API Reference: no operation takes a window or restarts anything; IAM User Guide, Changes that I make "
        "are not always immediately visible"
    ),
)
