"""The repository of container images."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from bailbondpro.facts.storage import MAX_DAYS, MAX_IMAGES, MIN_IMAGES

from ..kubernetes.children import child_options
from ..naming import NameKind, physical_name
from ..validation import require, within


@dataclass(frozen=True, kw_only=True)
class ImageRepositoryArgs:
    """What the repository needs to be told.

    Attributes:
        repository_name: physical name, such as "bailbondpro-prod/app"; a change replaces the repository.
        protect: the engine refuses to delete or replace it.
        keep_images: images that are kept, newest first; more than are ever rolled back to, because an image that still
            runs is not spared.
        untagged_days: days until an image without a tag is deleted.
        key_arn: KMS key of the images, or None for the registry's own; can never change later.
        force_delete: deleting the repository deletes its images.
    """

    repository_name: str
    protect: bool
    keep_images: int = 30
    untagged_days: int = 14
    key_arn: pulumi.Input[str] | None = None
    force_delete: bool = False

    def __post_init__(self) -> None:
        """Refuse what the registry refuses, and a repository that is both protected and thrown away."""
        require(
            f"image repository {self.repository_name!r}",
            (
                physical_name(NameKind.ECR_REPOSITORY, self.repository_name) == self.repository_name,
                "repository_name must be lower-case and at most 256 characters",
            ),
            (
                within(self.keep_images, MIN_IMAGES, MAX_IMAGES),
                f"keep_images must be {MIN_IMAGES} to {MAX_IMAGES}, got {self.keep_images}",
            ),
            (
                within(self.untagged_days, 1, MAX_DAYS),
                f"untagged_days must be 1 to {MAX_DAYS}, got {self.untagged_days}",
            ),
            (not (self.protect and self.force_delete), "force_delete contradicts protect"),
        )


class ImageRepository(pulumi.ComponentResource):
    """An ECR repository whose tags never move, scanned on push, that forgets old images.

    Example:
        ```python
        images = ImageRepository("images", ImageRepositoryArgs(repository_name="acme-prod/app", protect=True))
        pulumi.export("images", images.repository_url)
        ```
    """

    repository_url: pulumi.Output[str]
    repository_arn: pulumi.Output[str]

    def __init__(self, name: str, args: ImageRepositoryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:storage:ImageRepository", name, None, opts)
        child = child_options(self, opts)
        repository = aws.ecr.Repository(
            f"{name}-repository",
            name=args.repository_name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[
                aws.ecr.RepositoryEncryptionConfigurationArgs(
                    encryption_type="AES256" if args.key_arn is None else "KMS", kms_key=args.key_arn
                )
            ],
            force_delete=args.force_delete,
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(protect=args.protect)),
        )
        aws.ecr.LifecyclePolicy(
            f"{name}-lifecycle",
            repository=repository.name,
            policy=lifecycle_policy(args.keep_images, args.untagged_days),
            opts=child,
        )
        self.repository_url = repository.repository_url
        self.repository_arn = repository.arn
        self.register_outputs({"repository_url": self.repository_url, "repository_arn": self.repository_arn})


def lifecycle_policy(keep_images: int, untagged_days: int) -> str:
    """Which images expire (ECR User Guide, "Lifecycle policies"): the rule with the lower priority number goes first.

    Args:
        keep_images: images that are kept, newest first.
        untagged_days: days until an image without a tag expires.
    """
    untagged = {
        "rulePriority": 1,
        "description": "Images without a tag",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": untagged_days,
        },
        "action": {"type": "expire"},
    }
    old = {
        "rulePriority": 2,
        "description": "All but the newest images",
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": keep_images},
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [untagged, old]}, sort_keys=True)
