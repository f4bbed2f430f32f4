"""What bounds every role of the stack, whichever component makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from collections.abc import Callable

    Transformations = list[Callable[[pulumi.ResourceTransformationArgs], pulumi.ResourceTransformationResult | None]]

ROLE = "aws:iam/role:Role"


def bounded_roles(boundary_arn: str | None) -> Transformations:
    """A transformation that gives every role its boundary, for the options that all components are made with.

    Args:
        boundary_arn: the policy, or None: then nothing is transformed.
    """
    if boundary_arn is None:
        return []

    def bound(made: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if made.type_ != ROLE:
            return None
        return pulumi.ResourceTransformationResult({**made.props, "permissions_boundary": boundary_arn}, made.opts)

    return [bound]
