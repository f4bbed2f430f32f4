from __future__ import annotations

import json
from dataclasses import replace

from bootstrap.account import Account, AccountArgs, StackArgs
from bootstrap.needs import read_needs
from tests.support.recording import Recording, record

ARGS = AccountArgs(
    account_id="000000000000",
    partition="aws",
    region="us-east-1",
    repository="bail/platform",
    existing_provider=False,
    stacks=tuple(
        StackArgs(name=name, regions=("us-east-1",), needs=read_needs(name), bounded=name == "prod")
        for name in ("dev", "prod")
    ),
    images_name="bailbondpro",
    keep_images=100,
    protect=True,
)


def build(args: AccountArgs = ARGS) -> Recording:
    return record(lambda: Account("account", args))


def test_state_is_private_versioned_encrypted_and_answers_over_tls_only() -> None:
    found = build()
    (versioning,) = found.of_type("aws:s3/bucketVersioning:BucketVersioning")
    assert versioning.inputs["versioningConfiguration"]["status"] == "Enabled"
    (block,) = found.of_type("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    assert {block.inputs[key] for key in block.inputs if key != "bucket"} == {True}
    (encryption,) = found.of_type(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    )
    (rule,) = encryption.inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
    (policy,) = found.of_type("aws:s3/bucketPolicy:BucketPolicy")
    assert [item["Sid"] for item in json.loads(policy.inputs["policy"])["Statement"]] == ["DenyPlainHttp", "DenyOldTls"]
    (lifecycle,) = found.of_type("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    assert [rule["id"] for rule in lifecycle.inputs["rules"]] == ["drop-unfinished-uploads", "drop-old-versions"]


def test_each_stack_has_a_key_of_its_own_and_all_rotate() -> None:
    found = build()
    assert {key.inputs["enableKeyRotation"] for key in found.of_type("aws:kms/key:Key")} == {True}
    aliases = {alias.inputs["name"] for alias in found.of_type("aws:kms/alias:Alias")}
    assert aliases == {"alias/bailbondpro-bootstrap", "alias/bailbondpro-dev-state", "alias/bailbondpro-prod-state"}


def test_images_keep_their_tags_and_are_scanned() -> None:
    (repository,) = build().of_type("aws:ecr/repository:Repository")
    assert repository.inputs["name"] == "bailbondpro"
    assert repository.inputs["imageTagMutability"] == "IMMUTABLE"
    assert repository.inputs["imageScanningConfiguration"]["scanOnPush"] is True


def test_what_is_lost_with_it_is_protected_unless_it_is_thrown_away() -> None:
    kinds = ("aws:kms/key:Key", "aws:s3/bucket:Bucket", "aws:ecr/repository:Repository")
    for protect in (True, False):
        found = build(replace(ARGS, protect=protect))
        assert {item.protect for kind in kinds for item in found.of_type(kind)} == {protect}


def test_each_stack_has_two_roles_for_its_two_environments() -> None:
    roles = {role.inputs["name"]: role.inputs for role in build().of_type("aws:iam/role:Role")}
    environments = {}
    for name, inputs in roles.items():
        (statement,) = json.loads(inputs["assumeRolePolicy"])["Statement"]
        environments[name] = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert environments == {
        f"bailbondpro-{stack}-{kind}": [f"repo:bail/platform:environment:{stack}{end}"]
        for stack in ("dev", "prod")
        for kind, end in (("deploy", ""), ("preview", "-preview"))
    }
    assert roles["bailbondpro-dev-deploy"]["maxSessionDuration"] == 21_600
    assert roles["bailbondpro-dev-preview"]["maxSessionDuration"] == 3_600


def test_a_bounded_stack_has_its_boundary_and_the_other_has_none() -> None:
    names = {policy.inputs["name"] for policy in build().of_type("aws:iam/policy:Policy")}
    assert {name for name in names if name.endswith("-boundary")} == {"bailbondpro-prod-boundary"}


def test_githubs_provider_is_made_once_or_taken_as_it_is() -> None:
    (provider,) = build().of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    assert provider.inputs["url"] == "https://token.actions.githubusercontent.com"
    assert provider.inputs["clientIdLists"] == ["sts.amazonaws.com"]
    taken = build(replace(ARGS, existing_provider=True))
    assert taken.of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == []
    (role, *_) = taken.of_type("aws:iam/role:Role")
    assert "oidc-provider/token.actions.githubusercontent.com" in role.inputs["assumeRolePolicy"]
