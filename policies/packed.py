"""The rules as a Pulumi policy pack sees a stack: resources of its SDK become a plan, rules become policies.

Nothing of Pulumi is imported here: `policies/pack/__main__.py`, which the engine starts, hands its classes over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from plan import Plan, PlannedResource
from plan.unknown import SECRET
from policies.rules.model import tagged_production

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policies.rules import Rule, Violation

SIGNATURE, OF_A_SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""Key and value by which the engine marks a secret that it hands to a pack (Pulumi 3.259,
`sdk/go/common/resource/sig`)."""


class Options(Protocol):
    """What a pack sees of a resource's options."""

    protect: bool


class Resource(Protocol):
    """What a pack sees of a resource (`pulumi_policy.PolicyResource`, `ResourceValidationArgs`)."""

    resource_type: str
    urn: str
    name: str
    props: Mapping[str, Any]
    opts: Options


def hidden(value: Any) -> Any:  # noqa: ANN401 - properties of any form, as the engine sends them
    """Properties with every secret as a preview shows it: the pack's SDK takes the marks off and leaves the values."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == OF_A_SECRET:
            return SECRET
        return {key: hidden(entry) for key, entry in value.items()}
    return [hidden(entry) for entry in value] if isinstance(value, list) else value


def of_one(rule: Rule, resource: Resource) -> list[Violation]:
    """What a rule that looks at one resource at a time says of one."""
    return _known(rule, Plan((_planned(resource, "", ()),)))


def of_all(rule: Rule, resources: Iterable[Any]) -> list[Violation]:
    """What a rule says of a whole stack.

    Args:
        rule: the rule.
        resources: `pulumi_policy.PolicyResource`, which name their parents and what they depend on.
    """
    items = [
        _planned(
            found,
            found.parent.urn if found.parent is not None else "",
            tuple(other.urn for other in found.dependencies),
        )
        for found in resources
    ]
    return _known(rule, Plan(tuple(items)))


def _known(rule: Rule, plan: Plan) -> list[Violation]:
    """What is known: a value that is not is judged in the update, before the resource is made."""
    return [one for one in rule.judge(plan, _production(plan)) if one.known]


def _production(plan: Plan) -> bool:
    """By the tags that the provider gives everything: a pack does not see the configuration of a stack."""
    return tagged_production(plan) is not False


def _planned(found: Resource, parent: str, dependencies: tuple[str, ...]) -> PlannedResource:
    return PlannedResource(
        urn=found.urn,
        type=found.resource_type,
        name=found.name,
        op="create",
        inputs=dict(_bare_of(found.props)),
        parent=parent,
        dependencies=dependencies,
        protect=bool(found.opts.protect),
    )


def _bare(value: object) -> Any:  # noqa: ANN401 - inputs of any form
    """A value without the SDK's guard, which raises at each value that is not known yet."""
    if isinstance(value, Mapping):
        return dict(_bare_of(value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_bare(entry) for entry in _target(value)]
    # The protocol has one kind of number; a preview writes whole ones without a point.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _bare_of(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, entry in _target(value).items():
        yield str(key), _bare(entry)


def _target(value: Any) -> Any:  # noqa: ANN401 - a guard of the SDK, or what it guards
    """What a guard of the SDK guards (`pulumi_policy.proxy`)."""
    return value if isinstance(value, (dict, list, tuple)) else value["__target"]
