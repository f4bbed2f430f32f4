"""Options for what a component creates."""

from __future__ import annotations

import pulumi


def child_options(parent: pulumi.Resource, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """Options of a component's children: its own `depends_on` included.

    Pulumi hands providers and protection down to children, but not `depends_on`: without this, a custom resource
    inside a component would not wait for the operator that its component was told to wait for.
    """
    return pulumi.ResourceOptions(parent=parent, depends_on=opts.depends_on if opts is not None else None)


def given_name(resource: pulumi.Resource, name: str) -> pulumi.Output[str]:
    """The name that an object was given, for whoever has to come after it.

    A provider without a cluster knows no output, so that a first preview would hide the name and every text that holds
    it, such as the queries of an autoscaler. The URN is known in every preview, and depends on the object all the same.
    """
    return resource.urn.apply(lambda _: name)
