"""The resources: state, keys, images, GitHub's provider, and two roles for each stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from bootstrap.access import (
    AUDIENCE,
    DEPLOY_SESSION_SECONDS,
    ISSUER,
    PREVIEW_SESSION_SECONDS,
    boundary_policy,
    key_policy,
    state_policy,
    trust_policy,
)
from bootstrap.policies import Scope, deploy_policies, preview_policies
from components.kubernetes.children import child_options
from components.security.iam import Arn
from components.storage.buckets import UploadsBucket, UploadsBucketArgs
from components.storage.image_repository import ImageRepository, ImageRepositoryArgs

if TYPE_CHECKING:
    from plan.permissions import Needs

KEPT_VERSION_DAYS = 365
"""Days an overwritten state can be restored (our choice of 2026-11-29)."""
DELETION_WINDOW_DAYS = 30
"""The longest that KMS offers (AWS KMS API Reference, ScheduleKeyDeletion): without a stack's key its secrets are
lost."""


@dataclass(frozen=True, kw_only=True)
class StackArgs:
    """One stack of the platform.

    Attributes:
        name: the stack's name.
        regions: where it has resources.
        needs: what its plans hold.
        bounded: whether its roles are bounded.
    """

    name: str
    regions: tuple[str, ...]
    needs: Needs
    bounded: bool


@dataclass(frozen=True, kw_only=True)
class AccountArgs:
    """What an account is prepared for.

    Attributes:
        account_id: its 12 digits.
        partition: such as "aws".
        region: where state, keys and images are.
        repository: owner/name of the GitHub repository that deploys.
        existing_provider: whether the account has GitHub's OIDC provider.
        stacks: the platform's stacks in it.
        images_name: name of the repository of images.
        keep_images: images kept in it.
        protect: state, keys and images refuse deletion.
    """

    account_id: str
    partition: str
    region: str
    repository: str
    existing_provider: bool
    stacks: tuple[StackArgs, ...]
    images_name: str
    keep_images: int
    protect: bool


class Account(pulumi.ComponentResource):
    """Everything that exists before the platform's first update, and outlives every stack of it."""

    state_bucket: pulumi.Output[str]
    image_repository: pulumi.Output[str]
    stacks: dict[str, dict[str, pulumi.Output[str]]]
    """By stack: its roles, its secrets provider and its boundary, for people to copy."""

    def __init__(self, name: str, args: AccountArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:bootstrap:Account", name, None, opts)
        self._args = args
        self._child = child_options(self, opts)
        self._key_arn = self._key("shared", "alias/bailbondpro-bootstrap", "Encrypts states and images of all stacks")
        state = UploadsBucket(
            "state",
            UploadsBucketArgs(
                key_arn=self._key_arn,
                protect=args.protect,
                force_destroy=not args.protect,
                infrequent_access_after_days=None,
                noncurrent_version_days=KEPT_VERSION_DAYS,
            ),
            self._child,
        )
        images = ImageRepository(
            "images",
            ImageRepositoryArgs(
                repository_name=args.images_name,
                protect=args.protect,
                force_delete=not args.protect,
                keep_images=args.keep_images,
                key_arn=self._key_arn,
            ),
            self._child,
        )
        self._bucket_arn = state.bucket_arn
        self._provider_arn = self._github()
        self.state_bucket = state.bucket_name
        self.image_repository = images.repository_url
        self.stacks = {stack.name: self._stack(stack) for stack in args.stacks}
        self.register_outputs({"state_bucket": self.state_bucket, "image_repository": self.image_repository})

    def _key(self, name: str, alias: str, description: str) -> pulumi.Output[str]:
        """A rotated key that its account decides about; its ARN once the policy is in place."""
        key = aws.kms.Key(
            f"{name}-key",
            description=description,
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=self._args.protect)),
        )
        policy = aws.kms.KeyPolicy(
            f"{name}-policy",
            key_id=key.key_id,
            policy=key.arn.apply(lambda arn: key_policy(_root(arn))),
            opts=self._child,
        )
        aws.kms.Alias(f"{name}-alias", name=alias, target_key_id=key.key_id, opts=self._child)
        return pulumi.Output.all(key.arn, policy.id).apply(lambda known: str(known[0]))

    def _github(self) -> pulumi.Output[str]:
        """GitHub's OIDC provider: made, or the one that the account has."""
        args = self._args
        if args.existing_provider:
            there = f"arn:{args.partition}:iam::{args.account_id}:oidc-provider/{ISSUER}"
            return pulumi.Output.from_input(there)
        provider = aws.iam.OpenIdConnectProvider(
            "github", url=f"https://{ISSUER}", client_id_lists=[AUDIENCE], opts=self._child
        )
        made: pulumi.Output[str] = provider.arn
        return made

    def _stack(self, stack: StackArgs) -> dict[str, pulumi.Output[str]]:
        """A stack's key, boundary and roles."""
        args, prefix = self._args, f"bailbondpro-{stack.name}"
        alias = f"alias/{prefix}-state"
        secrets_arn = self._key(f"{stack.name}-secrets", alias, f"Encrypts the secrets in the state of {stack.name}")
        boundary = f"arn:{args.partition}:iam::{args.account_id}:policy/{prefix}-boundary" if stack.bounded else None
        scope = Scope(
            stack=stack.name,
            account=args.account_id,
            partition=args.partition,
            regions=stack.regions,
            boundary_arn=boundary,
        )
        told = {"secretsProvider": pulumi.Output.from_input(f"awskms://{alias}?region={args.region}")}
        if stack.bounded:
            document = boundary_policy(scope, stack.needs)
            bound = self._policy(f"{stack.name}-boundary", f"{prefix}-boundary", document)
            told["permissionsBoundaryArn"] = bound.arn
        for kind, policies, environment, seconds in (
            ("deploy", deploy_policies(stack.needs, scope), stack.name, DEPLOY_SESSION_SECONDS),
            ("preview", preview_policies(stack.needs, scope), f"{stack.name}-preview", PREVIEW_SESSION_SECONDS),
        ):
            state = self._state(stack.name, secrets_arn, writes=kind == "deploy")
            role = self._role(f"{stack.name}-{kind}", environment, seconds, {**policies, "state": state})
            told[f"{kind}RoleArn"] = role.arn
        return told

    def _state(self, stack: str, secrets_arn: pulumi.Output[str], *, writes: bool) -> pulumi.Output[str]:
        return pulumi.Output.all(self._bucket_arn, self._key_arn, secrets_arn).apply(
            lambda arns: state_policy(stack, str(arns[0]), str(arns[1]), str(arns[2]), writes=writes)
        )

    def _role(self, name: str, environment: str, seconds: int, policies: dict[str, pulumi.Input[str]]) -> aws.iam.Role:
        """A role for jobs of one environment, with its policies attached."""
        repository = self._args.repository
        role = aws.iam.Role(
            f"{name}-role",
            name=f"bailbondpro-{name}",
            description=f"Jobs of {repository} in the environment {environment}",
            assume_role_policy=self._provider_arn.apply(lambda arn: trust_policy(arn, repository, environment)),
            max_session_duration=seconds,
            opts=self._child,
        )
        for kind, document in policies.items():
            policy = self._policy(f"{name}-{kind}", f"bailbondpro-{name}-{kind}", document)
            aws.iam.RolePolicyAttachment(f"{name}-{kind}", role=role.name, policy_arn=policy.arn, opts=self._child)
        return role

    def _policy(self, name: str, physical: str, document: pulumi.Input[str]) -> aws.iam.Policy:
        return aws.iam.Policy(f"{name}-policy", name=physical, policy=document, opts=self._child)


def _root(arn: str) -> str:
    """The root of an ARN's account."""
    beside = Arn.parse(arn)
    return f"arn:{beside.partition}:iam::{beside.account}:root"
